package io.goroscope.sink;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.Topics.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A real broker of one node, in the JVM of a test, with the output topics. */
public final class TestBroker implements AutoCloseable {

    private static final int NODE_ID = 1;

    private final KafkaRaftServer server;
    private final int port;

    /** Starts a broker on an empty folder. */
    public TestBroker(Path folder) {
        this.port = freePort();
        int controllerPort = freePort();
        Properties all = new Properties();
        all.put("process.roles", "broker,controller");
        all.put("node.id", Integer.toString(NODE_ID));
        all.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
        all.put("listeners", "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort));
        all.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        all.put("controller.listener.names", "CONTROLLER");
        all.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        all.put("inter.broker.listener.name", "PLAINTEXT");
        all.put("log.dirs", folder.toString());
        all.put("offsets.topic.replication.factor", "1");
        all.put("offsets.topic.num.partitions", "1");
        all.put("transaction.state.log.replication.factor", "1");
        all.put("transaction.state.log.min.isr", "1");
        all.put("transaction.state.log.num.partitions", "1");
        all.put("log.cleaner.dedupe.buffer.size", "2097152");
        all.put("log.index.size.max.bytes", "1048576");
        all.put("num.network.threads", "1");
        all.put("num.io.threads", "2");
        all.put("auto.create.topics.enable", "false");
        all.put("controlled.shutdown.enable", "false");
        try {
            new Formatter()
                    .setNodeId(NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .addDirectory(folder.toString())
                    .setMetadataLogDirectory(folder.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .run();
        } catch (Exception e) { // Formatter.run() declares no less
            throw new IllegalStateException("cannot format " + folder, e);
        }
        this.server = new KafkaRaftServer(KafkaConfig.fromProps(all, false), Time.SYSTEM);
        server.startup();
    }

    /** Where clients connect. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** Makes the output topics: two partitions each, the compacted ones compacted. */
    public void createTopics(Topics topics) throws Exception {
        List<NewTopic> all = new ArrayList<>();
        for (Kind kind : List.of(Kind.TOTALS, Kind.FUNCTIONS, Kind.HEALTH, Kind.LATENCY)) {
            String policy = kind == Kind.LATENCY ? "delete" : "compact";
            all.add(new NewTopic(topics.of(kind), 2, (short) 1).configs(Map.of("cleanup.policy", policy)));
        }
        List<String> names = all.stream().map(NewTopic::name).toList();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            admin.createTopics(all).all().get();
            // Made by the controller, they are known to the broker a moment later.
            Wait.until("the topics are visible", () -> topics(admin).containsAll(names));
        }
    }

    private static Set<String> topics(Admin admin) throws Exception {
        return admin.listTopics().names().get();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException("no free port", e);
        }
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
