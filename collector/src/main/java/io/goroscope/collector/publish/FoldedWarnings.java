package io.goroscope.collector.publish;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warnings that may come by the thousand: the first is news, each power of two a reminder; the rest is counted. */
public final class FoldedWarnings {

    private static final Logger LOG = LoggerFactory.getLogger(FoldedWarnings.class);

    private final AtomicLong count = new AtomicLong();

    /** Warns of something that an exception explains. */
    public void warn(String what, Exception why) {
        warn(what, Producers.rootMessage(why));
    }

    /** Warns. */
    public void warn(String what, String why) {
        long n = count.incrementAndGet();
        if ((n & (n - 1)) == 0) {
            LOG.warn("{} ({} so far): {}", what, n, why);
        }
    }
}
