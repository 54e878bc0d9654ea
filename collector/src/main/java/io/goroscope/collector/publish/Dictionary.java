package io.goroscope.collector.publish;

import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.plan.Image;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.DictionaryKey;
import io.goroscope.schemas.avro.FunctionInfo;
import io.goroscope.schemas.avro.ImageInfo;
import java.util.Locale;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecordBase;

/** The names of an image's probed functions, and where the image comes from, as far as they are not yet sent. */
public final class Dictionary {

    private static final int THE_IMAGE_ITSELF = -1;

    private final ImagePlan plan;
    private final long nowMs;
    /** Index of the function that is next; {@link #THE_IMAGE_ITSELF} comes first. */
    private int next = THE_IMAGE_ITSELF;

    /** @param nowMs the present, ms since 1970 */
    public Dictionary(ImagePlan plan, long nowMs) {
        this.plan = plan;
        this.nowMs = nowMs;
    }

    /**
     * Sends until the sink refuses; what it refused comes first the next time.
     *
     * @return true once all is sent
     */
    public boolean send(RecordSink sink) {
        while (next < plan.functions().size()) {
            if (!sendNext(sink)) {
                return false;
            }
            next++;
        }
        return true;
    }

    private boolean sendNext(RecordSink sink) {
        String buildId = plan.image().buildId();
        if (next == THE_IMAGE_ITSELF) {
            return offer(sink, new DictionaryKey(buildId, next), image());
        }
        if (plan.functions().get(next) instanceof FunctionPlan.Probeable probeable) {
            return offer(sink, new DictionaryKey(buildId, probeable.function().index()), function(probeable));
        }
        return true;
    }

    private ImageInfo image() {
        Image image = plan.image();
        return new ImageInfo(
                image.buildId(),
                image.displayPath(),
                image.compiler().name().toLowerCase(Locale.ROOT),
                image.architecture(),
                image.goVersion(),
                image.module(),
                image.moduleVersion(),
                image.settings().getOrDefault("vcs.revision", ""),
                new TreeMap<>(image.settings()));
    }

    private FunctionInfo function(FunctionPlan.Probeable probeable) {
        GoFunction function = probeable.function();
        return new FunctionInfo(
                plan.image().buildId(),
                function.index(),
                function.name(),
                function.file(),
                function.line(),
                function.address(),
                function.size(),
                function.inlinedCopies(),
                probeable.returns().size());
    }

    private boolean offer(RecordSink sink, DictionaryKey key, SpecificRecordBase value) {
        return sink.offer(
                new OutgoingRecord(Topics.Kind.FUNCTIONS, null, Records.encode(key), Records.encode(value), nowMs, 0));
    }
}
