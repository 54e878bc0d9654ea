/**
 * A real Kafka broker inside this JVM, for the demo, for replays without a cluster, and for tests.
 *
 * <p>One node is broker and controller (KRaft, combined mode): {@code Formatter} writes the empty log folder as
 * {@code kafka-storage format} would, then {@code KafkaRaftServer} runs it. Nothing of Kafka is replaced or faked; what
 * differs from a cluster is its size ({@link io.goroscope.cli.broker.BrokerSettings}).
 */
package io.goroscope.cli.broker;
