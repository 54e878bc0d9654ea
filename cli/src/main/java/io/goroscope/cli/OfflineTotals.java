package io.goroscope.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.schemas.avro.CallSummary;
import io.goroscope.schemas.avro.CapturedRecord;
import io.goroscope.schemas.avro.DictionaryKey;
import io.goroscope.schemas.avro.FunctionInfo;
import io.goroscope.schemas.avro.SeriesKey;
import io.goroscope.schemas.avro.Totals;
import io.goroscope.schemas.capture.CaptureWriter;
import io.goroscope.streams.histogram.LatencyHistogram;
import io.goroscope.streams.offline.OfflineReplay;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecordBase;

/** What a capture comes to without Kafka: the Streams job's own code, and a table of the result. */
final class OfflineTotals {

    private static final List<Topics.Kind> OUTPUTS =
            List.of(Topics.Kind.LATENCY, Topics.Kind.TOTALS, Topics.Kind.HEALTH);

    private final OfflineReplay replay;
    private final Map<DictionaryKey, String> names = new HashMap<>();

    OfflineTotals(Duration window) {
        replay = new OfflineReplay(window.toNanos());
    }

    /** One function's calls, over all lanes and processes of a service. */
    private static final class Row {
        long calls;
        long lost;
        long abandoned;
        long unmatched;
        long uncertain;
        final LatencyHistogram latency = new LatencyHistogram();
    }

    void feed(CapturedRecord record) {
        if (record.getTopic().equals(Topics.DEFAULT.of(Topics.Kind.FUNCTIONS))) {
            SpecificRecordBase value = decode(Records.bytes(record.getValue()));
            if (value instanceof FunctionInfo function) {
                names.put(new DictionaryKey(function.getBuildId(), function.getFunction()), function.getName());
            }
        } else {
            replay.feed(record);
        }
    }

    /** Writes every output record in the order of topic and key. */
    void write(Path file) {
        try (CaptureWriter writer = CaptureWriter.create(file)) {
            for (Topics.Kind topic : OUTPUTS) {
                for (Map.Entry<byte[], byte[]> record : replay.results(topic).entrySet()) {
                    writer.append(new CapturedRecord(
                            Topics.DEFAULT.of(topic),
                            0L,
                            ByteBuffer.wrap(record.getKey()),
                            ByteBuffer.wrap(record.getValue())));
                }
            }
        } catch (IOException e) {
            throw new UserException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /** For a person. */
    String table() {
        Map<String, Row> rows = rows();
        int width = Math.max(
                36, rows.keySet().stream().mapToInt(String::length).max().orElse(0));
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%-" + width + "s %10s %10s %10s %10s %10s %10s %10s%n",
                "FUNCTION",
                "CALLS",
                "PAIRED",
                "P50",
                "P99",
                "ABANDONED",
                "UNMATCHED",
                "UNCERTAIN"));
        rows.forEach((name, row) -> text.append(String.format(
                Locale.ROOT,
                "%-" + width + "s %10d %10d %10s %10s %10d %10d %10d%n",
                name,
                row.calls,
                row.latency.count(),
                quantile(row, 0.5),
                quantile(row, 0.99),
                row.abandoned,
                row.unmatched,
                row.uncertain)));
        replay.refused().forEach((reason, count) -> text.append(count)
                .append(" records left out: ")
                .append(reason.name().toLowerCase(Locale.ROOT))
                .append('\n'));
        return text.toString();
    }

    /** For a program. */
    ObjectNode json() {
        ObjectNode object = new ObjectMapper().createObjectNode();
        ArrayNode functions = object.putArray("functions");
        rows().forEach((name, row) -> functions
                .addObject()
                .put("name", name)
                .put("calls", row.calls)
                .put("paired", row.latency.count())
                .put("abandoned", row.abandoned)
                .put("unmatched", row.unmatched)
                .put("uncertain", row.uncertain)
                .put("lost", row.lost)
                .put("sum_ns", row.latency.sumNs())
                .put("min_ns", row.latency.minNs())
                .put("max_ns", row.latency.maxNs()));
        object.put("records", replay.accepted());
        object.put(
                "refused",
                replay.refused().values().stream().mapToLong(Long::longValue).sum());
        return object;
    }

    private Map<String, Row> rows() {
        Map<String, Row> rows = new TreeMap<>();
        replay.results(Topics.Kind.TOTALS).forEach((encodedKey, encodedValue) -> {
            if (decode(encodedKey) instanceof SeriesKey key && decode(encodedValue) instanceof Totals totals) {
                add(rows.computeIfAbsent(name(key), name -> new Row()), totals);
            }
        });
        return rows;
    }

    private static void add(Row row, Totals totals) {
        CallSummary summary = totals.getSummary();
        row.calls += totals.getCalls();
        row.lost += totals.getLost();
        row.latency.add(summary.getLatency());
        row.abandoned += summary.getAbandoned().getPanic()
                + summary.getAbandoned().getGoexit()
                + summary.getAbandoned().getGoroutineEnd()
                + summary.getAbandoned().getProcessEnd()
                + summary.getAbandoned().getDetach()
                + summary.getAbandoned().getUnknown();
        row.unmatched += summary.getUnmatched();
        row.uncertain += summary.getUncertain();
    }

    private String name(SeriesKey key) {
        DictionaryKey function = new DictionaryKey(key.getBuildId(), key.getFunction());
        return names.getOrDefault(function, key.getBuildId() + "#" + key.getFunction());
    }

    private static String quantile(Row row, double quantile) {
        return row.latency.count() == 0 ? "-" : Durations.format(row.latency.quantileNs(quantile));
    }

    private static SpecificRecordBase decode(byte[] bytes) {
        try {
            return Records.decode(bytes);
        } catch (BadRecordException e) {
            throw new UserException("the capture has a record that cannot be read: " + e.getMessage(), e);
        }
    }
}
