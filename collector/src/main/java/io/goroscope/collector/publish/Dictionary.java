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

/** Sends the names of an image's probed functions, and where the image comes from. */
public final class Dictionary {

    private static final int THE_IMAGE_ITSELF = -1;

    private Dictionary() {}

    /**
     * Sends the image and each of its functions that has a probe.
     *
     * @param nowMs the present, ms since 1970
     * @return how many records were refused
     */
    public static int publish(ImagePlan plan, long nowMs, RecordSink sink) {
        int refused = 0;
        Image image = plan.image();
        refused += offer(
                sink,
                new DictionaryKey(image.buildId(), THE_IMAGE_ITSELF),
                new ImageInfo(
                        image.buildId(),
                        image.displayPath(),
                        image.compiler().name().toLowerCase(Locale.ROOT),
                        image.architecture(),
                        image.goVersion(),
                        image.module(),
                        image.moduleVersion(),
                        image.settings().getOrDefault("vcs.revision", ""),
                        new TreeMap<>(image.settings())),
                nowMs);
        for (FunctionPlan function : plan.functions()) {
            if (function instanceof FunctionPlan.Probeable probeable) {
                GoFunction f = probeable.function();
                refused += offer(
                        sink,
                        new DictionaryKey(image.buildId(), f.index()),
                        new FunctionInfo(
                                image.buildId(),
                                f.index(),
                                f.name(),
                                f.file(),
                                f.line(),
                                f.address(),
                                f.size(),
                                f.inlinedCopies(),
                                probeable.returns().size()),
                        nowMs);
            }
        }
        return refused;
    }

    private static int offer(RecordSink sink, DictionaryKey key, SpecificRecordBase value, long nowMs) {
        OutgoingRecord record =
                new OutgoingRecord(Topics.Kind.FUNCTIONS, null, Records.encode(key), Records.encode(value), nowMs, 0);
        return sink.offer(record) ? 0 : 1;
    }
}
