package io.goroscope.sink.table;

import io.goroscope.schemas.avro.EdgeKey;
import io.goroscope.schemas.avro.EdgeTotals;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who calls whom, from {@code goroscope.totals}. */
public final class EdgeTable {

    private record Id(ProcessLife process, String callerBuildId, int caller, String calleeBuildId, int callee) {}

    private record Part(String service, long createdNs, long updatedNs, long calls, long sumNs, long selfNs) {
        static Part of(EdgeTotals edge) {
            return new Part(
                    edge.getService(),
                    edge.getCreatedNs(),
                    edge.getUpdatedNs(),
                    edge.getCalls(),
                    edge.getSumNs(),
                    edge.getSelfSumNs());
        }
    }

    private static final int ENDED_LIMIT = 50_000;

    private final WriterSums<Id, Part> sums = new WriterSums<>(ENDED_LIMIT);

    EdgeTable() {}

    /** Takes a record; null for a tombstone. */
    void apply(EdgeKey key, EdgeTotals value) {
        Source writer = Source.of(key.getSource());
        Id id = new Id(
                writer.process(), key.getCallerBuildId(), key.getCaller(), key.getCalleeBuildId(), key.getCallee());
        if (value == null) {
            sums.end(id, writer);
        } else {
            sums.put(id, writer, Part.of(value));
        }
    }

    void clear() {
        sums.clear();
    }

    /** The edges that live and whose both ends have a name, in no order, each with labels of its own. */
    public List<EdgeSeries> list(Dictionary names) {
        record Labels(
                String service,
                ProcessLife process,
                String callerBuildId,
                String caller,
                String build,
                String callee) {}
        Map<Labels, EdgeSeries> edges = new LinkedHashMap<>();
        sums.forEachLive((id, parts) -> {
            Optional<Dictionary.Function> caller = names.function(id.callerBuildId(), id.caller());
            Optional<Dictionary.Function> callee = names.function(id.calleeBuildId(), id.callee());
            if (caller.isPresent() && callee.isPresent()) {
                EdgeSeries edge = sum(id, caller.get().name(), callee.get().name(), parts);
                edges.merge(
                        new Labels(
                                edge.service(),
                                edge.process(),
                                edge.callerBuildId(),
                                edge.caller(),
                                edge.calleeBuildId(),
                                edge.callee()),
                        edge,
                        EdgeSeries::plus);
            }
        });
        return new ArrayList<>(edges.values());
    }

    private static EdgeSeries sum(Id id, String caller, String callee, Collection<Part> parts) {
        String service = "";
        long updatedNs = Long.MIN_VALUE;
        long createdNs = Long.MAX_VALUE;
        long calls = 0;
        long sumNs = 0;
        long selfNs = 0;
        for (Part part : parts) {
            if (part.updatedNs() > updatedNs) {
                service = part.service();
                updatedNs = part.updatedNs();
            }
            createdNs = Math.min(createdNs, part.createdNs());
            calls += part.calls();
            sumNs += part.sumNs();
            selfNs += part.selfNs();
        }
        return new EdgeSeries(
                service,
                id.process(),
                id.callerBuildId(),
                caller,
                id.calleeBuildId(),
                callee,
                createdNs,
                calls,
                sumNs,
                selfNs);
    }
}
