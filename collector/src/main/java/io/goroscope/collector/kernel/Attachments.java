package io.goroscope.collector.kernel;

import io.goroscope.collector.thread.ThreadEnd;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Many attachments at a time. */
final class Attachments {

    /** Closing waits for RCU, some tens of ms; these wait together. */
    private static final int TOGETHER = 16;

    private Attachments() {}

    /** Closes all, beginning in this order; returns when all are closed. */
    static void closeAll(List<? extends Attachment> attachments) {
        AtomicInteger next = new AtomicInteger();
        Runnable closing = () -> {
            for (int i = next.getAndIncrement(); i < attachments.size(); i = next.getAndIncrement()) {
                attachments.get(i).close();
            }
        };
        List<Thread> beside = IntStream.range(1, Math.min(TOGETHER, attachments.size()))
                .mapToObj(i -> new Thread(closing, "goroscope-detach-" + i))
                .toList();
        beside.forEach(Thread::start);
        closing.run();
        boolean interrupted = false;
        for (Thread thread : beside) {
            interrupted |= ThreadEnd.await(thread);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
