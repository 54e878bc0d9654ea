package io.goroscope.streams.pairing;

import static io.goroscope.schemas.batch.BatchDescriptor.DEFER_RETURN;
import static io.goroscope.schemas.batch.BatchDescriptor.ENTRY;
import static io.goroscope.schemas.batch.BatchDescriptor.GOEXIT;
import static io.goroscope.schemas.batch.BatchDescriptor.GOROUTINE_END;
import static io.goroscope.schemas.batch.BatchDescriptor.NO_IDENTITY;
import static io.goroscope.schemas.batch.BatchDescriptor.OFF_STACK;
import static io.goroscope.schemas.batch.BatchDescriptor.PANIC;
import static io.goroscope.schemas.batch.BatchDescriptor.RETURN;
import static io.goroscope.schemas.batch.BatchDescriptor.SEGMENTED;
import static io.goroscope.schemas.batch.BatchDescriptor.SYSTEM_STACK;
import static io.goroscope.schemas.batch.BatchDescriptor.TAIL;
import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.schemas.avro.Lifecycle;
import io.goroscope.schemas.avro.LifecycleKind;
import io.goroscope.streams.testing.RecordingSink;
import org.junit.jupiter.api.Test;

/** What Go does to its stacks, one behaviour each. Functions: 1 is main's caller of all, 2 and 3 are called by it. */
class PairingTest {

    private final RecordingSink found = new RecordingSink();
    private final Pairing pairing = new Pairing(found);

    private void event(long timeNs, long goid, long depth, int function, int what) {
        pairing.event(timeNs, goid, depth, function, what, 0, 0);
    }

    @Test
    void shouldSubtractTracedCalleesFromSelfTime() {
        event(0, 7, 100, 1, ENTRY);
        event(10, 7, 200, 2, ENTRY);
        event(12, 7, 300, 3, ENTRY);
        event(13, 7, 300, 3, RETURN);
        event(15, 7, 200, 2, RETURN);
        event(30, 7, 100, 1, RETURN);
        assertThat(found.lines)
                .containsExactly(
                        "paired f3 by 2 in 1 self 1 of 7",
                        "paired f2 by 1 in 5 self 4 of 7",
                        "paired f1 by -1 in 30 self 25 of 7");
        assertThat(pairing.goroutines()).isZero();
    }

    @Test
    void shouldTellRecursiveCallsApart() {
        for (int level = 1; level <= 100; level++) {
            event(level, 7, level * 64L, 1, ENTRY);
        }
        for (int level = 100; level >= 1; level--) {
            event(201 - level, 7, level * 64L, 1, RETURN);
        }
        assertThat(found.lines).hasSize(100).first().isEqualTo("paired f1 by 1 in 1 self 1 of 7");
        assertThat(found.lines).last().isEqualTo("paired f1 by -1 in 199 self 2 of 7");
    }

    @Test
    void shouldKeepGoroutinesApartWhateverTheirThreads() {
        event(0, 7, 100, 1, ENTRY);
        event(1, 8, 100, 1, ENTRY);
        event(5, 7, 100, 1, RETURN);
        event(9, 8, 100, 1, RETURN);
        assertThat(found.lines).containsExactly("paired f1 by -1 in 5 self 5 of 7", "paired f1 by -1 in 8 self 8 of 8");
    }

    @Test
    void shouldEndAFrameWithATailJump() {
        event(0, 7, 100, 1, ENTRY);
        event(1, 7, 200, 2, ENTRY);
        event(2, 7, 200, 2, TAIL);
        event(3, 7, 200, 3, ENTRY);
        event(5, 7, 200, 3, RETURN);
        event(6, 7, 100, 1, RETURN);
        assertThat(found.lines)
                .containsExactly(
                        "paired f2 by 1 in 1 self 1 of 7",
                        "paired f3 by 1 in 2 self 2 of 7",
                        "paired f1 by -1 in 6 self 3 of 7");
    }

    @Test
    void shouldGiveAPanicAsTheReasonOnceTheRecoveringFrameReturns() {
        event(0, 7, 100, 1, ENTRY);
        event(1, 7, 200, 2, ENTRY);
        event(2, 7, 300, 3, ENTRY);
        event(3, 7, 400, 90, PANIC);
        event(4, 7, 500, 4, ENTRY);
        event(5, 7, 500, 4, RETURN);
        event(6, 7, 100, 1, RETURN);
        assertThat(found.lines)
                .containsExactly(
                        "paired f4 by 3 in 1 self 1 of 7",
                        "abandoned f3 PANIC",
                        "abandoned f2 PANIC",
                        "paired f1 by -1 in 6 self 1 of 7");
    }

