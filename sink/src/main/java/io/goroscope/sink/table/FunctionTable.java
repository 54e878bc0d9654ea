package io.goroscope.sink.table;

import io.goroscope.schemas.avro.LatencyWindow;
import io.goroscope.schemas.avro.Retired;
import io.goroscope.schemas.avro.RetiredKey;
import io.goroscope.schemas.avro.SeriesKey;
import io.goroscope.schemas.avro.Totals;
import io.goroscope.schemas.avro.WindowKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Totals of functions, from {@code goroscope.totals}. */
public final class FunctionTable {

    private record Id(ProcessLife process, String buildId, int function) {}

    private record Part(String service, String exe, long createdNs, long updatedNs, CallTotals totals) {
        static Part of(Totals totals) {
            return new Part(
                    totals.getService(),
                    totals.getExe(),
                    totals.getCreatedNs(),
                    totals.getUpdatedNs(),
                    CallTotals.of(totals));
        }
    }

    /**
     * The series that live.
     *
     * @param named those whose function has a name, in no order, each with labels of its own
     * @param unnamed how many wait for the name of their function
     */
    public record Listing(List<FunctionSeries> named, int unnamed) {}

    private static final int ENDED_LIMIT = 50_000;

    private static final Examples NO_EXAMPLES = new Examples();
    private static final int EXAMPLES_LIMIT = 20_000;

    /** By function, the one that heard of a window last at the end. */
    private final Map<Id, Examples> examples = new LinkedHashMap<>();

    private final WriterSums<Id, Part> sums = new WriterSums<>(ENDED_LIMIT);

    FunctionTable() {}

    /** Takes a record; null for a tombstone. */
    void apply(SeriesKey key, Totals value) {
        Source writer = Source.of(key.getSource());
        Id id = new Id(writer.process(), key.getBuildId(), key.getFunction());
        if (value == null) {
            sums.end(id, writer);
        } else {
            sums.put(id, writer, Part.of(value));
        }
    }

    /** Takes a record; null for a tombstone. */
    void apply(RetiredKey key, Retired value) {
        Source writer = Source.of(key.getSource());
        Id id = new Id(writer.process(), key.getBuildId(), key.getFunction());
        if (value == null) {
            sums.forget(id, writer);
        } else {
            sums.retire(id, writer, Part.of(value.getTotals()));
        }
    }

    /** Takes the slowest call of a window; null for a tombstone. */
    void apply(WindowKey key, LatencyWindow value) {
        if (value == null || value.getSlowest() == null) {
            return;
        }
        Source lane = Source.of(key.getSource());
        Id id = new Id(lane.process(), key.getBuildId(), key.getFunction());
        Examples known = examples.remove(id);
        Examples mine = known == null ? new Examples() : known;
        mine.put(key.getStartNs(), Example.of(lane, value.getSlowest()));
        examples.put(id, mine);
        if (examples.size() > EXAMPLES_LIMIT) {
            examples.remove(examples.keySet().iterator().next());
        }
    }

    void clear() {
        examples.clear();
        sums.clear();
    }

    /**
     * The series that live. Several functions of a build may bear one name (wrappers, the shapes of a generic function);
     * they are one series, since nothing in its labels could tell them apart.
     */
    public Listing list(Dictionary names) {
        record Labels(String service, ProcessLife process, String buildId, String name) {}
        Map<Labels, FunctionSeries> named = new LinkedHashMap<>();
        int[] unnamed = new int[1];
        sums.forEachLive((id, parts) -> names.function(id.buildId(), id.function())
                .ifPresentOrElse(
                        function -> {
                            FunctionSeries series = sum(id, function, parts);
                            Labels labels = new Labels(series.service(), id.process(), id.buildId(), function.name());
                            named.merge(labels, series, FunctionSeries::plus);
                        },
                        () -> unnamed[0]++));
        return new Listing(new ArrayList<>(named.values()), unnamed[0]);
    }

    private FunctionSeries sum(Id id, Dictionary.Function function, Collection<Part> parts) {
        Part newest = null;
        long createdNs = Long.MAX_VALUE;
        CallTotals totals = CallTotals.NONE;
        for (Part part : parts) {
            newest = newest == null || part.updatedNs() > newest.updatedNs() ? part : newest;
            createdNs = Math.min(createdNs, part.createdNs());
            totals = totals.plus(part.totals());
        }
        if (newest == null) {
            throw new IllegalStateException("series without a writer: " + id);
        }
        return new FunctionSeries(
                newest.service(),
                id.process(),
                newest.exe(),
                id.buildId(),
                function,
                createdNs,
                newest.updatedNs(),
                totals,
                examples.getOrDefault(id, NO_EXAMPLES).list());
    }
}
