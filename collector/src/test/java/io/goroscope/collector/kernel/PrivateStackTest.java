package io.goroscope.collector.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Programs at uprobes are preempted: they must not share a stack. Opening any session checks our own. */
class PrivateStackTest {

    @BeforeAll
    static void requireBpf() {
        Requirement.bpf();
    }

    @Test
    void shouldFindOursOnTheStacksOfTheirTasks() throws Exception {
        try (ProbeSession session = ProbeSession.open(
                List.of(ObjdumpPlan.of(CountedProgram.binary(), "^main.leaf$")), SessionOptions.pairs())) {
            assertThat(session.probes()).isPositive();
        }
    }

    /** The same check must be able to fail: a program that says nothing gets a private stack. */
    @Test
    void shouldRecogniseAPrivateStack() {
        Assumptions.assumeTrue(
                KernelRelease.running().isAtLeast(6, 13) && !Bpf.isArm(), "the kernel has no private stacks");
        long[] deep = {
            Instructions.moveImmediate(0, 0),
            Instructions.storeLong(10, 0, -128),
            Instructions.loadLong(1, 10, -128),
            Instructions.exit()
        };
        long[] shallow = {Instructions.moveImmediate(0, 0), Instructions.storeLong(10, 0, -8), Instructions.exit()};

        assertThat(isUsedBy(deep)).isTrue();
        assertThat(isUsedBy(shallow)).isFalse();
    }

    private static boolean isUsedBy(long[] instructions) {
        try (Fd program = Bpf.loadProgram(Bpf.PROG_TYPE_KPROBE, 0, instructions, 0)) {
            return PrivateStack.isUsedBy(program.number());
        }
    }
}
