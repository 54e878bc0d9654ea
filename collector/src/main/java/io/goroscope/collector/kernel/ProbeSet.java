package io.goroscope.collector.kernel;

import java.util.Arrays;
import java.util.BitSet;

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

    /** Those of the functions of these slots, with their cookies on one side. */
    ProbeSet of(BitSet slots, int side) {
        ProbeSet part = new ProbeSet();
        for (int i = 0; i < count; i++) {
            if (slots.get(Cookie.slot(cookies[i]))) {
                part.add(offsets[i], Cookie.onSide(cookies[i], side));
            }
        }
        return part;
    }

    ProbeSet range(int from, int to) {
        ProbeSet part = new ProbeSet();
        for (int i = from; i < to; i++) {
            part.add(offsets[i], cookies[i]);
        }
        return part;
    }
}
