package io.goroscope.collector.kernel;

/**
 * One record in the ring buffer, 48 bytes in native byte order. The twin of {@code bpf/record.h}, which says what each
 * field means.
 *
 * <pre>
 *    0                   4                   8
 *  +---------------------------------------+
 *  |  time: ns of CLOCK_MONOTONIC          |   0
 *  +---------------------------------------+
 *  |  identity                             |   8
 *  +---------------------------------------+
 *  |  depth                                |  16
 *  +---------------------------------------+
 *  |  segment                              |  24
 *  +-------------------+-------------------+
 *  | slot:24 | what:8  |  tgid             |  32
 *  +-------------------+---------+---------+
 *  |  tid              |  place  |  gen.   |  40
 *  +-------------------+---------+---------+
 * </pre>
 */
final class RingRecord {

    static final int BYTES = 48;

    static final int TIME = 0;
    static final int IDENTITY = 8;
    static final int DEPTH = 16;
    static final int SEGMENT = 24;
    static final int SLOT_WHAT = 32;
    static final int TGID = 36;
    static final int TID = 40;
    static final int PLACE = 44;
    static final int GENERATION = 46;

    /** Kinds from here on are about processes: {@link RingHandler.ProcessEvent}. */
    static final int FIRST_PROCESS_KIND = 8;

    private RingRecord() {}

    static int slot(int slotWhat) {
        return slotWhat & 0xffffff;
    }

    /** As {@code Event.what} on the wire. */
    static int what(int slotWhat) {
        return slotWhat >>> 24;
    }

    static int kind(int what) {
        return what & 0xf;
    }
}
