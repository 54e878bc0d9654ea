package io.goroscope.cli.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is to be closed at the end, last opened first. One that fails keeps none of the others from being closed. */
final class Closing implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /** Remembers something to be closed, and returns it. */
    synchronized <T extends AutoCloseable> T add(T each) {
        open.push(each);
        return each;
    }

    /** Closes one before its turn. */
    void closeNow(AutoCloseable each) {
        boolean known;
        synchronized (this) {
            known = open.remove(each);
        }
        if (known) {
            close(each);
        }
    }

    @Override
    public void close() {
        while (true) {
            AutoCloseable each;
            synchronized (this) {
                each = open.poll();
            }
            if (each == null) {
                return;
            }
            close(each);
        }
    }

    private static void close(AutoCloseable each) {
        try {
            each.close();
        } catch (Exception e) { // AutoCloseable declares no less
            LOG.error("closing {} failed", each.getClass().getSimpleName(), e);
        }
    }
}
