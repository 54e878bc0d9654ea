package io.goroscope.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What came of a number of requests, sent by several clients one after the other.
 *
 * @param answered requests that were answered well
 * @param failed requests that were not
 * @param perSecond answers per second
 */
record HttpLoad(long answered, long failed, double perSecond) {

    private static final int CLIENTS = 4;

    static HttpLoad on(RealProgram program, Duration time) {
        AtomicLong answered = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        long begin = System.nanoTime();
        long end = begin + time.toNanos();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Thread client = new Thread(
                    () -> {
                        while (System.nanoTime() < end) {
                            (program.isAnswered() ? answered : failed).incrementAndGet();
                        }
                    },
                    "client " + i);
            client.start();
            clients.add(client);
        }
        try {
            for (Thread client : clients) {
                client.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new HttpLoad(answered.get(), failed.get(), answered.get() / seconds);
    }
}
