package io.goroscope.sink.table;

/**
 * The paired calls of one function by another, summed over their writers.
 *
 * @param service service name
 * @param process the traced process
 * @param callerBuildId the caller's image
 * @param caller the caller's name
 * @param calleeBuildId the callee's image
 * @param callee the callee's name
 * @param createdNs since when this counts, ns since 1970
 * @param calls paired calls
 * @param sumNs their durations, ns
 * @param selfNs their self times, ns
 */
public record EdgeSeries(
        String service,
        ProcessLife process,
        String callerBuildId,
        String caller,
        String calleeBuildId,
        String callee,
        long createdNs,
        long calls,
        long sumNs,
        long selfNs) {

    EdgeSeries plus(EdgeSeries other) {
        return new EdgeSeries(
                service,
                process,
                callerBuildId,
                caller,
                calleeBuildId,
                callee,
                Math.min(createdNs, other.createdNs),
                calls + other.calls,
                sumNs + other.sumNs,
                selfNs + other.selfNs);
    }
}
