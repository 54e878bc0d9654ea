package io.goroscope.collector;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * How a collector works.
 *
 * @param name name of the collector: with its epoch it tells its records from all others'
 * @param host name of this host in process identities
 * @param service service name of the traced processes, or empty for the executable's file name
 * @param label of a collector beside another: host and service of what it publishes end in it, so that nothing is summed
 *     with what the other sees of the same processes. Empty for none
 * @param lanes lanes for each process; fixed for its life
 * @param linger how long an event waits for others before its batch is sent
 * @param heartbeat how long a lane is silent before it sends an empty batch
 * @param countsEvery how often exact counts are sent
 */
public record CollectorConfig(
        String name,
        String host,
        String service,
        String label,
        int lanes,
        Duration linger,
        Duration heartbeat,
        Duration countsEvery) {

    public CollectorConfig {
        if (lanes < 1 || lanes > 256) {
            throw new IllegalArgumentException("lanes must be 1 to 256, are " + lanes);
        }
    }

    /** What suits most hosts: this host's name, four lanes, batches of at most 100 ms. */
    public static CollectorConfig defaults() {
        String host = hostName();
        return new CollectorConfig(
                host, host, "", "", 4, Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(1));
    }

    /** The same with one lane: for a reader in the same JVM, to which more lanes bring nothing. */
    public CollectorConfig withLanes(int count) {
        return new CollectorConfig(name, host, service, label, count, linger, heartbeat, countsEvery);
    }

    /** The same with a service name; empty for the executable's file name. */
    public CollectorConfig withService(String serviceName) {
        return new CollectorConfig(name, host, serviceName, label, lanes, linger, heartbeat, countsEvery);
    }

    /** The same as a collector beside another. */
    public CollectorConfig withLabel(String text) {
        return new CollectorConfig(name, host, service, text, lanes, linger, heartbeat, countsEvery);
    }

    /** A name with the label, where there is one. */
    String labelled(String text) {
        return label.isEmpty() ? text : text + "@" + label;
    }

    /** The same with another time between two readings of the exact counters. */
    public CollectorConfig withCountsEvery(Duration time) {
        return new CollectorConfig(name, host, service, label, lanes, linger, heartbeat, time);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // A host without an entry for its own name: the kernel still knows what it is called.
            String name = System.getenv("HOSTNAME");
            return name == null || name.isEmpty() ? "localhost" : name;
        }
    }
}
