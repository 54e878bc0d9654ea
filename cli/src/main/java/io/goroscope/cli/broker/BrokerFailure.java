package io.goroscope.cli.broker;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Exit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a broker that cannot go on does in our JVM.
 *
 * <p>Kafka's way is {@code Runtime.halt}: when its last log folder fails (a full disk), no shutdown hook runs, so probes'
 * owner, child process and temporary folder would be left to chance. Kafka lets that procedure be set
 * ({@code org.apache.kafka.common.utils.Exit}); ours tells whoever listens, and they end the program in order.
 */
public final class BrokerFailure {

    private static final Logger LOG = LoggerFactory.getLogger(BrokerFailure.class);
    private static final CopyOnWriteArrayList<Consumer<String>> LISTENERS = new CopyOnWriteArrayList<>();

    private BrokerFailure() {}

    /** Calls {@code listener} with Kafka's words, or an empty text where it gives none, on a thread of Kafka's. */
    public static void onFailure(Consumer<String> listener) {
        LISTENERS.add(listener);
    }

    /** Forgets {@code listener}. */
    public static void forget(Consumer<String> listener) {
        LISTENERS.remove(listener);
    }

    static void install() {
        Exit.setHaltProcedure(BrokerFailure::failed);
        Exit.setExitProcedure(BrokerFailure::failed);
    }

    private static void failed(int status, String message) {
        LOG.error("the embedded broker gave up, status {}: {}", status, message);
        for (Consumer<String> each : LISTENERS) {
            each.accept(message == null ? "" : message);
        }
    }
}
