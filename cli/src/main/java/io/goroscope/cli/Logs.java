package io.goroscope.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** What a part that runs for long logs, where GOROSCOPE_LOG does not say otherwise: its own progress and warnings. */
final class Logs {

    private Logs() {}

    static void showProgress() {
        if (System.getenv("GOROSCOPE_LOG") == null
                && LoggerFactory.getLogger("io.goroscope") instanceof Logger logger) {
            logger.setLevel(Level.INFO);
        }
    }
}
