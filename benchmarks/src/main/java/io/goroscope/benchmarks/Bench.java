package io.goroscope.benchmarks;

import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./goroscope bench}: runs benchmarks, prints their figures beside what they must be, and writes them down. */
@Command(
        name = "goroscope bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures side by side on this machine, prints each figure with its target, and writes",
            "target/bench/NAME.json: one flat object of numbers. Without a name it runs all of them.",
            "Exit codes: 0, or 2 where a benchmark failed, or with --check where a target was missed."
        })
public final class Bench implements Callable<Integer> {

    /** Where the launcher wants the figures. */
    private static final String OUTPUT = System.getProperty("goroscope.bench", "target/bench");

    @Parameters(paramLabel = "NAME", description = "Benchmarks to run; see --list.")
    private final List<String> names = new ArrayList<>();

    @Option(
            names = {"-l", "--list"},
            description = "List the benchmarks and end.")
    private boolean list;

    @Option(names = "--check", description = "Exit with 2 where a figure misses its target.")
    private boolean check;

    private Bench() {}

    /** Runs what was asked for and exits. */
    public static void main(String... args) {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        System.exit(new CommandLine(new Bench())
                .setUsageHelpAutoWidth(true)
                .setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    commandLine.getErr().println("goroscope: " + (e instanceof UserException ? e.getMessage() : e));
                    return 2;
                })
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        if (list) {
            Benchmarks.ALL.forEach(each -> System.out.printf("%-16s %s%n", each.name(), each.about()));
            return 0;
        }
        List<Benchmark> asked = names.isEmpty()
                ? Benchmarks.ALL
                : names.stream().map(Benchmarks::named).toList();
        Path output = Files.createDirectories(Path.of(OUTPUT));
        int failed = 0;
        for (Benchmark benchmark : asked) {
            failed += run(benchmark, output) ? 0 : 1;
        }
        return failed == 0 ? 0 : 2;
    }

    /** Says whether it went well. */
    private boolean run(Benchmark benchmark, Path output) throws IOException {
        System.err.printf("%s: %s%n", benchmark.name(), benchmark.about());
        Path folder = Files.createTempDirectory("goroscope-bench-");
        try {
            Figures figures = benchmark.run(new BenchContext(benchmark.name(), folder, System.err));
            Path file = output.resolve(benchmark.name() + ".json");
            figures.write(file);
            System.out.println(benchmark.name());
            System.out.print(figures.toTable());
            System.err.printf("%s: figures in %s%n", benchmark.name(), file);
            return !check || figures.all().stream().allMatch(Figure::isMet);
        } catch (UserException e) {
            System.err.printf("%s: %s%n", benchmark.name(), e.getMessage());
            return false;
        } catch (Exception e) { // one benchmark's trouble must not take the others' figures
            System.err.printf("%s: failed%n", benchmark.name());
            e.printStackTrace(System.err);
            return false;
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }
}
