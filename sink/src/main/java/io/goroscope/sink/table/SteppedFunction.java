package io.goroscope.sink.table;

/**
 * A function whose mode a collector has changed, summed over its writers.
 *
 * @param service service name
 * @param process the traced process
 * @param buildId the function's image
 * @param function its name
 * @param createdNs since when this counts, ns since 1970
 * @param mode what is done at it now, one of {@link io.goroscope.schemas.ModeDetail}
 * @param changes how often that changed
 * @param sampled the calls that were timed while it was cycled
 * @param timeShare the part of the time in which they began; 0 where it never was
 */
public record SteppedFunction(
        String service,
        ProcessLife process,
        String buildId,
        String function,
        long createdNs,
        String mode,
        long changes,
        CallTotals sampled,
        double timeShare) {}
