package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.cli.topics.TopicSetup;
import io.goroscope.cli.topics.TopicSpec;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.DecodedBatch;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A collector through a bad day: no broker, then a full disk, then a spool folder that somebody removed, then standing still while
 * the program goes on. The program is not harmed, the counts are exact, and of the events each is in the topic or counted
 * as lost, by the collector and in the batches themselves.
 */
class CollectorOutagesTest {

    private static final Pattern REPORT =
            Pattern.compile("(\\d+) processes, (\\d+) calls, (\\d+) events, (\\d+) lost, (\\d+) refused");
    private static final int GREETS = 30_000;
    private static final int LOADS = 6;

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

    /** What arrived: events, and events that are said to be lost. */
    private record Arrived(long events, long lost) {}

    @Test
    void shouldLoseNothingUncountedOnABadDay() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Path binary = folder.resolve("hello");
        Files.copy(
                TestProgram.build(Toolchains.requireLocal(), "hello", Flavor.NORMAL)
                        .binary(),
                binary);
        run("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", disk.toString());
        try (EmbeddedBroker broker = EmbeddedBroker.create(folder.resolve("broker"), Map.of())) {
            Properties client = new Properties();
            client.put("bootstrap.servers", broker.bootstrapServers());
            try (TopicSetup topics = TopicSetup.connect(client)) {
                topics.create(TopicSpec.all(Topics.DEFAULT, 2, TopicSpec.FOREVER), 0, 0);
            }
            broker.stop();
            try (HelloProgram program = HelloProgram.start(binary, GREETS);
                    Terminal collect = Terminal.start(
                            "collect",
                            "-b",
                            broker.bootstrapServers(),
                            "--spool",
                            disk.resolve("spool").toString(),
                            "--set",
                            "rules=[{processes: {binary: " + binary
                                    + "}, functions: {include: [main.greet, fmt.Fprintln]}}]")) {
                collect.awaitAttached();
                program.greet(3);
                collect.awaitLineWith("cannot write to the spool");
                run("rm", "-rf", disk.resolve("spool").toString());
                program.greet(1);
                collect.signal("STOP");
                program.greet(1);
                collect.signal("CONT");
                broker.start();
                collect.awaitLineWith("the broker takes records; the spool is empty");
                program.greet(1);
                program.finish();
                collect.interrupt();
                collect.finish();

                Matcher report = REPORT.matcher(collect.stderr());
                assertThat(report.find()).isTrue();
                long events = Long.parseLong(report.group(3));
                long lostInRing = Long.parseLong(report.group(4));
                long refused = Long.parseLong(report.group(5));
                System.err.println("a bad day: " + report.group());
                // An entry and a return of each call.
                assertThat(events + lostInRing).isEqualTo(2L * LOADS * (GREETS + 1));
                assertThat(refused).isPositive();
                Arrived arrived = arrived(broker.bootstrapServers());
                assertThat(arrived.events()).isEqualTo(events - refused);
                assertThat(arrived.lost()).isEqualTo(lostInRing + refused);
                // The functions' names were in the folder that somebody removed; their numbers say the same.
                assertThat(PublishedCounts.read(broker.bootstrapServers(), Topics.DEFAULT)
                                .calls(series -> true)
                                .values())
                        .containsExactlyInAnyOrder((long) LOADS, (long) LOADS * GREETS);
            }
        } finally {
            run("umount", "-l", disk.toString());
        }
    }

    private static void run(String... words) throws Exception {
        assertThat(new ProcessBuilder(words).inheritIO().start().waitFor())
                .as(String.join(" ", words))
                .isZero();
    }

    /** What is in the topic; a batch that came twice counts once, as for the job. */
    private static Arrived arrived(String address) throws Exception {
        BatchDecoder decoder = new BatchDecoder();
        DecodedBatch batch = new DecodedBatch();
        Map<String, Long> last = new HashMap<>();
        long events = 0;
        long lost = 0;
        for (ConsumerRecord<byte[], byte[]> record : TopicReader.all(address, Topics.DEFAULT.of(Topics.Kind.EVENTS))) {
            decoder.decode(record.value(), batch);
            String lane = Arrays.toString(record.key());
            if (batch.sequence() > last.getOrDefault(lane, -1L)) {
                last.put(lane, batch.sequence());
                events += batch.eventCount();
                lost += batch.lost();
            }
        }
        return new Arrived(events, lost);
    }
}
