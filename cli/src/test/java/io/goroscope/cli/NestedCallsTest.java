package io.goroscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NestedCallsTest {

    private static final int NOBODY = -1;

    private final NestedCalls nested = new NestedCalls();

    @Test
    void shouldCountCallsWithinACallAtAnyDepth() {
        // f1 [0, 100) calls f2 [10, 40), which calls f3 [20, 30), and f2 again [50, 60).
        assertThat(nested.ended(7, true, 2, 20)).isZero();
        assertThat(nested.ended(7, true, 1, 10)).isEqualTo(1);
        assertThat(nested.ended(7, true, 1, 50)).isZero();
        assertThat(nested.ended(7, false, NOBODY, 0)).isEqualTo(3);
    }

    @Test
    void shouldCountEachLevelOfARecursion() {
        for (int level = 100; level >= 1; level--) {
            assertThat(nested.ended(7, level > 1, 1, level)).isEqualTo(100 - level);
        }
    }

    @Test
    void shouldKeepGoroutinesApart() {
        nested.ended(7, true, 1, 10);
        assertThat(nested.ended(8, false, NOBODY, 0)).isZero();
        assertThat(nested.ended(7, false, NOBODY, 0)).isEqualTo(1);
    }

    @Test
    void shouldAddUpTheManyCalleesOfALoop() {
        for (int i = 1; i <= 100_000; i++) {
            nested.ended(7, true, 1, i);
        }
        assertThat(nested.ended(7, false, NOBODY, 0)).isEqualTo(100_000);
    }

    @Test
    void shouldNotCountTheCallsOfACallerThatDied() {
        nested.ended(7, true, 2, 10);
        // f2 was unwound; f1, without a traced caller, began before and has its callee all the same.
        assertThat(nested.ended(7, false, NOBODY, 5)).isEqualTo(1);
        assertThat(nested.ended(7, false, NOBODY, 20)).isZero();
    }
}
