package io.goroscope.sink.table;

import java.util.List;
import java.util.stream.Stream;

/**
 * What is known of one function of one process, summed over its writers.
 *
 * @param service service name
 * @param process the traced process
 * @param exe path of its executable
 * @param buildId the function's image
 * @param function the function, by the name that the dictionary has
 * @param createdNs since when this counts, ns since 1970
 * @param updatedNs the lanes' own time at the last change, ns since 1970
 * @param totals the counts
 * @param examples its slowest calls of late, in no order
 */
public record FunctionSeries(
        String service,
        ProcessLife process,
        String exe,
        String buildId,
        Dictionary.Function function,
        long createdNs,
        long updatedNs,
        CallTotals totals,
        List<Example> examples) {

    public FunctionSeries {
        examples = List.copyOf(examples);
    }

    /** The sum of two of one function; what is no count is this one's. */
    public FunctionSeries plus(FunctionSeries other) {
        return new FunctionSeries(
                service,
                process,
                exe,
                buildId,
                function,
                Math.min(createdNs, other.createdNs),
                Math.max(updatedNs, other.updatedNs),
                totals.plus(other.totals),
                Stream.concat(examples.stream(), other.examples.stream()).toList());
    }
}
