package io.goroscope.e2e;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.DictionaryKey;
import io.goroscope.schemas.avro.FunctionCount;
import io.goroscope.schemas.avro.FunctionCounts;
import io.goroscope.schemas.avro.FunctionInfo;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.ProcessId;
import io.goroscope.testbed.Truth;
import io.goroscope.testbed.kafka.TopicReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The exact counts that collectors have published: the last of each collector, epoch, process and function. */
final class PublishedCounts {

    /**
     * One series of counts.
     *
     * @param collector its name
     * @param epoch its start
     * @param service name of the service
     * @param process the process
     * @param function the function's name
     */
    record Series(String collector, long epoch, String service, ProcessId process, String function) {}

    private final Map<String, String> names = new HashMap<>();
    private final Map<Series, Long> calls = new HashMap<>();
    private final Map<Series, Long> lost = new HashMap<>();

    private PublishedCounts() {}

    /** Reads both topics up to their present ends. */
    static PublishedCounts read(String bootstrapServers, Topics topics) throws BadRecordException {
        PublishedCounts published = new PublishedCounts();
        for (ConsumerRecord<byte[], byte[]> record :
                TopicReader.all(bootstrapServers, topics.of(Topics.Kind.FUNCTIONS))) {
            SpecificRecordBase value = Records.decode(record.value());
            if (Records.decode(record.key()) instanceof DictionaryKey key && value instanceof FunctionInfo function) {
                published.names.put(key.getBuildId() + "/" + key.getFunction(), function.getName());
            }
        }
        for (ConsumerRecord<byte[], byte[]> record : TopicReader.all(bootstrapServers, topics.of(Topics.Kind.COUNTS))) {
            published.add((FunctionCounts) Records.decode(record.value()));
        }
        return published;
    }

    private void add(FunctionCounts counts) {
        LaneId source = counts.getSource();
        for (FunctionCount count : counts.getCounts()) {
            String build = counts.getImages().get(count.getFunction() >>> 24).getBuildId();
            Series series = new Series(
                    source.getCollector(),
                    source.getEpoch(),
                    counts.getService(),
                    source.getProcess(),
                    names.getOrDefault(build + "/" + (count.getFunction() & 0xffffff), "?" + count.getFunction()));
            calls.put(series, count.getCalls());
            lost.put(series, count.getLost());
        }
    }

    /** Calls by function, summed over the series that are wanted. */
    Map<String, Long> calls(Predicate<Series> wanted) {
        Map<String, Long> sums = new TreeMap<>();
        calls.forEach((series, count) -> {
            if (wanted.test(series) && count > 0) {
                sums.merge(series.function(), count, Long::sum);
            }
        });
        return sums;
    }

    /** Events that were lost in the kernel, of the series that are wanted. */
    long lost(Predicate<Series> wanted) {
        return lost.entrySet().stream()
                .filter(entry -> wanted.test(entry.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** The processes that are in it. */
    List<ProcessId> processes() {
        return calls.keySet().stream().map(Series::process).distinct().toList();
    }

    /** What a program says of the functions that every tracer has to see. */
    static Map<String, Long> of(Truth truth) {
        Map<String, Long> counts = new TreeMap<>();
        for (Truth.Function function : truth.functions()) {
            if (function.kind() == Truth.Kind.NORMAL && function.calls() > 0) {
                counts.put(function.name(), function.calls());
            }
        }
        return counts;
    }
}
