package io.goroscope.cli.broker;

import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka broker of one node in this JVM, on free ports of 127.0.0.1.
 *
 * <p>{@link #stop} and {@link #start} keep the data and the address, so a client sees a broker that was away for a while.
 * {@link #close} ends it and removes its log folder. A full disk ends a Kafka broker by halting its JVM; see
 * {@link BrokerFailure} for what happens instead.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
    private static final int PORT_ATTEMPTS = 5;

    private final Path folder;
    private final BrokerSettings settings;
    private KafkaRaftServer server;

    private EmbeddedBroker(BrokerSettings settings) {
        this.folder = settings.folder();
        this.settings = settings;
    }

    /** Formats a new log folder under the system's folder for temporary files and starts a broker on it. */
    public static EmbeddedBroker create() {
        try {
            return create(Files.createTempDirectory("goroscope-kafka-"), Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create a folder for the broker", e);
        }
    }

    /**
     * Formats {@code folder} and starts a broker on it; returns when it answers clients.
     *
     * @param folder a folder that does not exist or is empty; it is removed by {@link #close}
     * @param overrides Kafka broker properties that go over the small defaults
     * @throws UserException if the disk is too full or the folder cannot be written
     */
    public static EmbeddedBroker create(Path folder, Map<String, String> overrides) {
        BrokerFailure.install();
        format(folder);
        for (int attempt = 1; ; attempt++) {
            EmbeddedBroker broker = new EmbeddedBroker(
                    new BrokerSettings(folder, FreePort.find(), FreePort.find(), Map.copyOf(overrides)));
            try {
                broker.start();
                return broker;
            } catch (RuntimeException e) {
                // Between looking for a free port and binding it, somebody else may take it.
                if (attempt == PORT_ATTEMPTS || !causedBy(e, BindException.class)) {
                    throw e;
                }
                LOG.debug("port taken in between, attempt {}", attempt, e);
            }
        }
    }

    private static void format(Path folder) {
        try {
            Files.createDirectories(folder);
            new Formatter()
                    .setNodeId(BrokerSettings.NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .addDirectory(folder.toString())
                    .setMetadataLogDirectory(folder.toString())
                    .setControllerListenerName(BrokerSettings.CONTROLLER)
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .run();
        } catch (Exception e) { // Formatter.run() declares no less
            throw new UserException(
                    "cannot write the broker's logs in " + folder + ": " + e.getMessage()
                            + "; point TMPDIR at a folder with space",
                    e);
        }
    }

    /** Where clients connect: {@code 127.0.0.1:port}. The same after {@link #stop} and {@link #start}. */
    public String bootstrapServers() {
        return "127.0.0.1:" + settings.port();
    }

    /** Starts the broker on the data that it has; returns when it answers clients. Does nothing if it runs. */
    public synchronized void start() {
        if (server != null) {
            return;
        }
        KafkaRaftServer starting =
                new KafkaRaftServer(KafkaConfig.fromProps(settings.toProperties(), false), Time.SYSTEM);
        try {
            starting.startup();
        } catch (RuntimeException e) {
            starting.shutdown();
            throw e;
        }
        server = starting;
    }

    /** Stops the broker and keeps its data. Does nothing if it is stopped. */
    public synchronized void stop() {
        if (server == null) {
            return;
        }
        server.shutdown();
        server.awaitShutdown();
        server = null;
    }

    /** Stops the broker and removes its log folder. */
    @Override
    public void close() {
        stop();
        try {
            FolderTree.delete(folder);
        } catch (IOException e) {
            LOG.warn("cannot remove the broker's folder {}", folder, e);
        }
    }

    private static boolean causedBy(Throwable e, Class<? extends Throwable> kind) {
        for (Throwable each = e; each != null; each = each.getCause()) {
            if (kind.isInstance(each)) {
                return true;
            }
        }
        return false;
    }
}
