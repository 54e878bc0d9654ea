package io.goroscope.collector.kernel;

import java.util.BitSet;

/**
 * One link at places of some functions. It cannot be changed: another takes its place.
 *
 * @param range the slots of the functions that it is responsible for
 * @param attached those of them where its program is now
 * @param link null where that is none
 */
record LinkGroup(BitSet range, BitSet attached, Attachment link) implements Attachment {

    static LinkGroup detached(BitSet range) {
        return new LinkGroup(range, new BitSet(), null);
    }

    @Override
    public void close() {
        if (link != null) {
            link.close();
        }
    }

    /** What of a weight of each function lies on what is attached. */
    double weight(double[] weights) {
        return attached.stream()
                .filter(slot -> slot < weights.length)
                .mapToDouble(slot -> weights[slot])
                .sum();
    }
}
