package io.goroscope.collector.kernel;

/**
 * The exact counters of one life of one process: an array of {@code {calls, lost}} for each slot and shard, written by the
 * programs with atomic adds and read here without system calls. One more entry, the last, says which life, and how many
 * goroutines have ended.
 */
final class ProcessCounters implements AutoCloseable {

    static final int ENTRY_BYTES = 16;

    private static final int LONGS = ENTRY_BYTES / Long.BYTES;

    private final int slots;
    private final int shards;
    private final Fd fd;
    private final MappedArea area;
    // What the process did before it was registered; null if nothing
    private long[] before;
    // What was visited last; null until somebody asks for changes
    private long[] visited;

    /** @param execId the life that they are for, by the kernel's self_exec_id; or ANY_LIFE: the one until the next exec */
    ProcessCounters(int slots, int shards, long execId) {
        this.slots = slots;
        this.shards = shards;
        this.fd = create(slots, shards);
        try {
            this.area = MappedArea.map(fd.number(), (long) entries(slots, shards) * ENTRY_BYTES, true, 0);
            area.buffer().putLong(slots * shards * ENTRY_BYTES, execId == EarlyCounters.ANY_LIFE ? 0 : execId + 1);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /** A map as each process gets one. */
    static Fd create(int slots, int shards) {
        return Bpf.createMap(Bpf.MAP_TYPE_ARRAY, 4, ENTRY_BYTES, entries(slots, shards), Bpf.F_MMAPABLE);
    }

    private static int entries(int slots, int shards) {
        return Math.addExact(Math.multiplyExact(slots, shards), 1);
    }

    int mapFd() {
        return fd.number();
    }

    /** Adds what was counted elsewhere. */
    void add(int slot, long calls, long lost) {
        if (before == null) {
            before = new long[slots * LONGS];
        }
        before[slot * LONGS] += calls;
        before[slot * LONGS + 1] += lost;
    }

    long calls(int slot) {
        return sum(slot, 0);
    }

    long lost(int slot) {
        return sum(slot, 1);
    }

    /** Goroutines that were seen to end. */
    long ends() {
        return area.longAt(slots * shards * LONGS + 1);
    }

    /** Writes the calls of each slot to its place: what looks often asks for nothing else. */
    void copyCalls(long[] into) {
        for (int slot = 0; slot < slots; slot++) {
            into[slot] = before == null ? 0 : before[slot * LONGS];
        }
        for (int shard = 0; shard < shards; shard++) {
            int first = shard * slots * LONGS;
            for (int slot = 0; slot < slots; slot++) {
                into[slot] += area.longAt(first + slot * LONGS);
            }
        }
    }

    /** Visits each slot that has ever counted, or only those that changed since the last visit of changes. */
    void visit(ProbeSession.CounterVisitor visitor, boolean onlyChanged) {
        if (onlyChanged && visited == null) {
            visited = new long[slots * LONGS];
        }
        for (int slot = 0; slot < slots; slot++) {
            long calls = calls(slot);
            long lost = lost(slot);
            if (onlyChanged) {
                if (calls == visited[slot * LONGS] && lost == visited[slot * LONGS + 1]) {
                    continue;
                }
                visited[slot * LONGS] = calls;
                visited[slot * LONGS + 1] = lost;
            } else if (calls == 0 && lost == 0) {
                continue;
            }
            visitor.onCounter(slot, calls, lost);
        }
    }

    private long sum(int slot, int which) {
        long sum = before == null ? 0 : before[slot * LONGS + which];
        for (int shard = 0; shard < shards; shard++) {
            sum += area.longAt((shard * slots + slot) * LONGS + which);
        }
        return sum;
    }

    @Override
    public void close() {
        area.close();
        fd.close();
    }
}
