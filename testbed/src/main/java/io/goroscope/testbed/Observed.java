package io.goroscope.testbed;

/**
 * What a tracer saw of one function.
 *
 * @param calls exact calls
 * @param paired calls with a duration
 * @param panic calls that a panic unwound
 * @param goexit calls that {@code runtime.Goexit} unwound
 * @param processEnd calls that were open when the process ended
 * @param otherwise calls that ended without a return for any other reason
 * @param unmatched returns without an entry
 * @param uncertain calls with a possible loss
 */
public record Observed(
        long calls,
        long paired,
        long panic,
        long goexit,
        long processEnd,
        long otherwise,
        long unmatched,
        long uncertain) {

    static final Observed NOTHING = new Observed(0, 0, 0, 0, 0, 0, 0, 0);

    /** Adds what was seen of another clone, or by another lane, of the function. */
    public Observed plus(Observed other) {
        return new Observed(
                calls + other.calls,
                paired + other.paired,
                panic + other.panic,
                goexit + other.goexit,
                processEnd + other.processEnd,
                otherwise + other.otherwise,
                unmatched + other.unmatched,
                uncertain + other.uncertain);
    }
}
