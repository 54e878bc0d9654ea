package io.goroscope.streams.crash;

import io.goroscope.schemas.Topics;
import io.goroscope.streams.lane.LaneSet.Input;
import io.goroscope.streams.offline.OfflineReplay;
import io.goroscope.testbed.kafka.TopicReader;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;

/** What is in the input topics, and what offline replay makes of it. */
final class Inputs {

    private final OfflineReplay offline;
    private long records;
    private long batches;
    private long bad;

    private Inputs(OfflineReplay offline) {
        this.offline = offline;
    }

    /** Reads them. */
    static Inputs of(Properties client, Topics topics, Duration window) {
        Inputs inputs = new Inputs(new OfflineReplay(window.toNanos()));
        Map.of(Topics.Kind.EVENTS, Input.EVENTS, Topics.Kind.COUNTS, Input.COUNTS)
                .forEach((topic, input) -> TopicReader.read(
                        client, topics.of(topic), each -> inputs.take(input, each.value(), each.timestamp())));
        return inputs;
    }

    private void take(Input input, byte[] value, long timestampMs) {
        records++;
        if (CrashStream.isBad(value)) {
            bad++;
        } else if (input == Input.EVENTS) {
            batches++;
        }
        offline.feed(input, value, timestampMs);
    }

    /** Good ones and bad ones. */
    long records() {
        return records;
    }

    /** Good records with events. */
    long batches() {
        return batches;
    }

    /** Records that are bad. */
    long bad() {
        return bad;
    }

    OfflineReplay offline() {
        return offline;
    }
}
