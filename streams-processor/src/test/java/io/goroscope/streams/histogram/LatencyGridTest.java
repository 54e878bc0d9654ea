package io.goroscope.streams.histogram;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class LatencyGridTest {

    /** d <= 2^(i/8) s exactly if (d / 10^9)^8 <= 2^i: whole numbers of any size, no root. */
    private static boolean isWithin(long durationNs, int index) {
        BigDecimal left = new BigDecimal(durationNs).pow(8);
        BigDecimal right = BigDecimal.TEN.pow(72);
        BigDecimal power = new BigDecimal(BigInteger.ONE.shiftLeft(Math.abs(index)));
        return index >= 0
                ? left.compareTo(right.multiply(power)) <= 0
                : left.multiply(power).compareTo(right) <= 0;
    }

    @Property(tries = 5000)
    void shouldFollowTheDefinition(@ForAll @LongRange(min = 1) long durationNs) {
        int index = LatencyGrid.index(durationNs);
        assertThat(isWithin(durationNs, index)).isTrue();
        assertThat(isWithin(durationNs, index - 1)).isFalse();
    }

    @Property(tries = 5000)
    void shouldFollowTheDefinitionAtEveryScale(
            @ForAll @LongRange(min = 1) long any, @ForAll @IntRange(min = 0, max = 62) int shift) {
        shouldFollowTheDefinition(Math.max(1, any >>> shift));
    }

    @Test
    void shouldPutEachBoundInItsBucketAndTheNextNsInTheNext() {
        for (int index = LatencyGrid.MIN_INDEX; index < LatencyGrid.MAX_INDEX; index++) {
            long bound = LatencyGrid.upperBoundNs(index);
            int found = LatencyGrid.index(bound);
            // The finest buckets hold no whole ns of their own.
            assertThat(LatencyGrid.upperBoundNs(found)).isEqualTo(bound);
            assertThat(LatencyGrid.index(bound + 1)).isGreaterThan(index);
            shouldFollowTheDefinition(bound);
            shouldFollowTheDefinition(bound + 1);
        }
    }

    @Test
    void shouldFollowTheDefinitionForAllShortDurations() {
        for (long ns = 1; ns < 5000; ns++) {
            shouldFollowTheDefinition(ns);
        }
    }

    @Test
    void shouldPutLessThanANanosecondInTheFirstBucket() {
        assertThat(LatencyGrid.index(0)).isEqualTo(LatencyGrid.MIN_INDEX);
        assertThat(LatencyGrid.index(-5)).isEqualTo(LatencyGrid.MIN_INDEX);
        assertThat(LatencyGrid.index(1)).isEqualTo(LatencyGrid.MIN_INDEX);
        assertThat(LatencyGrid.index(Long.MAX_VALUE)).isEqualTo(LatencyGrid.MAX_INDEX);
    }

    @Test
    void shouldHaveOneSecondAsBoundOfBucketZero() {
        assertThat(LatencyGrid.upperBoundNs(0)).isEqualTo(1_000_000_000L);
        assertThat(LatencyGrid.upperBoundNs(8)).isEqualTo(2_000_000_000L);
        assertThat(LatencyGrid.upperBoundNs(-8)).isEqualTo(500_000_000L);
        assertThat(LatencyGrid.upperBoundSeconds(-8)).isEqualTo(0.5);
    }
}
