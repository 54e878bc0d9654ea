package io.goroscope.cli.demo;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Kafka's own log, in the demo: pages of stack traces before the one line that says what is wrong. It is kept for those
 * who ask for a log by {@code GOROSCOPE_LOG}.
 */
final class KafkaLog {

    private KafkaLog() {}

    static void quiet() {
        if (System.getenv("GOROSCOPE_LOG") == null
                && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            List.of("kafka", "org.apache.kafka", "io.goroscope.streams")
                    .forEach(each -> context.getLogger(each).setLevel(Level.OFF));
        }
    }
}
