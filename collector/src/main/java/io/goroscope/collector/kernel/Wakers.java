package io.goroscope.collector.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import jnr.ffi.Pointer;

/**
 * A thread of real-time priority on each processor, which {@code capture.bpf.c} wakes to have a traced thread switched: then
 * the kernel writes that thread's vector registers to memory, where BPF can read them.
 *
 * <p>The threads wait by poll(2) for what never comes, so that one that is woken looks, finds nothing for it and waits again,
 * all within the kernel: about 1 µs, and no matter what this process is doing.
 */
final class Wakers implements AutoCloseable {

    /** Room for 16,384 wakings between two looks. */
    private static final int RING_BYTES = 1 << 18;

    private static final Path ONLINE = Path.of("/sys/devices/system/cpu/online");
    private static final int LOOK_MS = 200;
    private static final short POLLPRI = 2;
    private static final int SCHED_FIFO = 1;
    private static final int LOWEST_PRIORITY = 1;
    private static final int MOST_PROCESSORS = 1024;

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger ready = new AtomicInteger();
    private volatile boolean closed;

    /** Processors that may run a traced thread: numbers up to this one. */
    static int count() {
        List<Integer> online = online();
        return online.get(online.size() - 1) + 1;
    }

    /**
     * Starts them.
     *
     * @param rings the map of maps that gets each processor's ring
     */
    static Wakers start(int rings) {
        Wakers wakers = new Wakers();
        List<Integer> online = online();
        CountDownLatch tried = new CountDownLatch(online.size());
        for (int processor : online) {
            Thread thread = new Thread(() -> wakers.run(rings, processor, tried), "waker " + processor);
            thread.setDaemon(true);
            wakers.threads.add(thread);
            thread.start();
        }
        try {
            tried.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return wakers;
    }

    /** True where each processor has one. */
    boolean areAll() {
        return ready.get() == threads.size();
    }

    private void run(int rings, int processor, CountDownLatch tried) {
        try (Fd ring = Bpf.createMap(Bpf.MAP_TYPE_RINGBUF, 0, 0, RING_BYTES, 0);
                RingBufferReader reader = new RingBufferReader(ring.number(), RING_BYTES)) {
            if (!stay(processor)) {
                return;
            }
            Pointer key = NativeMemory.allocate(Integer.BYTES);
            key.putInt(0, processor);
            Pointer value = NativeMemory.allocate(Integer.BYTES);
            value.putInt(0, ring.number());
            Bpf.update(rings, key, value, Bpf.ANY);
            Pointer waits = NativeMemory.allocate(8);
            waits.putInt(0, ring.number());
            waits.putShort(4, POLLPRI);
            // Twice at once: what the first calls have to load takes longer than attaching does.
            for (int i = 0; i < 2; i++) {
                look(waits, 0, reader);
            }
            ready.incrementAndGet();
            tried.countDown();
            while (!closed) {
                look(waits, LOOK_MS, reader);
            }
        } finally {
            tried.countDown();
        }
    }

    private static void look(Pointer waits, int limitMs, RingBufferReader reader) {
        Libc.instance().poll(waits, 1, limitMs);
        reader.drain((bytes, at, length) -> {}, Integer.MAX_VALUE);
    }

    private static boolean stay(int processor) {
        Pointer mask = NativeMemory.allocate(MOST_PROCESSORS / 8);
        mask.putByte(processor / 8, (byte) (1 << processor % 8));
        Pointer priority = NativeMemory.allocate(Integer.BYTES);
        priority.putInt(0, LOWEST_PRIORITY);
        return processor < MOST_PROCESSORS
                && Libc.instance().sched_setaffinity(0, MOST_PROCESSORS / 8, mask) == 0
                && Libc.instance().sched_setscheduler(0, SCHED_FIFO, priority) == 0;
    }

    /** Such as {@code 0-3,5}. */
    private static List<Integer> online() {
        List<Integer> processors = new ArrayList<>();
        try {
            for (String range : Files.readString(ONLINE).strip().split(",")) {
                String[] ends = range.split("-");
                int last = Integer.parseInt(ends[ends.length - 1]);
                for (int i = Integer.parseInt(ends[0]); i <= last; i++) {
                    processors.add(i);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + ONLINE, e);
        }
        return processors;
    }

    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
