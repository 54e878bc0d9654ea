package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.schemas.Topics;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.RunningProgram;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.Truth;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Collectors on one host: no two publish what they see of the same process, unless they say so. */
class CollectorsSideBySideTest {

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

    @Test
    void shouldRefuseAProcessThatAnotherHasUnlessLabelled() throws Exception {
        TestProgram program = TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL);
        try (EmbeddedBroker broker = EmbeddedBroker.create();
                RunningProgram running = program.start("-rounds=3")) {
            makeTopics(broker);
            String pid = String.valueOf(running.pid());
            Terminal killed = collect(broker, "-p", pid, "main.*");
            killed.awaitAttached();
            assertRefused(broker, running.pid(), "-p", pid, "main.*");
            // By the binary alone it would get the process as well.
            assertRefused(broker, running.pid(), program.pattern());

            // SIGKILL: the claim of a dead collector does not hold.
            killed.close();
            try (Terminal first = collect(broker, "-p", pid, "main.*");
                    Terminal second = collect(broker, "--label", "canary", "-p", pid, "main.*")) {
                first.awaitAttached();
                second.awaitAttached();
                running.release();
                Truth truth = running.truth();
                assertThat(running.finish()).isZero();
                first.finish();
                second.finish();

                PublishedCounts counts = PublishedCounts.read(broker.bootstrapServers(), Topics.DEFAULT);
                Map<String, Long> told = PublishedCounts.of(truth);
                for (String service : new String[] {"truth", "truth@canary"}) {
                    Map<String, Long> seen =
                            counts.calls(series -> series.service().equals(service));
                    assertThat(seen).as(service).containsAllEntriesOf(told);
                }
                // Two processes to every reader, whatever it sums by.
                assertThat(counts.processes()).hasSize(2);
            }
        }
    }

    private static void assertRefused(EmbeddedBroker broker, long pid, String... target) {
        try (Terminal refused = collect(broker, target)) {
            assertThatThrownBy(refused::finish)
                    .hasMessageContaining("ended with 2")
                    .hasMessageContaining("goroscope: pid=" + pid + " is traced already by the collector with pid=")
                    .hasMessageContaining("--label");
            assertThat(refused.stderr().lines()).hasSize(1);
        }
    }

    private static Terminal collect(EmbeddedBroker broker, String... target) {
        String[] words = new String[target.length + 3];
        words[0] = "collect";
        words[1] = "-b";
        words[2] = broker.bootstrapServers();
        System.arraycopy(target, 0, words, 3, target.length);
        return Terminal.start(words);
    }

    private static void makeTopics(EmbeddedBroker broker) throws Exception {
        PipelineTopics.make(broker, Topics.DEFAULT, 4);
    }
}
