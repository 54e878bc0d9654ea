package io.goroscope.collector.plan;

/**
 * Where to probe a function's entry.
 *
 * @param offset of the instruction from the function's start, bytes
 * @param spDelta as in {@link Place#spDelta()}
 * @param flagFiltered as in {@link Place#flagFiltered()}
 * @param singleStepped as in {@link Place#singleStepped()}
 * @param threadLocal true where the code before it shows that {@code g} is not in its register yet
 */
record EntryChoice(int offset, int spDelta, boolean flagFiltered, boolean singleStepped, boolean threadLocal) {}
