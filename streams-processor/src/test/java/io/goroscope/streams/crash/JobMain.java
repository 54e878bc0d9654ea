package io.goroscope.streams.crash;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.streams.topology.PunctuatorScheme;
import io.goroscope.streams.topology.StreamsJob;
import io.goroscope.streams.topology.StreamsJobConfig;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.TimeoutException;

/**
 * One instance of the job in a process of its own, until SIGTERM (it ends in order), SIGKILL (it does not), or the end of
 * stdin, which means that the test is gone.
 */
public final class JobMain {

    static final String PREFIX = "test.prefix";
    static final String STATE = "test.state";
    static final String CACHE_BYTES = "test.cache.bytes";
    static final String WINDOW_MS = "test.window.ms";
    static final String PUNCTUATOR = "test.punctuator";
    static final String RETIRE_MS = "test.retire.ms";

    private JobMain() {}

    /**
     * Runs an instance.
     *
     * @param args a file of properties: those above, the others are the client's
     */
    public static void main(String[] args) throws IOException {
        Properties all = new Properties();
        try (Reader in = Files.newBufferedReader(Path.of(args[0]), StandardCharsets.UTF_8)) {
            all.load(in);
        }
        Properties client = new Properties();
        all.forEach((name, value) -> {
            if (!name.toString().startsWith("test.")) {
                client.put(name, value);
            }
        });
        StreamsJobConfig defaults = StreamsJobConfig.of(client, Path.of(all.getProperty(STATE)));
        StreamsJobConfig config = defaults.withTopics(new Topics(all.getProperty(PREFIX)))
                .withApplicationId(all.getProperty(PREFIX) + "job")
                .withWindow(Duration.ofMillis(Long.parseLong(all.getProperty(WINDOW_MS))))
                .withRetireAfter(Duration.ofMillis(Long.parseLong(all.getProperty(RETIRE_MS))))
                .withBytes(Long.parseLong(all.getProperty(CACHE_BYTES)), defaults.journalBytes());
        AutoCloseable job = Boolean.parseBoolean(all.getProperty(PUNCTUATOR))
                ? PunctuatorScheme.start(config.withSendEvery(Duration.ofSeconds(3)))
                : start(config);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                job.close();
            } catch (Exception e) { // AutoCloseable declares no less
                System.err.println("did not close: " + e);
            }
        }));
        while (System.in.read() >= 0) {
            // Nothing is ever written.
        }
        Runtime.getRuntime().halt(3);
    }

    /** One that comes while the broker is away gives up after a while; whoever watches over services starts it again. */
    private static StreamsJob start(StreamsJobConfig config) {
        while (true) {
            try {
                return StreamsJob.start(config, state -> {
                    System.err.println("state " + state);
                    if (state == StreamsJob.State.FAILED) {
                        Runtime.getRuntime().halt(1);
                    }
                });
            } catch (UserException e) {
                if (!(e.getCause() instanceof TimeoutException)) {
                    throw e;
                }
                System.err.println("started again: " + e.getMessage());
            }
        }
    }
}
