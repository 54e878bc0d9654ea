package io.goroscope.collector.plan;

/**
 * What a plan may contain.
 *
 * @param costly true to take entry places that the kernel has to single-step, for every function that has no other; a
 *     function that a pattern names exactly is taken so in any case
 * @param returns true to look for return places as well: the whole of each function is decoded, and each return is
 *     single-stepped by most kernels
 * @param everything true to take the packages that a pattern such as {@code *} leaves out otherwise
 * @param arguments true where the arguments are to be read at the entry place: nothing before it may have overwritten them
 */
public record PlanOptions(boolean costly, boolean returns, boolean everything, boolean arguments) {

    /** For counting and timing, where arguments do not matter. */
    public PlanOptions(boolean costly, boolean returns, boolean everything) {
        this(costly, returns, everything, false);
    }

    /** Entries only, cheap ones, and without the hottest packages unless a pattern names them. */
    public static final PlanOptions COUNTING = new PlanOptions(false, false, false);

    /** As {@link #COUNTING}, with return places. */
    public static final PlanOptions TIMING = new PlanOptions(false, true, false);
}
