package io.goroscope.e2e;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.Abandoned;
import io.goroscope.schemas.avro.CallSummary;
import io.goroscope.schemas.avro.DictionaryKey;
import io.goroscope.schemas.avro.FunctionInfo;
import io.goroscope.schemas.avro.SeriesKey;
import io.goroscope.schemas.avro.Totals;
import io.goroscope.testbed.Comparison;
import io.goroscope.testbed.Observed;
import io.goroscope.testbed.Truth;
import io.goroscope.testbed.kafka.TopicReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What the topics say now, as any reader of them finds it: the last value of each key, summed over the lanes. */
final class PublishedTotals {

    /** A function of an image, as the keys name it. */
    private record Function(String buildId, int number) {}

    private final Map<Function, String> names = new HashMap<>();
    private final Map<Function, Observed> totals = new HashMap<>();

    private PublishedTotals() {}

    /** Reads the dictionary and the totals up to their present ends. */
    static PublishedTotals read(String bootstrapServers) throws BadRecordException {
        PublishedTotals published = new PublishedTotals();
        for (Map.Entry<SpecificRecordBase, SpecificRecordBase> entry :
                last(bootstrapServers, Topics.DEFAULT.of(Topics.Kind.FUNCTIONS)).entrySet()) {
            if (entry.getKey() instanceof DictionaryKey key && entry.getValue() instanceof FunctionInfo function) {
                published.names.put(new Function(key.getBuildId(), key.getFunction()), function.getName());
            }
        }
        for (Map.Entry<SpecificRecordBase, SpecificRecordBase> entry :
                last(bootstrapServers, Topics.DEFAULT.of(Topics.Kind.TOTALS)).entrySet()) {
            if (entry.getKey() instanceof SeriesKey key && entry.getValue() instanceof Totals value) {
                published.totals.merge(
                        new Function(key.getBuildId(), key.getFunction()), observed(value), Observed::plus);
            }
        }
        return published;
    }

    private static Observed observed(Totals totals) {
        CallSummary summary = totals.getSummary();
        Abandoned abandoned = summary.getAbandoned();
        return new Observed(
                totals.getCalls(),
                summary.getLatency().getCount(),
                abandoned.getPanic(),
                abandoned.getGoexit(),
                abandoned.getProcessEnd(),
                abandoned.getGoroutineEnd() + abandoned.getDetach() + abandoned.getUnknown(),
                summary.getUnmatched(),
                summary.getUncertain());
    }

    /** Holds them against the truth. */
    Comparison against(Truth truth) {
        List<Map.Entry<String, Observed>> observed = new ArrayList<>();
        totals.forEach((function, seen) -> observed.add(Map.entry(names.getOrDefault(function, "?"), seen)));
        Set<String> unseen = new HashSet<>(truth.byName().keySet());
        observed.forEach(seen -> unseen.remove(seen.getKey()));
        return Comparison.of(truth, observed, unseen);
    }

    private static Map<SpecificRecordBase, SpecificRecordBase> last(String bootstrapServers, String topic)
            throws BadRecordException {
        Map<ByteBuffer, byte[]> last = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : TopicReader.all(bootstrapServers, topic)) {
            last.put(ByteBuffer.wrap(record.key()), record.value());
        }
        Map<SpecificRecordBase, SpecificRecordBase> decoded = new HashMap<>();
        for (Map.Entry<ByteBuffer, byte[]> entry : last.entrySet()) {
            if (entry.getValue() != null) {
                decoded.put(Records.decode(entry.getKey().array()), Records.decode(entry.getValue()));
            }
        }
        return decoded;
    }
}
