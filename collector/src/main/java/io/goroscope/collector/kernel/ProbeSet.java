package io.goroscope.collector.kernel;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.LongStream;

/** The places of one image at which one program is to run: parallel arrays, as the kernel takes them. */
final class ProbeSet {

    private long[] offsets = new long[16];
    private long[] cookies = new long[16];
    private int count;

    void add(long offset, long cookie) {
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, count * 2);
            cookies = Arrays.copyOf(cookies, count * 2);
        }
        offsets[count] = offset;
        cookies[count] = cookie;
        count++;
    }

    int count() {
        return count;
    }

    long[] offsets() {
        return Arrays.copyOf(offsets, count);
    }

    long[] cookies() {
        return Arrays.copyOf(cookies, count);
    }

    /** Those of the functions of these slots, with their cookies on the side that is set for each. */
    ProbeSet of(BitSet slots, BitSet sides) {
        ProbeSet part = new ProbeSet();
        for (int i = 0; i < count; i++) {
            int slot = Cookie.slot(cookies[i]);
            if (slots.get(slot)) {
                part.add(offsets[i], Cookie.onSide(cookies[i], sides.get(slot) ? 1 : 0));
            }
        }
        return part;
    }

    /** How many places each function has, by slot. */
    int[] countBySlot() {
        int[] counts = new int
                [1 + LongStream.of(cookies()).mapToInt(Cookie::slot).max().orElse(-1)];
        LongStream.of(cookies()).forEach(cookie -> counts[Cookie.slot(cookie)]++);
        return counts;
    }

    ProbeSet range(int from, int to) {
        ProbeSet part = new ProbeSet();
        for (int i = from; i < to; i++) {
            part.add(offsets[i], cookies[i]);
        }
        return part;
    }
}
