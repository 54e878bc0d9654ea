package io.goroscope.e2e;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.schemas.Topics;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A {@code hello}, a broker of its own, and collectors with a spool between the two. Closing it ends program and broker.
 *
 * @param folder where broker and spool have what they keep
 */
record SpooledGreeter(Path folder, EmbeddedBroker broker, HelloProgram program) implements AutoCloseable {

    /** @param each how often it greets at each line that it gets */
    static SpooledGreeter start(Path folder, int partitions, int each) {
        EmbeddedBroker broker = EmbeddedBroker.create(folder.resolve("broker"), Map.of());
        PipelineTopics.make(broker, Topics.DEFAULT, partitions);
        Path binary = TestProgram.build(Toolchains.requireLocal(), "hello", Flavor.NORMAL)
                .binary();
        return new SpooledGreeter(folder, broker, HelloProgram.start(binary, each));
    }

    /**
     * A collector of its calls, attached, which sends to the broker directly.
     *
     * @param by another program that starts it, or nothing
     * @param options more of them
     */
    Terminal collect(List<String> by, String... options) {
        List<String> words = new ArrayList<>(List.of(
                "collect",
                "-b",
                broker.bootstrapServers(),
                "--spool",
                folder.resolve("spool").toString(),
                "-p",
                String.valueOf(program.pid())));
        words.addAll(List.of(options));
        words.addAll(List.of("main.greet", "fmt.Fprintln"));
        Terminal collect = Terminal.startBy(by, words.toArray(String[]::new));
        collect.awaitAttachedAndDirect();
        return collect;
    }

    ArrivedEvents arrived() {
        return ArrivedEvents.read(broker.bootstrapServers(), Topics.DEFAULT);
    }

    PublishedCounts counts() throws Exception {
        return PublishedCounts.read(broker.bootstrapServers(), Topics.DEFAULT);
    }

    @Override
    public void close() {
        program.close();
        broker.close();
    }
}