    /** The recovering frame is not traced; without the marker, f3 would become a callee of the dead f2. */
    @Test
    void shouldNotLetADeadFrameAdoptTheNextCall() {
        event(0, 7, 100, 1, ENTRY);
        event(1, 7, 300, 2, ENTRY);
        event(2, 7, 400, 90, PANIC);
        event(4, 7, 250, 91, DEFER_RETURN);
        event(5, 7, 350, 3, ENTRY);
        event(6, 7, 350, 3, RETURN);
        event(9, 7, 100, 1, RETURN);
        assertThat(found.lines)
                .containsExactly(
                        "abandoned f2 PANIC", "paired f3 by 1 in 1 self 1 of 7", "paired f1 by -1 in 9 self 5 of 7");
    }

    @Test
    void shouldGiveTheInnerPanicToWhatDiedInADeferredCall() {
        event(0, 7, 100, 1, ENTRY);
        event(1, 7, 200, 2, ENTRY);
        event(2, 7, 300, 91, GOEXIT);
        event(3, 7, 400, 3, ENTRY);
        event(4, 7, 500, 4, ENTRY);
        event(5, 7, 600, 90, PANIC);
        // f3 recovers and returns; the Goexit goes on.
        event(6, 7, 400, 3, RETURN);
        event(7, 7, 0, 92, GOROUTINE_END);
        assertThat(found.lines)
                .containsExactly(
                        "abandoned f4 PANIC",
                        "paired f3 by 2 in 3 self 1 of 7",
                        "abandoned f2 GOEXIT",
                        "abandoned f1 GOEXIT");
        assertThat(pairing.goroutines()).isZero();
    }

    @Test
    void shouldNotBlameAPanicThatWasRecoveredLongAgo() {
        event(0, 7, 100, 1, ENTRY);
        event(1, 7, 300, 2, ENTRY);
        event(2, 7, 400, 90, PANIC);
        event(3, 7, 250, 91, DEFER_RETURN);
        event(9, 7, 0, 92, GOROUTINE_END);
        assertThat(found.lines).containsExactly("abandoned f2 PANIC", "abandoned f1 GOROUTINE_END");
    }

    @Test
    void shouldBuryAFrameWhosePlaceIsUsedAgain() {
        event(0, 7, 100, 1, ENTRY);
        event(1, 7, 200, 2, ENTRY);
        event(5, 7, 200, 3, ENTRY);
        event(6, 7, 200, 3, RETURN);
        assertThat(found.lines).containsExactly("abandoned f2 UNKNOWN", "paired f3 by 1 in 1 self 1 of 7");
    }

    @Test
    void shouldCountAReturnOfACallFromBeforeTracing() {
        event(0, 7, 200, 2, RETURN);
        event(1, 7, 100, 1, RETURN);
        assertThat(found.lines).containsExactly("unmatched f2", "unmatched f1");
        assertThat(pairing.goroutines()).isZero();
    }

    @Test
    void shouldKeepCallsOverALossOutOfTheDurations() {
        pairing.event(0, 7, 100, 1, ENTRY, 3, 0);
        pairing.event(1, 7, 200, 2, ENTRY, 4, 0);
        pairing.event(2, 7, 200, 2, RETURN, 4, 0);
        pairing.event(3, 7, 100, 1, RETURN, 4, 0);
        assertThat(found.lines).containsExactly("paired f2 by -1 in 1 self 1 of 7", "uncertain f1");
    }

    @Test
    void shouldDoubtAllThatWasOpenAtAGap() {
        event(0, 7, 100, 1, ENTRY);
        pairing.taint();
        event(1, 7, 200, 2, ENTRY);
        event(2, 7, 200, 2, RETURN);
        event(3, 7, 100, 1, RETURN);
        assertThat(found.lines).containsExactly("paired f2 by -1 in 1 self 1 of 7", "uncertain f1");
    }

    @Test
    void shouldKeepSignalHandlersAndSystemStacksOutOfTheGoroutine() {
        event(0, 7, 100, 1, ENTRY);
        event(1, 7, 50, 2, ENTRY | OFF_STACK);
        event(2, 7, 40, 3, ENTRY | SYSTEM_STACK);
        event(3, 7, 40, 3, RETURN | SYSTEM_STACK);
        event(4, 7, 50, 2, RETURN | OFF_STACK);
        event(5, 7, 100, 1, RETURN);
        assertThat(found.lines)
                .containsExactly(
                        "paired f3 by -1 in 1 self 1 of 7",
                        "paired f2 by -1 in 3 self 3 of 7",
                        "paired f1 by -1 in 5 self 5 of 7");
        assertThat(pairing.offStack()).isEqualTo(2);
    }

