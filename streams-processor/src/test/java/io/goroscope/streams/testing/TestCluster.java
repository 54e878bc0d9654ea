package io.goroscope.streams.testing;

import io.goroscope.schemas.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * Real brokers, one or several, each of which can be stopped and started again: in this JVM, or as processes of their own,
 * which can be killed.
 */
public final class TestCluster implements AutoCloseable {

    private static final Duration REGISTRATION_LIMIT = Duration.ofMinutes(4);

    private final Path folder;
    private final int size;
    private final List<Integer> ports;
    /** Where clients are told to come. */
    private final List<Integer> advertised;

    private final List<Integer> controllerPorts;
    private final KafkaRaftServer[] servers;
    private final Process[] processes;
    /** Where brokers in processes of their own log to; null where they run in this JVM. */
    private final Path logs;

    private final String clusterId = Uuid.randomUuid().toString();

    /** Starts brokers with empty logs in this JVM. */
    public TestCluster(int size) {
        this(size, null, null);
    }

    /** Starts one broker in this JVM that tells its clients to come by way of another port. */
    public static TestCluster behind(int port) {
        return new TestCluster(1, null, List.of(port));
    }

    /** The same in processes of their own, which write what they have to say into a folder. */
    public static TestCluster ofProcesses(int size, Path logs) {
        return new TestCluster(size, logs, null);
    }

    private TestCluster(int size, Path logs, List<Integer> otherPorts) {
        this.size = size;
        this.logs = logs;
        this.servers = new KafkaRaftServer[size];
        this.processes = new Process[size];
        List<Integer> free = freePorts(2 * size);
        ports = free.subList(0, size);
        advertised = otherPorts == null ? ports : otherPorts;
        controllerPorts = free.subList(size, 2 * size);
        try {
            folder = Files.createTempDirectory("goroscope-test-kafka-");
            for (int node = 0; node < size; node++) {
                format(node);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // A quorum forms only once a majority is there.
        IntStream.range(0, size).parallel().forEach(this::start);
    }

    private Path log(int node) {
        return folder.resolve("node-" + node);
    }

    private void format(int node) throws IOException {
        Files.createDirectories(log(node));
        try {
            new Formatter()
                    .setNodeId(node)
                    .setClusterId(clusterId)
                    .addDirectory(log(node).toString())
                    .setMetadataLogDirectory(log(node).toString())
                    .setControllerListenerName("CONTROLLER")
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .run();
        } catch (Exception e) { // Formatter.run() declares no less
            throw new IOException("cannot format " + log(node), e);
        }
    }

    /** Starts a broker that is stopped, on the data that it has. */
    public void start(int node) {
        if (logs != null) {
            startProcess(node);
            return;
        }
        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(properties(node), false), Time.SYSTEM);
        server.startup();
        servers[node] = server;
    }

    private void startProcess(int node) {
        try {
            Files.createDirectories(logs);
            Path settings = folder.resolve("node-" + node + ".properties");
            try (Writer out = Files.newBufferedWriter(settings, StandardCharsets.UTF_8)) {
                properties(node).store(out, null);
            }
            processes[node] = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx512m",
                            "-XX:+UseSerialGC",
                            "-Dlogback.configurationFile=logback-broker.xml",
                            "-cp",
                            System.getProperty("java.class.path"),
                            "kafka.Kafka",
                            settings.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            logs.resolve("node-" + node + ".log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start broker " + node, e);
        }
    }

    /** Kills a broker that is a process of its own. */
    public void kill(int node) {
        processes[node].destroyForcibly();
        try {
            processes[node].waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Stops a broker. */
    public void stop(int node) {
        if (processes[node] != null) {
            kill(node);
        }
        if (servers[node] != null) {
            servers[node].shutdown();
            servers[node].awaitShutdown();
            servers[node] = null;
        }
    }

    private Properties properties(int node) {
        Properties all = new Properties();
        all.put("process.roles", "broker,controller");
        all.put("node.id", String.valueOf(node));
        all.put(
                "controller.quorum.voters",
                IntStream.range(0, size)
                        .mapToObj(each -> each + "@127.0.0.1:" + controllerPorts.get(each))
                        .collect(Collectors.joining(",")));
        all.put("controller.listener.names", "CONTROLLER");
        all.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        all.put(
                "listeners",
                "PLAINTEXT://127.0.0.1:" + ports.get(node) + ",CONTROLLER://127.0.0.1:" + controllerPorts.get(node));
        all.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + advertised.get(node));
        all.put("inter.broker.listener.name", "PLAINTEXT");
        all.put("log.dirs", log(node).toString());
        all.put("auto.create.topics.enable", "false");
        String copies = String.valueOf(Math.min(3, size));
        for (String topic : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            all.put(topic + ".replication.factor", copies);
            all.put(topic + ".num.partitions", "2");
        }
        String enough = size == 1 ? "1" : "2";
        all.put("transaction.state.log.min.isr", enough);
        all.put("share.coordinator.state.topic.min.isr", enough);
        all.put("default.replication.factor", copies);
        all.put("min.insync.replicas", enough);
        all.put("log.cleaner.dedupe.buffer.size", "2097152");
        all.put("group.initial.rebalance.delay.ms", "0");
        all.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
        all.put("group.streams.min.session.timeout.ms", "6000");
        all.put("group.streams.session.timeout.ms", "6000");
        all.put("group.streams.min.heartbeat.interval.ms", "1000");
        all.put("group.streams.heartbeat.interval.ms", "2000");
        all.put("group.streams.initial.rebalance.delay.ms", "0");
        return all;
    }

    /** The port on which a broker listens. */
    public int port(int node) {
        return ports.get(node);
    }

    /** Addresses of all brokers. */
    public String bootstrapServers() {
        return advertised.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    /** Properties of a client. */
    public Properties client() {
        Properties client = new Properties();
        client.put("bootstrap.servers", bootstrapServers());
        return client;
    }

    /** Creates the pipeline's topics with settings under which nothing is deleted. */
    public void createTopics(Topics topics, int partitions) {
        List<NewTopic> all = new ArrayList<>();
        for (Topics.Kind kind : Topics.Kind.values()) {
            boolean compacted = kind == Topics.Kind.TOTALS || kind == Topics.Kind.HEALTH;
            all.add(new NewTopic(topics.of(kind), partitions, (short) -1)
                    .configs(Map.of("cleanup.policy", compacted ? "compact" : "delete", "retention.ms", "-1")));
        }
        Properties patient = client();
        // A broker that has a process of its own may still be starting.
        patient.put("default.api.timeout.ms", "240000");
        try (Admin admin = Admin.create(patient)) {
            awaitBrokers(admin);
            admin.createTopics(all).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot create the topics", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** A majority of the controllers elects a leader, and it answers before the last broker has registered. */
    private void awaitBrokers(Admin admin) {
        Waiting.until("all brokers have registered", REGISTRATION_LIMIT, () -> {
            try {
                return admin.describeCluster().nodes().get().size() == size;
            } catch (ExecutionException e) {
                throw new IllegalStateException("cannot ask for the brokers", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        });
    }

    @Override
    public void close() {
        IntStream.range(0, size).parallel().forEach(this::stop);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + folder, e);
        }
    }

    private static List<Integer> freePorts(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            List<Integer> free =
                    sockets.stream().map(ServerSocket::getLocalPort).toList();
            for (ServerSocket socket : sockets) {
                socket.close();
            }
            return free;
        } catch (IOException e) {
            throw new UncheckedIOException("no free port", e);
        }
    }
}
