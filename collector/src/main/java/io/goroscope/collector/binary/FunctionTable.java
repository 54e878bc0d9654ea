package io.goroscope.collector.binary;

import io.goroscope.collector.plan.GoFunction;

/** The functions of an image in order of their addresses, however the compiler wrote them down. */
interface FunctionTable {

    int size();

    /** Virtual address of the first instruction. */
    long address(int index);

    String name(int index);

    /** All that is known, but for inlined copies, which are {@code inlinedCopies}. */
    GoFunction function(int index, int inlinedCopies);
}
