package io.goroscope.collector.kernel;

import io.goroscope.schemas.UserException;
import java.util.stream.Stream;

/** The loaded programs of a session and the memory they share with it. */
final class SessionMaps implements AutoCloseable {

    private static final String COUNT = "on_count";
    private static final String COUNT_STACK = "on_count_stack";
    private static final String RETURN = "on_return";
    private static final String RETURN_EXECUTING = "on_return_executing";
    private static final String[] AT_PROBES = {COUNT, COUNT_STACK, "on_entry", RETURN, RETURN_EXECUTING, "on_marker"};

    /** The programs' variables: {@code shared}. */
    private static final String VARIABLES = ".bss";

    private static final int ACTIVE = 0;
    private static final int ENDS_UNMARKED = Integer.BYTES;
    private static final int HIT_LINES = 64;
    private static final int LONGS_OF_LINE = 8;
    private static final int VARIABLE_BYTES = (1 + HIT_LINES) * LONGS_OF_LINE * Long.BYTES;

    private final BpfObject object;
    private final int shards;
    private final boolean executeReturns;
    private final boolean stacks;
    private final RingBufferReader ring;
    private final MappedArea statistics;
    private final MappedArea variables;
    private final ModeTable modes;

    private SessionMaps(
            BpfObject object, int shards, int ringBytes, boolean executeReturns, boolean stacks, int modeSlots) {
        this.object = object;
        this.shards = shards;
        this.executeReturns = executeReturns;
        this.stacks = stacks;
        this.ring = new RingBufferReader(object.mapFd("ring"), ringBytes);
        try {
            this.statistics =
                    MappedArea.map(object.mapFd("statistics"), (long) Statistic.values().length * Long.BYTES, false, 0);
            this.variables = MappedArea.map(object.mapFd(VARIABLES), VARIABLE_BYTES, true, 0);
            this.modes = new ModeTable(object.mapFd("modes"), modeSlots);
        } catch (RuntimeException e) {
            ring.close();
            throw e;
        }
    }

    static SessionMaps load(ProbeTable table, SessionOptions options, KernelFeatures features, boolean executeReturns) {
        int shards = features.counterShards();
        int ringBytes = options.ringCapacity(MappedArea.pageSize());
        int modeSlots = options.adjustable() ? Math.max(1, table.slots()) : 1;
        BpfObject object = BpfObject.open();
        try (Fd example = ProcessCounters.create(table.slots(), shards)) {
            object.setConstants(
                    SessionConfig.write(
                            table.slots(),
                            shards,
                            options.processIds().isEmpty(),
                            table.hasMarkers(),
                            table.layouts(),
                            features.registerWrites(),
                            options.adjustable()),
                    SessionConfig.BYTES);
            object.setMaxEntries("ring", ringBytes);
            object.setMaxEntries("modes", modeSlots);
            object.setInnerMap("counters", example);
            if (executeReturns) {
                object.setAutoload(RETURN_EXECUTING, true);
            }
            if (options.stacks() > 0) {
                object.setAutoload(COUNT_STACK, true);
                UserStacks.size(object, options.stacks());
            }
            if (features.uprobeMulti()) {
                Stream.of(AT_PROBES).forEach(program -> object.setAttachType(program, Bpf.ATTACH_UPROBE_MULTI));
            }
            object.load();
            PrivateStack.refuse(object.loaded(AT_PROBES), features.release());
            return new SessionMaps(object, shards, ringBytes, executeReturns, options.stacks() > 0, modeSlots);
        } catch (KernelException e) {
            object.close();
            if (e.errno() == Errno.EPERM) {
                throw Permissions.refused("load BPF programs", e);
            }
            throw new UserException(
                    "cannot load the BPF programs into Linux "
                            + features.release().text() + ": " + Errno.text(e.errno())
                            + "; see the log for the verifier's reason",
                    e);
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    /** Whether hits count; at first they do not. */
    void setActive(boolean active) {
        MappedArea.INTS.setRelease(variables.buffer(), ACTIVE, active ? 1 : 0);
    }

    /** Whether a marker tells of each goroutine's end; at first it does. */
    void setEndsMarked(boolean marked) {
        MappedArea.INTS.setRelease(variables.buffer(), ENDS_UNMARKED, marked ? 0 : 1);
    }

    Hits hits() {
        long entries = 0;
        long returns = 0;
        for (int line = 1; line <= HIT_LINES; line++) {
            entries += variables.longAt(line * LONGS_OF_LINE);
            returns += variables.longAt(line * LONGS_OF_LINE + 1);
        }
        return new Hits(entries, returns);
    }

    ModeTable modes() {
        return modes;
    }

    RingBufferReader ring() {
        return ring;
    }

    long statistic(Statistic statistic) {
        return statistics.longAt(statistic.index());
    }

    int mapFd(String name) {
        return object.mapFd(name);
    }

    ProcessCounters newCounters(int slots, long execId) {
        return new ProcessCounters(slots, shards, execId);
    }

    int program(ProbeTable.Program program) {
        return object.programFd(
                switch (program) {
                    case COUNT -> stacks ? COUNT_STACK : COUNT;
                    case ENTRY -> "on_entry";
                    case RETURN -> executeReturns ? RETURN_EXECUTING : RETURN;
                    case MARKER, END -> "on_marker";
                });
    }

    int tracepoint(String name) {
        return object.programFd(name);
    }

    RunStatistics runStatistics() {
        int[] programs = Stream.of(ProbeTable.Program.values())
                .mapToInt(this::program)
                .distinct()
                .toArray();
        return RunStatistics.of(programs);
    }

    @Override
    public void close() {
        ring.close();
        statistics.close();
        variables.close();
        modes.close();
        object.close();
    }
}
