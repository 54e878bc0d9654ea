package io.goroscope.e2e;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a collector says of itself at its end.
 *
 * @param calls that its counters have
 * @param events that went into batches
 * @param lost events that found no room in the ring
 * @param refused events of batches that were given up
 */
record CollectorReport(long calls, long events, long lost, long refused) {

    private static final Pattern LINE =
            Pattern.compile("\\d+ processes, (\\d+) calls, (\\d+) events, (\\d+) lost, (\\d+) refused");

    /** Ends a collector as Ctrl-C does, and takes what it says. */
    static CollectorReport end(Terminal collect) {
        collect.interrupt();
        collect.finish();
        return last(collect.stderr());
    }

    /** The last that is in what it has said. */
    private static CollectorReport last(String said) {
        Matcher line = LINE.matcher(said);
        CollectorReport last = null;
        while (line.find()) {
            last = new CollectorReport(
                    Long.parseLong(line.group(1)),
                    Long.parseLong(line.group(2)),
                    Long.parseLong(line.group(3)),
                    Long.parseLong(line.group(4)));
        }
        if (last == null) {
            throw new IllegalStateException("the collector has not told its end: " + said);
        }
        return last;
    }
}
