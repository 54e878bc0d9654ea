package io.goroscope.sink.table;

import io.goroscope.schemas.avro.FunctionMode;
import io.goroscope.schemas.avro.ModeKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What is done at functions whose mode was changed, from {@code goroscope.totals}. */
final class ModeTable {

    private record Id(ProcessLife process, String buildId, int function) {}

    private record Part(
            String service,
            long createdNs,
            long updatedNs,
            String mode,
            long changes,
            CallTotals sampled,
            long observedNs,
            long cycledNs) {}

    private static final int ENDED_LIMIT = 50_000;

    private final WriterSums<Id, Part> sums = new WriterSums<>(ENDED_LIMIT);

    /** Takes a record; null for a tombstone. */
    void apply(ModeKey key, FunctionMode value) {
        Source writer = Source.of(key.getSource());
        Id id = new Id(writer.process(), key.getBuildId(), key.getFunction());
        if (value == null) {
            sums.end(id, writer);
        } else {
            sums.put(
                    id,
                    writer,
                    new Part(
                            value.getService(),
                            value.getCreatedNs(),
                            value.getUpdatedNs(),
                            value.getMode(),
                            value.getChanges(),
                            CallTotals.of(value.getSampled()),
                            value.getObservedNs(),
                            value.getCycledNs()));
        }
    }

    void clear() {
        sums.clear();
    }

    /** The functions that live and have a name, in no order. */
    List<SteppedFunction> list(Dictionary names) {
        List<SteppedFunction> all = new ArrayList<>();
        sums.forEachLive((id, parts) -> names.function(id.buildId(), id.function())
                .ifPresent(function -> all.add(sum(id, function.name(), parts))));
        return all;
    }

    /** Each lane is told of each change: they say the same, but for the calls. */
    private static SteppedFunction sum(Id id, String name, Collection<Part> parts) {
        Part latest = null;
        long createdNs = Long.MAX_VALUE;
        CallTotals sampled = CallTotals.NONE;
        for (Part part : parts) {
            latest = latest == null || part.updatedNs() > latest.updatedNs() ? part : latest;
            createdNs = Math.min(createdNs, part.createdNs());
            sampled = sampled.plus(part.sampled());
        }
        double share = latest.cycledNs() == 0 ? 0 : (double) latest.observedNs() / latest.cycledNs();
        return new SteppedFunction(
                latest.service(),
                id.process(),
                id.buildId(),
                name,
                createdNs,
                latest.mode(),
                latest.changes(),
                sampled,
                share);
    }
}
