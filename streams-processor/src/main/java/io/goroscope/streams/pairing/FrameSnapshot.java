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
 *  part:   { identity, frames, { depth - depth below, time - time of the frame before, callees,
 *                                function | stamp, 17 bits | whether a segment follows, segment } … } …
 * </pre>
 *
 * <p>With 50,000 goroutines there are as many numbers to write as the events of a tenth of a second bring, so all of a frame are
 * {@linkplain ByteWriter#packed packed}, and a group's frames are fetched before they are written.
 */
public final class FrameSnapshot {

    /** A part is closed when it has this many bytes; well below any broker's limit. */
    private static final int PART_BYTES = 128 * 1024;

    /** Added to the bits of groups where numbers are packed; the first version had varints, and no such sign. */
    private static final int PACKED = 64;

    private static final int STAMP_MASK = 2 * FrameBlocks.TAINTED - 1;
    private static final int STAMP_BITS = Integer.bitCount(STAMP_MASK);

    private final Pairing pairing;
    private final int lane;
    private final ByteWriter writer = new ByteWriter();
    private int[] parts = new int[0];
    private int part;
    /** The time that was written or read before, in this part. */
    private long timeNs;
    /** Whether what is read has its numbers packed. */
    private boolean packed;

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
        out.number(PACKED | pairing.stacks.groupBits())
                .number(pairing.noIdentity)
                .number(pairing.offStack);
    }

    /** Reads what {@link #saveCounters} wrote. */
    public void loadCounters(ByteReader in) {
        int bits = in.smallNumber();
        packed = (bits & PACKED) != 0;
        pairing.stacks.setGroupBits(bits & ~PACKED);
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
        beginPart();
        pairing.stacks.fetch(group);
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
        beginPart();
    }

    private void beginPart() {
        writer.clear();
        timeNs = 0;
    }

    private void writeStack(int slot, long identity, int group, SnapshotSink sink) {
        int base = pairing.stacks.base(slot);
        int end = base + pairing.stacks.count(slot);
        for (int from = base; from < end; ) {
            int to = Math.min(end, from + PART_BYTES / 64);
            writer.packed(identity).packed(to - from);
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
        long time = timeNs;
        for (int frame = from; frame < to; frame++) {
            long segment = blocks.segment(frame);
            long functionAndStamp = (long) blocks.function(frame) << STAMP_BITS | blocks.stamp(frame);
            writer.packed(blocks.depth(frame) - depth)
                    .packed(blocks.timeNs(frame) - time)
                    .packed(blocks.calleesNs(frame))
                    .packed(functionAndStamp << 1 | (segment != 0 ? 1 : 0));
            if (segment != 0) {
                writer.packed(segment);
            }
            depth = blocks.depth(frame);
            time = blocks.timeNs(frame);
        }
        timeNs = time;
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
        timeNs = 0;
        while (reader.hasMore()) {
            if (packed) {
                readFrames(reader, pairing.stacks.slotFor(reader.packed()));
            } else {
                readVarints(reader, pairing.stacks.slotFor(reader.number()));
            }
        }
    }

    private void readFrames(ByteReader reader, int slot) {
        long depth = 0;
        for (long left = reader.packed(); left > 0; left--) {
            depth += reader.packed();
            timeNs += reader.packed();
            long calleesNs = reader.packed();
            long rest = reader.packed();
            long segment = (rest & 1) != 0 ? reader.packed() : 0;
            int stamp = (int) (rest >> 1) & STAMP_MASK;
            add(slot, depth, timeNs, calleesNs, (int) (rest >> (1 + STAMP_BITS)), stamp, segment);
        }
    }

    /** As the first version wrote them. */
    private void readVarints(ByteReader reader, int slot) {
        long depth = 0;
        long time = 0;
        for (int left = reader.smallNumber(); left > 0; left--) {
            depth += reader.number();
            time += reader.number();
            long calleesNs = reader.number();
            int function = reader.smallNumber();
            int stamp = reader.smallNumber();
            add(slot, depth, time, calleesNs, function, stamp, reader.number());
        }
    }

    private void add(int slot, long depth, long time, long calleesNs, int function, int stamp, long segment) {
        FrameBlocks blocks = pairing.stacks.blocks;
        int frame = pairing.stacks.push(slot);
        blocks.write(frame, depth, time, function, stamp, segment);
        blocks.addCalleesNs(frame, calleesNs);
        if (function >= 0) {
            pairing.openFrames++;
        }
    }
}
