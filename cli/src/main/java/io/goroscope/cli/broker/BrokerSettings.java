package io.goroscope.cli.broker;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/**
 * What a broker of one node in somebody else's JVM needs: everything once, small pools, and quick failure detection.
 *
 * @param folder where the logs lie
 * @param port the port for clients, on localhost
 * @param controllerPort the port for the controller's quorum of one, on localhost
 * @param overrides properties that go over these
 */
record BrokerSettings(Path folder, int port, int controllerPort, Map<String, String> overrides) {

    static final int NODE_ID = 1;
    static final String CONTROLLER = "CONTROLLER";

    Properties toProperties() {
        Properties all = new Properties();
        all.put("process.roles", "broker,controller");
        all.put("node.id", Integer.toString(NODE_ID));
        all.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
        all.put("controller.listener.names", CONTROLLER);
        all.put("inter.broker.listener.name", "PLAINTEXT");
        all.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
        all.put("listeners", "PLAINTEXT://127.0.0.1:" + port + "," + CONTROLLER + "://127.0.0.1:" + controllerPort);
        all.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        all.put("log.dirs", folder.toString());
        // Partitions, compaction and retention are part of what makes the totals right, so topics are made on purpose.
        all.put("auto.create.topics.enable", "false");
        once(all);
        small(all);
        quick(all);
        all.putAll(overrides);
        return all;
    }

    /** One replica of everything: a transactional producer waits for ever where its log wants three. */
    private static void once(Properties all) {
        all.put("offsets.topic.replication.factor", "1");
        all.put("transaction.state.log.replication.factor", "1");
        all.put("transaction.state.log.min.isr", "1");
        all.put("share.coordinator.state.topic.replication.factor", "1");
        all.put("share.coordinator.state.topic.min.isr", "1");
        all.put("default.replication.factor", "1");
        all.put("min.insync.replicas", "1");
    }

    private static void small(Properties all) {
        all.put("offsets.topic.num.partitions", "4");
        all.put("transaction.state.log.num.partitions", "2");
        all.put("share.coordinator.state.topic.num.partitions", "1");
        all.put("num.network.threads", "1");
        all.put("num.io.threads", "2");
        all.put("num.replica.fetchers", "1");
        all.put("num.recovery.threads.per.data.dir", "1");
        all.put("group.coordinator.threads", "1");
        all.put("background.threads", "2");
        // 128 MiB by default, for a cleaner that here sees some thousand keys.
        all.put("log.cleaner.dedupe.buffer.size", "2097152");
        all.put("metadata.log.segment.bytes", "16777216");
        // Index files are reserved at this size, two for each segment.
        all.put("log.index.size.max.bytes", "1048576");
    }

    /**
     * A client that was killed is noticed within 6 s and its transaction aborted within about 11 s (Streams asks for 10 s,
     * the scan adds one), so that output goes on within 15 s.
     */
    private static void quick(Properties all) {
        all.put("group.initial.rebalance.delay.ms", "0");
        all.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
        for (String protocol : new String[] {"consumer", "streams"}) {
            all.put("group." + protocol + ".min.session.timeout.ms", "6000");
            all.put("group." + protocol + ".session.timeout.ms", "6000");
            all.put("group." + protocol + ".min.heartbeat.interval.ms", "1000");
            all.put("group." + protocol + ".heartbeat.interval.ms", "2000");
        }
        all.put("group.streams.initial.rebalance.delay.ms", "0");
        all.put("controlled.shutdown.enable", "false");
    }
}
