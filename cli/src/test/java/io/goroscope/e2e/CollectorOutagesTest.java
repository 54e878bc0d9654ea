package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.schemas.Topics;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A collector through a bad day: no broker, then a full disk, then a spool folder that somebody removed, then standing still while
 * the program goes on. The program is not harmed, the counts are exact, and of the events each is in the topic or counted
 * as lost, by the collector and in the batches themselves.
 */
class CollectorOutagesTest {

    private static final int GREETS = 30_000;
    private static final int LOADS = 6;

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

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
            PipelineTopics.make(broker, Topics.DEFAULT, 2);
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
                // At once: a folder that is written to while it is being removed may not be empty at the end.
                Path aside = disk.resolve("aside");
                run("mv", disk.resolve("spool").toString(), aside.toString());
                run("rm", "-rf", aside.toString());
                program.greet(1);
                collect.signal("STOP");
                program.greet(1);
                collect.signal("CONT");
                broker.start();
                collect.awaitDirect();
                program.greet(1);
                program.finish();

                CollectorReport report = CollectorReport.end(collect);
                System.err.println("a bad day: " + report);
                // An entry and a return of each call.
                assertThat(report.events() + report.lost()).isEqualTo(2L * LOADS * (GREETS + 1));
                assertThat(report.refused()).isPositive();
                ArrivedEvents arrived = ArrivedEvents.read(broker.bootstrapServers(), Topics.DEFAULT);
                assertThat(arrived.events(ArrivedEvents::all)).isEqualTo(report.events() - report.refused());
                assertThat(arrived.lost(ArrivedEvents::all)).isEqualTo(report.lost() + report.refused());
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
}
