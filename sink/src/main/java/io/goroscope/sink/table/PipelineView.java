package io.goroscope.sink.table;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.avro.DictionaryKey;
import io.goroscope.schemas.avro.EdgeKey;
import io.goroscope.schemas.avro.EdgeTotals;
import io.goroscope.schemas.avro.FunctionInfo;
import io.goroscope.schemas.avro.FunctionMode;
import io.goroscope.schemas.avro.Health;
import io.goroscope.schemas.avro.HealthKey;
import io.goroscope.schemas.avro.ImageInfo;
import io.goroscope.schemas.avro.LatencyWindow;
import io.goroscope.schemas.avro.ModeKey;
import io.goroscope.schemas.avro.Retired;
import io.goroscope.schemas.avro.RetiredKey;
import io.goroscope.schemas.avro.SeriesKey;
import io.goroscope.schemas.avro.Totals;
import io.goroscope.schemas.avro.WindowKey;
import io.goroscope.sink.feed.FeedHandler;
import io.goroscope.sink.feed.FeedRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * All that the output topics say now. May be read and fed from several threads.
 */
public final class PipelineView implements FeedHandler {

    private final Dictionary names = new Dictionary();
    private final FunctionTable functions = new FunctionTable();
    private final EdgeTable edges = new EdgeTable();
    private final ModeTable modes = new ModeTable();
    private final HealthTable lanes = new HealthTable();

    @Override
    public synchronized void apply(FeedRecord record) throws BadRecordException {
        try {
            apply(record.key(), record.value(), record.heardMs());
        } catch (IllegalArgumentException e) {
            throw new BadRecordException(BadRecordException.Reason.VALUE, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public synchronized void reset() {
        names.clear();
        functions.clear();
        edges.clear();
        modes.clear();
        lanes.clear();
    }

    private void apply(SpecificRecordBase key, SpecificRecordBase value, long heardMs) {
        if (key instanceof SeriesKey series) {
            functions.apply(series, (Totals) value);
        } else if (key instanceof EdgeKey edge) {
            edges.apply(edge, (EdgeTotals) value);
        } else if (key instanceof ModeKey mode) {
            modes.apply(mode, (FunctionMode) value);
        } else if (key instanceof RetiredKey retired) {
            functions.apply(retired, (Retired) value);
        } else if (key instanceof WindowKey window) {
            functions.apply(window, (LatencyWindow) value);
        } else if (key instanceof HealthKey health) {
            lanes.apply(health, (Health) value, heardMs);
        } else if (key instanceof DictionaryKey name && name.getFunction() >= 0) {
            names.apply(name, (FunctionInfo) value);
        } else if (key instanceof DictionaryKey image) {
            names.apply(image, (ImageInfo) value);
        }
    }

    /** The functions that live. */
    public synchronized FunctionTable.Listing functions() {
        return functions.list(names);
    }

    /** The edges that live. */
    public synchronized List<EdgeSeries> edges() {
        return edges.list(names);
    }

    /** The functions whose mode was changed, of processes that live. */
    public synchronized List<SteppedFunction> stepped() {
        return modes.list(names);
    }

    /** All lanes. */
    public synchronized List<LaneHealth> lanes() {
        return lanes.list();
    }

    /** The images of some builds, those that are known. */
    public synchronized Map<String, ImageInfo> images(Iterable<String> buildIds) {
        Map<String, ImageInfo> images = new HashMap<>();
        for (String each : buildIds) {
            names.image(each).ifPresent(image -> images.put(each, image));
        }
        return images;
    }

    /** The name of a function, or null where it has not come yet. */
    public synchronized Dictionary.Function function(String buildId, int number) {
        return names.function(buildId, number).orElse(null);
    }
}
