package io.goroscope.collector.plan;

/** Plans one function at a time, for one architecture and compiler. */
interface FunctionPlanner extends AutoCloseable {

    /**
     * Plans one function.
     *
     * @param costly true to take an entry place that the kernel single-steps where no other is
     * @param returns true to look for return places
     */
    FunctionPlan plan(GoFunction function, boolean costly, boolean returns);

    /** True if the first function calls the second, or jumps to it. */
    boolean reaches(GoFunction from, GoFunction to);

    @Override
    void close();
}
