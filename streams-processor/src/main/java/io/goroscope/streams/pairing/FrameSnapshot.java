package io.goroscope.streams.pairing;

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
        int base = pairing.stacks.base(slot);
        int end = base + pairing.stacks.count(slot);
        for (int from = base; from < end; ) {
            int to = Math.min(end, from + PART_BYTES / 64);
            writer.number(identity).number(to - from);
            writeFrames(from, to);
            if (writer.length() > PART_BYTES) {
                closePart(group, sink);
            }
            from = to;
        }
    }

    private void writeFrames(int from, int to) {
        FrameBlocks blocks = pairing.stacks.blocks;
        long depth = 0;
        long timeNs = 0;
        for (int frame = from; frame < to; frame++) {
            writer.number(blocks.depth(frame) - depth)
                    .number(blocks.timeNs(frame) - timeNs)
                    .number(blocks.calleesNs(frame))
                    .number(blocks.function(frame))
                    .number(blocks.stamp(frame))
                    .number(blocks.segment(frame));
            depth = blocks.depth(frame);
            timeNs = blocks.timeNs(frame);
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
        if (parts.length <= group) {
            parts = Arrays.copyOf(parts, Math.max(group + 1, parts.length * 2));
        }
        parts[group] = number + 1;
        ByteReader reader = new ByteReader(value);
        while (reader.hasMore()) {
            readFrames(reader, pairing.stacks.slotFor(reader.number()));
        }
    }

    private void readFrames(ByteReader reader, int slot) {
        FrameBlocks blocks = pairing.stacks.blocks;
        long depth = 0;
        long timeNs = 0;
        for (int left = reader.smallNumber(); left > 0; left--) {
            depth += reader.number();
            timeNs += reader.number();
            long calleesNs = reader.number();
            int function = reader.smallNumber();
            int frame = pairing.stacks.push(slot);
            blocks.write(frame, depth, timeNs, function, reader.smallNumber(), reader.number());
            blocks.addCalleesNs(frame, calleesNs);
            if (function >= 0) {
                pairing.openFrames++;
            }
        }
    }
}
