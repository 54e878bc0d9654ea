package io.goroscope.cli;

import io.goroscope.cli.topics.TopicSetup;
import io.goroscope.cli.topics.TopicSpec;
import io.goroscope.schemas.UserException;
import io.goroscope.schemas.avro.CapturedRecord;
import io.goroscope.schemas.capture.CaptureReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends a capture through the pipeline again: through Kafka, or without. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = {
            "Sends the records of a capture to Kafka's topics, or with --offline pairs them here and prints the totals.",
            "A record that the topics have had already is dropped by the Streams job: replaying twice counts once."
        },
        footer = {
            "",
            "Examples:",
            "  goroscope replay --offline calls.avro               totals, without Kafka",
            "  goroscope replay --offline --out all.avro calls.avro  every output record, the same bytes each time",
            "  goroscope replay -b kafka:9092 --topic-prefix test. calls.avro",
            "  goroscope trace --from-file calls.avro              each call with its values, where it has some"
        })
final class ReplayCommand implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "A capture file.")
    private Path file;

    @Option(names = "--offline", description = "Pair here, without Kafka, and print the totals.")
    private boolean offline;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "With --offline: write the last value of every key to this file, in the capture format.")
    private Path out;

    @Option(
            names = "--window",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description = "With --offline: size of the latency windows (default: ${DEFAULT-VALUE}).")
    private String window;

    @Option(names = "--json", description = "With --offline: print one JSON object on stdout.")
    private boolean json;

    @Option(
            names = "--speed",
            paramLabel = "FACTOR",
            defaultValue = "0",
            description = "To Kafka: 1 keeps the pace of the capture, 10 is ten times as fast, 0 (default) as fast as"
                    + " the broker takes it.")
    private double speed;

    @Mixin
    private KafkaOptions kafka;

    @Override
    public Integer call() throws Exception {
        if (out != null && !offline) {
            throw new UserException("--out goes with --offline");
        }
        if (speed < 0) {
            throw new UserException("--speed " + speed + " is negative: 1 keeps the pace, 0 is as fast as possible");
        }
        return offline ? replayOffline() : replayToKafka();
    }

    private int replayOffline() throws Exception {
        OfflineTotals totals = new OfflineTotals(Duration.ofNanos(Durations.parseNs("--window", window)));
        UserException damage = null;
        try (CaptureReader reader = CaptureReader.open(file)) {
            damage = readAll(reader, totals::feed);
        }
        if (out != null) {
            totals.write(out);
        }
        System.out.print(json ? totals.json() + "\n" : totals.table());
        System.out.flush();
        if (damage != null) {
            throw damage;
        }
        return 0;
    }

    /** A capture is as old as it is, and retention deletes by a record's own time, before anybody has read it. */
    private void refuseTopicsThatForget() {
        try (TopicSetup setup = TopicSetup.connect(kafka.client())) {
            List<String> problems = setup.problems(TopicSpec.all(kafka.topics(), 1, TopicSpec.FOREVER));
            if (!problems.isEmpty()) {
                throw new UserException(String.join("; ", problems)
                        + "; make topics for replays, under a prefix of their own:"
                        + " goroscope topics --create --retention-hours -1 --topic-prefix replay.");
            }
        }
    }

    private int replayToKafka() throws Exception {
        refuseTopicsThatForget();
        UserException damage;
        long begin = System.nanoTime();
        try (CaptureReader reader = CaptureReader.open(file);
                CaptureSender sender = CaptureSender.connect(kafka.client(), kafka.topics())) {
            Pace pace = new Pace(speed);
            damage = readAll(reader, record -> {
                pace.await(record.getTimestampMs());
                sender.send(record);
            });
            sender.flush();
            System.err.printf(
                    "goroscope: sent %d records of %s in %.1f s%n",
                    reader.count(), file, (System.nanoTime() - begin) / 1e9);
        }
        if (damage != null) {
            throw damage;
        }
        return 0;
    }

    /** Takes a record of a capture. */
    private interface RecordConsumer {
        void accept(CapturedRecord record);
    }

    /** Reads to the end, or to where the file is damaged: what is before is good. */
    private static UserException readAll(CaptureReader reader, RecordConsumer consumer) {
        while (!Interruption.isRequested()) {
            CapturedRecord record;
            try {
                record = reader.next();
            } catch (UserException e) {
                return e;
            }
            if (record == null) {
                return null;
            }
            consumer.accept(record);
        }
        return null;
    }

    /** Keeps the pace of the capture's timestamps, without drifting. */
    private static final class Pace {
        private final double speed;
        private final long startNs = System.nanoTime();
        private long firstMs = -1;

        Pace(double speed) {
            this.speed = speed;
        }

        void await(long timestampMs) {
            if (speed == 0) {
                return;
            }
            firstMs = firstMs < 0 ? timestampMs : firstMs;
            long dueNs = startNs + (long) ((timestampMs - firstMs) * 1e6 / speed);
            long left = dueNs - System.nanoTime();
            if (left > 0) {
                Interruption.await(left, TimeUnit.NANOSECONDS);
            }
        }
    }
}
