package io.goroscope.streams.pairing;

import static io.goroscope.streams.pairing.FrameStacks.CALLEES;
import static io.goroscope.streams.pairing.FrameStacks.DEPTH;
import static io.goroscope.streams.pairing.FrameStacks.FUNCTION_AND_BELOW;
import static io.goroscope.streams.pairing.FrameStacks.NONE;
import static io.goroscope.streams.pairing.FrameStacks.SEGMENT;
import static io.goroscope.streams.pairing.FrameStacks.STAMP;
import static io.goroscope.streams.pairing.FrameStacks.STRIDE;
import static io.goroscope.streams.pairing.FrameStacks.TIME;

import io.goroscope.streams.snapshot.ByteReader;
import io.goroscope.streams.snapshot.ByteWriter;
import io.goroscope.streams.snapshot.SnapshotSink;
import io.goroscope.streams.snapshot.StateKey;
import java.util.Arrays;

/**
 * The open frames of a pairing as entries of a store, one for each group of goroutines that changed: with some thousand
 * goroutines, one entry for each would cost more than all the pairing. A group that is too large for a record (a deep
 * recursion) goes in parts, which are cut between two stacks or within one: each part begins with an identity again.
 *
 * <pre>
 *  part:   { identity, frames, { depth - depth below, time - time below, callees, function, stamp, segment } … } …
 * </pre>
 */
public final class FrameSnapshot {

    /** A part is closed when it has this many bytes; well below any broker's limit. */
    private static final int PART_BYTES = 128 * 1024;

    private final Pairing pairing;
    private final int lane;
    private final ByteWriter writer = new ByteWriter();
    private int[] parts = new int[0];
    /** The frames of one stack, lowest first. */
    private int[] upwards = new int[16];

    private int part;

    /**
     * @param pairing whose frames
     * @param lane number of the lane, for the keys
     */
    public FrameSnapshot(Pairing pairing, int lane) {
        this.pairing = pairing;
        this.lane = lane;
    }

    /** Writes what the frames do not tell; to be read before them. */
    public void saveCounters(ByteWriter out) {
        out.number(pairing.stacks.groupBits()).number(pairing.noIdentity).number(pairing.offStack);
    }

    /** Reads what {@link #saveCounters} wrote. */
    public void loadCounters(ByteReader in) {
        pairing.stacks.setGroupBits(in.smallNumber());
        pairing.noIdentity = in.number();
        pairing.offStack = in.number();
    }

    /** Writes all groups that changed since the last time. */
    public void save(SnapshotSink sink) {
        FrameStacks stacks = pairing.stacks;
        if (parts.length < stacks.groups()) {
            parts = Arrays.copyOf(parts, stacks.groups());
        }
        for (int group = 0; group < stacks.groups(); group++) {
            if (stacks.takeChanged(group)) {
                save(group, sink);
            }
        }
    }

    private void save(int group, SnapshotSink sink) {
        part = 0;
        writer.clear();
        pairing.stacks.forEachIn(group, (slot, identity) -> writeStack(slot, identity, group, sink));
        if (writer.length() > 0) {
            closePart(group, sink);
        }
        for (int old = part; old < parts[group]; old++) {
            sink.put(StateKey.frames(lane, group, old), null);
        }
        parts[group] = part;
    }

    private void closePart(int group, SnapshotSink sink) {
        sink.put(StateKey.frames(lane, group, part++), writer.toBytes());
        writer.clear();
    }

    private void writeStack(int slot, long identity, int group, SnapshotSink sink) {
        FrameStacks stacks = pairing.stacks;
        int count = 0;
        for (int frame = stacks.top(slot); frame != NONE; frame = stacks.below(frame)) {
            count++;
        }
        if (upwards.length < count) {
            upwards = new int[Math.max(count, 2 * upwards.length)];
        }
        for (int frame = stacks.top(slot), i = count - 1; frame != NONE; frame = stacks.below(frame), i--) {
            upwards[i] = frame;
        }
        for (int from = 0; from < count; ) {
            int to = Math.min(count, from + PART_BYTES / 64);
            writer.number(identity).number(to - from);
            writeFrames(from, to);
            if (writer.length() > PART_BYTES) {
                closePart(group, sink);
            }
            from = to;
        }
    }

    private void writeFrames(int from, int to) {
        long[] frames = pairing.stacks.frames;
        long depth = 0;
        long timeNs = 0;
        for (int i = from; i < to; i++) {
            int at = upwards[i] * STRIDE;
            writer.number(frames[at + DEPTH] - depth)
                    .number(frames[at + TIME] - timeNs)
                    .number(frames[at + CALLEES])
                    .number(pairing.stacks.function(upwards[i]))
                    .number(frames[at + STAMP])
                    .number(frames[at + SEGMENT]);
            depth = frames[at + DEPTH];
            timeNs = frames[at + TIME];
        }
    }

    /**
     * Reads a part; they have to come in the order of their keys.
     *
     * @param group from the key
     * @param number of the part, from the key
     * @param value what was put
     */
    public void load(int group, int number, byte[] value) {
        FrameStacks stacks = pairing.stacks;
        if (parts.length <= group) {
            parts = Arrays.copyOf(parts, Math.max(group + 1, parts.length * 2));
        }
        parts[group] = number + 1;
        ByteReader reader = new ByteReader(value);
        while (reader.hasMore()) {
            long identity = reader.number();
            int slot = stacks.find(identity);
            int below = slot == NONE ? NONE : stacks.top(slot);
            int top = readFrames(reader, below);
            if (slot == NONE) {
                stacks.insert(identity, top);
            } else {
                stacks.setTop(slot, top);
            }
        }
    }

    private int readFrames(ByteReader reader, int lowest) {
        FrameStacks stacks = pairing.stacks;
        int below = lowest;
        long depth = 0;
        long timeNs = 0;
        for (int left = reader.smallNumber(); left > 0; left--) {
            int frame = stacks.allocate();
            int at = frame * STRIDE;
            depth += reader.number();
            timeNs += reader.number();
            stacks.frames[at + DEPTH] = depth;
            stacks.frames[at + TIME] = timeNs;
            stacks.frames[at + CALLEES] = reader.number();
            int function = reader.smallNumber();
            stacks.frames[at + FUNCTION_AND_BELOW] = FrameStacks.functionAndBelow(function, below);
            stacks.frames[at + STAMP] = reader.number();
            stacks.frames[at + SEGMENT] = reader.number();
            if (function >= 0) {
                pairing.openFrames++;
            }
            below = frame;
        }
        return below;
    }
}
