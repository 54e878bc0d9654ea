package io.goroscope.e2e;

import io.goroscope.collector.kernel.SessionOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * One run of the program {@code truth} under a kernel, held against what it says itself.
 *
 * @param program its toolchain and flavor
 * @param mode what was attached
 * @param functions how many were compared
 * @param calls how many these were
 * @param differences in counts and, where returns were attached, in pairs and reasons; empty where all is equal
 * @param executed returns that our program carried out
 * @param declined returns that its guard left to the kernel
 * @param unidentified hits whose goroutine could not be read
 * @param lost events
 * @param exitCode of the program
 */
record KernelRow(
        String program,
        Mode mode,
        long functions,
        long calls,
        List<String> differences,
        long executed,
        long declined,
        long unidentified,
        long lost,
        int exitCode) {

    /** What is attached. */
    enum Mode {
        /** Entries, by funccount's program. */
        COUNT,
        /** Entries, returns and markers, as the kernel allows it best. */
        PAIRS,
        /** The same, and the kernel single-steps each return. */
        STEPPED;

        SessionOptions options() {
            return this == COUNT
                    ? SessionOptions.count()
                    : SessionOptions.pairs().withRingBytes(64 << 20).withExecuteReturns(this == PAIRS);
        }
    }

    static KernelRow of(String program, Mode mode, EngineRun run) {
        List<String> differences = new ArrayList<>(
                mode == Mode.COUNT
                        ? run.comparison().countDifferences()
                        : run.comparison().differences());
        if (mode != Mode.COUNT) {
            run.edges().forEach((edge, seen) -> {
                if (seen != edge.calls()) {
                    differences.add(edge + ": seen " + seen);
                }
            });
        }
        return new KernelRow(
                program,
                mode,
                run.comparison().functions(),
                run.comparison().calls(),
                differences,
                run.executed(),
                run.declined(),
                run.unidentified(),
                run.lost(),
                run.exitCode());
    }

    /** A row for a run that did not come to its end. */
    static KernelRow failed(String program, Mode mode, Throwable failure) {
        return new KernelRow(program, mode, 0, 0, List.of(String.valueOf(failure)), 0, 0, 0, 0, -1);
    }

    /** Whether everything is as the program says, and it ended well. */
    boolean allEqual() {
        return differences.isEmpty() && lost == 0 && exitCode == 0;
    }
}
