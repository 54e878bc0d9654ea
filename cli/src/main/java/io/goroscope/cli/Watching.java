package io.goroscope.cli;

import io.goroscope.collector.Collector;
import io.goroscope.collector.CollectorConfig;
import io.goroscope.collector.CollectorStatus;
import io.goroscope.collector.budget.HostBudget;
import io.goroscope.collector.config.Configuration;
import io.goroscope.collector.process.Claims;
import io.goroscope.collector.publish.RecordSink;
import io.goroscope.collector.watch.Watch;
import io.goroscope.collector.watch.WatchedScope;
import io.goroscope.schemas.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A collector that follows rules, from its start to its end; SIGHUP has it read them again. */
final class Watching implements AutoCloseable {

    private final Collector collector;
    private final Watch watch;
    private final Supplier<Configuration> reader;
    private Configuration configuration;
    private volatile String refused = "";

    private Watching(Collector collector, Watch watch, Configuration configuration, Supplier<Configuration> reader) {
        this.collector = collector;
        this.watch = watch;
        this.configuration = configuration;
        this.reader = reader;
    }

    /**
     * Attaches to what is there, and goes on as programs start.
     *
     * @param reader reads the configuration again
     * @param sink closed with the collector, and at once where this fails
     * @param budget what tracing may cost, where there is a limit
     */
    static Watching start(
            Configuration configuration,
            Supplier<Configuration> reader,
            CollectorConfig config,
            RecordSink sink,
            Claims claims,
            Optional<HostBudget> budget) {
        Collector collector = Collector.start(config, sink, claims);
        try {
            return new Watching(
                    collector, Watch.start(configuration.rules(), collector, claims, budget), configuration, reader);
        } catch (RuntimeException e) {
            collector.close();
            throw e;
        }
    }

    /** Reads the configuration again: a new set of rules is followed, and what else has changed waits for the next start. */
    synchronized void reload() {
        try {
            Configuration now = reader.get();
            refused = ""; // before anything shows that the new rules are followed
            watch.reload(now.rules());
            boolean more = !now.kafka().equals(configuration.kafka())
                    || !now.spool().equals(configuration.spool())
                    || !now.collector().equals(configuration.collector())
                    || !now.metrics().equals(configuration.metrics())
                    || !now.budget().equals(configuration.budget());
            configuration = now;
            System.err.println(
                    "goroscope: read the configuration again: " + now.rules().size() + " rules"
                            + (more ? "; kafka, spool, collector, metrics and budget change at the next start" : ""));
        } catch (UserException e) {
            refused = "the configuration was changed and cannot be used, the one before goes on: " + e.getMessage();
            System.err.println("goroscope: " + refused);
        }
    }

    void announce() {
        List<WatchedScope> scopes = watch.scopes();
        System.err.printf(
                "Collecting by %d rules: %d functions of %d files so far... Hit Ctrl-C to end.%n",
                configuration.rules().size(),
                scopes.stream().mapToInt(WatchedScope::functions).sum(),
                scopes.size());
    }

    CollectorMetrics metrics() {
        return new CollectorMetrics(collector, watch::scopes, this::problems);
    }

    private List<String> problems() {
        List<String> problems = new ArrayList<>(watch.problems());
        if (!refused.isEmpty()) {
            problems.add(refused);
        }
        return problems;
    }

    /** True once the collector has failed. */
    boolean hasEnded() {
        return collector.failure() != null;
    }

    CollectorStatus status() {
        return collector.status();
    }

    /** Detaches and hands everything on; the result is whole afterwards. */
    void finish() {
        close();
        if (collector.failure() != null) {
            throw collector.failure();
        }
    }

    @Override
    public void close() {
        watch.close();
        collector.close();
    }
}