    @Test
    void shouldNeverTakeAnUnreadableIdentityForGoroutineZero() {
        event(0, 0, 100, 1, ENTRY | NO_IDENTITY);
        event(1, 0, 100, 1, RETURN | NO_IDENTITY);
        assertThat(found.lines).isEmpty();
        assertThat(pairing.noIdentity()).isEqualTo(2);
        assertThat(pairing.goroutines()).isZero();
    }

    @Test
    void shouldEndAllWithTheProcess() {
        event(0, 7, 100, 1, ENTRY);
        event(1, 8, 100, 2, ENTRY);
        event(2, 8, 200, 90, PANIC);
        pairing.apply(new Lifecycle(0, 3L, LifecycleKind.PROCESS_END, -1, "exit 2"));
        assertThat(found.lines).containsExactlyInAnyOrder("abandoned f1 PROCESS_END", "abandoned f2 PANIC");
        assertThat(pairing.openFrames()).isZero();
    }

    @Test
    void shouldDetachOneFunctionAndKeepTheCallsAroundIt() {
        event(0, 7, 100, 1, ENTRY);
        event(1, 7, 200, 2, ENTRY);
        event(2, 7, 300, 3, ENTRY);
        event(3, 7, 300, 3, RETURN);
        event(4, 7, 300, 3, ENTRY);
        pairing.apply(new Lifecycle(0, 5L, LifecycleKind.MODE, 2, "counts"));
        event(6, 7, 300, 3, RETURN);
        event(9, 7, 100, 1, RETURN);
        assertThat(found.lines)
                .containsExactly(
                        "paired f3 by 2 in 1 self 1 of 7",
                        "abandoned f2 DETACH",
                        "paired f3 by 1 in 2 self 2 of 7",
                        "paired f1 by -1 in 9 self 6 of 7");
    }

    /** gccgo: SP falls, limits name the segments; the body of f2 runs on segment 20 and returns with its first SP. */
    @Test
    void shouldPairAcrossSegments() {
        pairing.event(0, 7, 9000, 1, ENTRY | SEGMENTED, 0, 10);
        pairing.event(1, 7, 8000, 2, ENTRY | SEGMENTED, 0, 10);
        pairing.event(2, 7, 99_000, 3, ENTRY | SEGMENTED, 0, 20);
        pairing.event(3, 7, 99_000, 3, RETURN | SEGMENTED, 0, 20);
        pairing.event(4, 7, 8000, 2, RETURN | SEGMENTED, 0, 20);
        pairing.event(5, 7, 9000, 1, RETURN | SEGMENTED, 0, 10);
        assertThat(found.lines)
                .containsExactly(
                        "paired f3 by 2 in 1 self 1 of 7",
                        "paired f2 by 1 in 3 self 2 of 7",
                        "paired f1 by -1 in 5 self 2 of 7");
    }

    @Test
    void shouldBuryWhatAPanicLeftOnOtherSegments() {
        pairing.event(0, 7, 9000, 1, ENTRY | SEGMENTED, 0, 10);
        pairing.event(1, 7, 8000, 2, ENTRY | SEGMENTED, 0, 10);
        pairing.event(2, 7, 99_000, 3, ENTRY | SEGMENTED, 0, 20);
        pairing.event(3, 7, 98_000, 90, PANIC | SEGMENTED, 0, 20);
        pairing.event(4, 7, 8000, 4, ENTRY | SEGMENTED, 0, 10);
        assertThat(found.lines).containsExactly("abandoned f3 PANIC", "abandoned f2 PANIC");
        assertThat(pairing.openFrames()).isEqualTo(2);
    }

    /** gccgo calls deferreturn in each frame with a defer that a panic unwinds, also in one that does not recover. */
    @Test
    void shouldKeepThePanicForFramesThatItOnlyPassesThrough() {
        pairing.event(0, 7, 9000, 1, ENTRY | SEGMENTED, 0, 10);
        pairing.event(1, 7, 8000, 2, ENTRY | SEGMENTED, 0, 10);
        pairing.event(2, 7, 7000, 3, ENTRY | SEGMENTED, 0, 10);
        pairing.event(3, 7, 6000, 90, PANIC | SEGMENTED, 0, 10);
        pairing.event(4, 7, 7500, 91, DEFER_RETURN | SEGMENTED, 0, 10);
        pairing.event(5, 7, 8500, 91, DEFER_RETURN | SEGMENTED, 0, 10);
        pairing.event(6, 7, 9000, 1, RETURN | SEGMENTED, 0, 10);
        assertThat(found.lines)
                .containsExactly("abandoned f3 PANIC", "abandoned f2 PANIC", "paired f1 by -1 in 6 self 2 of 7");
        assertThat(pairing.goroutines()).isZero();
    }
}
