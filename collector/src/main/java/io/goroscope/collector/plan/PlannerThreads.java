package io.goroscope.collector.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Plans the functions of a big binary on several processors, each with a planner of its own. */
final class PlannerThreads {

    /** Functions that a thread takes at a time. */
    private static final int CHUNK = 256;

    /** For fewer functions a second thread costs more than it brings. */
    private static final int FEW = 2_000;

    private static final int MOST_THREADS = 8;

    private PlannerThreads() {}

    /** Plans number {@code index} of what is to be planned. */
    interface Work {
        FunctionPlan plan(FunctionPlanner planner, int index);
    }

    /**
     * Plans numbers 0 to {@code count}.
     *
     * @param planners makes a planner for a thread
     * @return the plans in order of their numbers
     */
    static List<FunctionPlan> plan(int count, Supplier<FunctionPlanner> planners, Work work) {
        FunctionPlan[] plans = new FunctionPlan[count];
        AtomicInteger next = new AtomicInteger();
        Runnable worker = () -> {
            try (FunctionPlanner planner = planners.get()) {
                for (int from; (from = next.getAndAdd(CHUNK)) < count; ) {
                    for (int i = from; i < Math.min(from + CHUNK, count); i++) {
                        plans[i] = work.plan(planner, i);
                    }
                }
            }
        };
        int threads =
                count < FEW ? 1 : Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
        if (threads == 1) {
            worker.run();
        } else {
            runOn(threads, worker);
        }
        return Arrays.asList(plans);
    }

    private static void runOn(int threads, Runnable worker) {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(pool.submit(worker));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("planning failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while planning", e);
        } finally {
            // A worker that still runs reads the mapped file, which its owner closes next.
            pool.shutdown();
            awaitQuietly(pool);
        }
    }

    private static void awaitQuietly(ExecutorService pool) {
        boolean interrupted = false;
        while (true) {
            try {
                if (pool.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
