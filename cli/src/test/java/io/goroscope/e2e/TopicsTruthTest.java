package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Topics;
import io.goroscope.streams.topology.StreamsJob;
import io.goroscope.streams.topology.StreamsJobConfig;
import io.goroscope.testbed.Comparison;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.RunningProgram;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.Truth;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way, through a real broker: what is in {@code goroscope.totals} is what the program says. */
class TopicsTruthTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int PARTITIONS = 4;

    @TempDir
    Path folder;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

    @Test
    void shouldPublishWhatTheProgramSays() throws Exception {
        TestProgram program = TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL);
        try (EmbeddedBroker broker = EmbeddedBroker.create()) {
            Properties client = new Properties();
            client.put("bootstrap.servers", broker.bootstrapServers());
            PipelineTopics.make(broker, Topics.DEFAULT, PARTITIONS);
            try (StreamsJob job = StreamsJob.start(StreamsJobConfig.of(client, folder));
                    RunningProgram running = program.start("-rounds=5", "-held=2");
                    Terminal collect = Terminal.start(
                            "collect", "-b", broker.bootstrapServers(), "-p", "" + running.pid(), "main.*")) {
                collect.awaitAttached();
                running.release();
                Truth truth = running.truth();
                assertThat(running.finish()).isZero();
                collect.finish();

                assertThat(awaitAgreement(broker, truth).differences()).isEmpty();
                assertThat(job.failure()).isNull();
            }
        }
    }

    /** The topics as they are once they agree with the program, or after a minute. */
    private static Comparison awaitAgreement(EmbeddedBroker broker, Truth truth) throws BadRecordException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        Comparison comparison;
        do {
            comparison = PublishedTotals.read(broker.bootstrapServers()).against(truth);
        } while (!comparison.differences().isEmpty() && System.nanoTime() < deadline);
        return comparison;
    }
}
