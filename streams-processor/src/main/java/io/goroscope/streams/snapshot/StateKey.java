package io.goroscope.streams.snapshot;

import java.nio.ByteBuffer;

/**
 * Keys of the store: a kind, the number of the lane in its partition, and what the kind needs. In order of bytes, so that
 * a lane is read before what belongs to it.
 *
 * <pre>
 *  ┌──────┬───────────┬───────────────────────────────┐
 *  │ kind │ 4: lane   │ LANE      –                   │
 *  │      │           │ FUNCTION  4: function         │
 *  │      │           │ EDGE      4: caller 4: callee │
 *  │      │           │ WINDOW    8: start 4: function│
 *  │      │           │ FRAMES    4: group 4: part    │
 *  │      │           │ MODE      4: function         │
 *  └──────┴───────────┴───────────────────────────────┘
 * </pre>
 */
public final class StateKey {

    /** Kinds of keys; the first byte of each. Those below belong to whoever keeps the store. */
    public static final byte LANE = 0x10;

    /** Totals of a function. */
    public static final byte FUNCTION = 0x11;
    /** Totals of a caller and callee. */
    public static final byte EDGE = 0x12;
    /** A function's calls in a window. */
    public static final byte WINDOW = 0x13;
    /** Open frames of a group of goroutines. */
    public static final byte FRAMES = 0x14;

    /** What is done at a function whose mode was changed. */
    public static final byte MODE = 0x15;

    private StateKey() {}

    /** Key of a lane. */
    public static byte[] lane(int lane) {
        return start(LANE, lane, 0).array();
    }

    /** Key of a function's totals. */
    public static byte[] function(int lane, int function) {
        return start(FUNCTION, lane, Integer.BYTES).putInt(function).array();
    }

    /** Key of an edge. */
    public static byte[] edge(int lane, int caller, int callee) {
        return start(EDGE, lane, 2 * Integer.BYTES)
                .putInt(caller)
                .putInt(callee)
                .array();
    }

    /** Key of a function's window. */
    public static byte[] window(int lane, long start, int function) {
        return start(WINDOW, lane, Long.BYTES + Integer.BYTES)
                .putLong(start)
                .putInt(function)
                .array();
    }

    /** Key of a part of a group's frames. */
    public static byte[] frames(int lane, int group, int part) {
        return start(FRAMES, lane, 2 * Integer.BYTES).putInt(group).putInt(part).array();
    }

    /** Key of a function's mode. */
    public static byte[] mode(int lane, int function) {
        return start(MODE, lane, Integer.BYTES).putInt(function).array();
    }

    private static ByteBuffer start(byte kind, int lane, int more) {
        return ByteBuffer.allocate(1 + Integer.BYTES + more).put(kind).putInt(lane);
    }
}
