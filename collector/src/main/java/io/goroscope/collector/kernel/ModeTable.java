package io.goroscope.collector.kernel;

import java.util.BitSet;

/**
 * The modes of a session's functions, as the programs read them at each hit: {@code modes} in {@code goroscope.bpf.c}. One
 * thread at a time may write.
 */
final class ModeTable implements AutoCloseable {

    /** The kernel rounds the values of an array up to 8 bytes. */
    private static final int STRIDE = 8;

    private static final int NO_ENTRIES = 1;
    private static final int NO_RETURNS = 1 << 1;
    private static final int HANDOVER = 1 << 2;
    private static final int NEWER_SIDE = 1 << 3;
    private static final int SENDS = NO_ENTRIES | NO_RETURNS;
    private static final int EPOCH_SHIFT = 8;

    private final MappedArea area;
    private int epoch;

    ModeTable(int map, int slots) {
        this.area = MappedArea.map(map, (long) slots * STRIDE, true, 0);
    }

    /** Whether entries and returns of a function are sent; calls are counted in any case. */
    void send(int slot, boolean entries, boolean returns) {
        int sends = (entries ? 0 : NO_ENTRIES) | (returns ? 0 : NO_RETURNS);
        put(slot, (at(slot) & ~SENDS) | sends);
    }

    /**
     * From here on two links may be at the places of these functions; each hit is to be handled once.
     *
     * @param newer on which side the newer link is, of each function
     */
    void beginHandover(BitSet slots, BitSet newer) {
        epoch++;
        int bits = HANDOVER | epoch << EPOCH_SHIFT;
        slots.stream().forEach(slot -> put(slot, (at(slot) & SENDS) | bits | (newer.get(slot) ? NEWER_SIDE : 0)));
    }

    /** One link is there again. */
    void endHandover(BitSet slots) {
        slots.stream().forEach(slot -> put(slot, at(slot) & SENDS));
    }

    private int at(int slot) {
        return (int) MappedArea.INTS.getAcquire(area.buffer(), slot * STRIDE);
    }

    private void put(int slot, int mode) {
        MappedArea.INTS.setRelease(area.buffer(), slot * STRIDE, mode);
    }

    @Override
    public void close() {
        area.close();
    }
}
