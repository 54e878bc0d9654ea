package io.goroscope.sink.table;

import io.goroscope.schemas.avro.Abandoned;

/**
 * Calls that ended without a return, by the reason; the components' meanings are those of {@link Abandoned}.
 */
public record AbandonedCalls(long panic, long goexit, long goroutineEnd, long processEnd, long detach, long unknown) {

    /** None. */
    public static final AbandonedCalls NONE = new AbandonedCalls(0, 0, 0, 0, 0, 0);

    static AbandonedCalls of(Abandoned calls) {
        return new AbandonedCalls(
                calls.getPanic(),
                calls.getGoexit(),
                calls.getGoroutineEnd(),
                calls.getProcessEnd(),
                calls.getDetach(),
                calls.getUnknown());
    }

    AbandonedCalls plus(AbandonedCalls other) {
        return new AbandonedCalls(
                panic + other.panic,
                goexit + other.goexit,
                goroutineEnd + other.goroutineEnd,
                processEnd + other.processEnd,
                detach + other.detach,
                unknown + other.unknown);
    }

    /** All of them. */
    public long total() {
        return panic + goexit + goroutineEnd + processEnd + detach + unknown;
    }
}
