package io.goroscope.streams.topology;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks, beside the job's work and on a thread of its own, for what Kafka leaves undone when a broker fails, and does it. */
final class BrokerWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BrokerWatch.class);
    private static final int TRANSACTIONS_EVERY_S = 10;
    private static final int ASSIGNMENTS_EVERY_S = 5;
    private static final int LIMIT_S = 30;

    private final Admin admin;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "broker-watch");
        thread.setDaemon(true);
        return thread;
    });

    /** Something to look for. */
    interface Look {
        /** Looks once; what the broker refuses or does not answer is thrown, and the next look comes in its time. */
        void look() throws ExecutionException, InterruptedException, TimeoutException;
    }

    private BrokerWatch(StreamsJobConfig config) {
        admin = JobClients.admin(config, "watch");
    }

    /** Looks until it is closed. */
    static BrokerWatch start(StreamsJobConfig config, KafkaStreams streams) {
        BrokerWatch watch = new BrokerWatch(config);
        watch.every(TRANSACTIONS_EVERY_S, "hanging transactions", new HangingTransactions(watch.admin, config));
        if (JobProperties.usesStreamsProtocol(config.client())) {
            watch.every(
                    ASSIGNMENTS_EVERY_S,
                    "lost assignments",
                    new LostAssignments(watch.admin, config.applicationId(), streams));
        }
        return watch;
    }

    private void every(int seconds, String what, Look look) {
        ScheduledFuture<?> unused =
                timer.scheduleWithFixedDelay(new Quiet(what, look), seconds, seconds, TimeUnit.SECONDS);
    }

    /** A look after whose failure the job goes on as it would without. Where the broker is away, the job's own clients say so. */
    private static final class Quiet implements Runnable {

        private final String what;
        private final Look look;
        private boolean refused;

        Quiet(String what, Look look) {
            this.what = what;
            this.look = look;
        }

        @Override
        public void run() {
            try {
                look.look();
            } catch (ExecutionException | RuntimeException e) {
                if (e.getCause() instanceof AuthorizationException && !refused) {
                    refused = true;
                    LOG.warn("cannot look for {}: {}", what, e.getCause().getMessage());
                }
                LOG.debug("cannot look for {}", what, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (TimeoutException e) {
                LOG.debug("no answer about {} within {} s", what, LIMIT_S);
            }
        }
    }

    /** The answer, if it comes within 30 s. */
    static <T> T get(KafkaFuture<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(LIMIT_S, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        admin.close(Duration.ZERO);
    }
}
