package io.goroscope.streams.histogram;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * The buckets of schema 3 for durations in whole ns; the package's page says why these. Durations of less than 1 ns fall
 * in the bucket of 1 ns.
 *
 * <p>A duration d from 1 ns has its highest bit at 63 - nlz(d). That bit and the four after it name one of 16 cells in
 * each doubling. A cell is at most 1/16 wide and a bucket at least 9 %, so a cell holds one bound at most: the table gives the
 * bucket of its least duration, and one comparison with that bucket's bound decides.
 */
public final class LatencyGrid {

    /** Prometheus' schema: bounds at powers of 2^(2^-3). */
    public static final int SCHEMA = 3;

    /** Number of the bucket of 1 ns, the first one. */
    public static final int MIN_INDEX = -239;
    /** Number of the bucket of the greatest long, the last one. */
    public static final int MAX_INDEX = 265;
    /** How many buckets there are. */
    public static final int BUCKETS = MAX_INDEX - MIN_INDEX + 1;

    private static final int CELL_BITS = 4;
    private static final long[] UPPER_BOUND_NS = upperBounds();
    private static final short[] CELLS = cells();

    private LatencyGrid() {}

    /** Number of the bucket that a duration falls in, {@link #MIN_INDEX} to {@link #MAX_INDEX}. */
    public static int index(long durationNs) {
        return offset(durationNs) + MIN_INDEX;
    }

    /** The same counted from 0. */
    static int offset(long durationNs) {
        long d = Math.max(1, durationNs);
        int zeros = Long.numberOfLeadingZeros(d);
        int cell = ((Long.SIZE - 1 - zeros) << CELL_BITS) | (int) ((d << (zeros + 1)) >>> (Long.SIZE - CELL_BITS));
        int offset = CELLS[cell];
        // One more where d is above the bound, without a branch: it would be as good as random.
        return offset + (int) ((UPPER_BOUND_NS[offset] - d) >>> (Long.SIZE - 1));
    }

    /** The greatest whole ns in a bucket: 2^(index/8) s, rounded down. */
    public static long upperBoundNs(int index) {
        return UPPER_BOUND_NS[index - MIN_INDEX];
    }

    /** The upper bound of a bucket as Prometheus has it, s. */
    public static double upperBoundSeconds(int index) {
        return Math.pow(2, index / 8.0);
    }

    private static long[] upperBounds() {
        MathContext exact = new MathContext(60, RoundingMode.HALF_EVEN);
        BigDecimal[] eighths = new BigDecimal[8];
        BigDecimal root = BigDecimal.valueOf(2).sqrt(exact).sqrt(exact).sqrt(exact);
        eighths[0] = BigDecimal.ONE;
        for (int i = 1; i < 8; i++) {
            eighths[i] = eighths[i - 1].multiply(root, exact);
        }
        long[] bounds = new long[BUCKETS];
        BigInteger longest = BigInteger.valueOf(Long.MAX_VALUE);
        for (int i = 0; i < BUCKETS; i++) {
            int index = i + MIN_INDEX;
            int octave = Math.floorDiv(index, 8);
            BigDecimal power = octave >= 0
                    ? new BigDecimal(BigInteger.ONE.shiftLeft(octave))
                    : BigDecimal.ONE.divide(new BigDecimal(BigInteger.ONE.shiftLeft(-octave)), exact);
            BigDecimal ns =
                    eighths[Math.floorMod(index, 8)].multiply(power, exact).movePointRight(9);
            bounds[i] = ns.toBigInteger().min(longest).longValueExact();
        }
        return bounds;
    }

    private static short[] cells() {
        int perOctave = 1 << CELL_BITS;
        short[] cells = new short[(Long.SIZE - 1) * perOctave];
        int offset = 0;
        for (int cell = 0; cell < cells.length; cell++) {
            int octave = cell / perOctave;
            // Below 16 ns a doubling has fewer durations than cells; those cells are never looked up, or hold one.
            long least = octave >= CELL_BITS
                    ? ((long) perOctave + cell % perOctave) << (octave - CELL_BITS)
                    : (perOctave + cell % perOctave) >> (CELL_BITS - octave);
            while (UPPER_BOUND_NS[offset] < least) {
                offset++;
            }
            cells[cell] = (short) offset;
        }
        return cells;
    }
}
