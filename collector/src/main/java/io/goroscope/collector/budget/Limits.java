package io.goroscope.collector.budget;

/**
 * What tracing may cost.
 *
 * @param processPercent each process, percent of one CPU
 * @param hostPercent all of them together, percent of one CPU
 */
public record Limits(double processPercent, double hostPercent) {

    private static final double NS_PER_PERCENT = 1e7;

    public Limits {
        if (!(processPercent > 0) || !(hostPercent > 0)) {
            throw new IllegalArgumentException(
                    "a budget must be above 0 percent, is " + processPercent + " and " + hostPercent);
        }
    }

    Limits withHostNs(double ns) {
        return new Limits(processPercent, ns / NS_PER_PERCENT);
    }

    /** Ns of CPU time per second, of one process. */
    double processNs() {
        return processPercent * NS_PER_PERCENT;
    }

    /** Ns of CPU time per second, of all. */
    double hostNs() {
        return hostPercent * NS_PER_PERCENT;
    }
}
