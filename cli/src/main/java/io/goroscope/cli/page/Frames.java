package io.goroscope.cli.page;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.goroscope.sink.table.Buckets;
import java.util.List;

/**
 * What the browser gets, as JSON. Durations are ns, times ms since 1970; null where there is nothing to say. A
 * histogram is {@code {"at": [numbers of the grid's buckets], "of": [their counts]}}.
 */
final class Frames {

    private Frames() {}

    /** All functions and the pipeline, once a second. */
    record Overview(
            long now,
            boolean caughtUp,
            String failure,
            int functions,
            double callsPerSecond,
            double pairsPerSecond,
            List<Row> rows,
            Pipeline pipeline,
            List<Target> targets) {}

    /**
     * One function of a service: p50, p99, max and load are of the last minute, the counts are since the start.
     *
     * @param mode what a collector does at it to keep its budget, where that is less than timing every call
     * @param timeShare the part of the time in which calls of a cycled function are timed
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Row(
            String service,
            String name,
            String file,
            int line,
            boolean timed,
            String mode,
            Double timeShare,
            int inlined,
            double perSecond,
            long calls,
            long paired,
            Double p50,
            Double p99,
            Long max,
            double load,
            long abandoned,
            long unmatched,
            long uncertain,
            long lost,
            Buckets histogram) {}

    /** How the pipeline fares. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Pipeline(
            double eventsPerSecond,
            long lost,
            long uncertain,
            long unmatched,
            long missingBatches,
            long openFrames,
            long goroutines,
            long lag,
            long badRecords,
            Double costNsPerHit,
            Double costCores,
            List<Lane> lanes) {}

    /** One lane. */
    record Lane(
            String service,
            String process,
            String collector,
            int lane,
            double eventsPerSecond,
            long events,
            long lost,
            long missing,
            long duplicates,
            long uncertain,
            long unmatched,
            long open,
            long heard,
            boolean stale,
            boolean ended) {}

    /** What a traced process runs. */
    record Target(
            String service,
            String process,
            String exe,
            String buildId,
            String goVersion,
            String module,
            String moduleVersion,
            String revision) {}

    /** One function in depth. */
    record Detail(
            long head, boolean fresh, List<Column> columns, List<Edge> callers, List<Edge> callees, Endings endings) {}

    /** One window: start, length, histogram, sum and greatest. */
    record Column(long t, long w, Buckets histogram, long sum, long max) {}

    /** Paired calls between two functions since the start. */
    record Edge(String name, long calls, long sum) {}

    /** How the calls ended since the start. */
    record Endings(
            long calls,
            long paired,
            long sum,
            long self,
            long tails,
            long panic,
            long goexit,
            long goroutineEnd,
            long processEnd,
            long detach,
            long unknown,
            long unmatched,
            long uncertain,
            long lost) {}
}
