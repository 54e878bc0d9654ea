package io.goroscope.cli.rights;

import java.util.Locale;

/** Who connects to Kafka. Each is a user of its own, so that a stolen password opens no more than its part. */
public enum Part {
    /** {@code goroscope topics}, once at a time. */
    TOPICS,
    /** {@code goroscope collect}, on every host; {@code replay} into Kafka does the same. */
    COLLECTOR,
    /** {@code goroscope streams}. */
    STREAMS,
    /** {@code goroscope sink}. */
    SINK;

    /** The principal that the commands name, such as {@code User:goroscope-sink}. */
    public String principal() {
        return "User:goroscope-" + name().toLowerCase(Locale.ROOT);
    }
}
