package io.goroscope.e2e;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.goroscope.collector.kernel.HitCost;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.testbed.Flavor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is run inside a machine: the first word says what, and each finding is a line of JSON.
 *
 * <pre>
 *   truth MODE,… FLAG,… NAME=BINARY…   each program in each mode: KernelRow
 *   refute RUNS MODE FLAG,… NAME=BINARY
 *                                      one program until something differs, RUNS times at most: KernelRows
 *   hard MODE,… NAME=BINARY…           the same of HardTruth; a name ends with its flavor
 *   beside MODE FLAG,… BINARY          two sessions at once, as two collectors: two KernelRows
 *   bpftrace MODE FLAG,… BINARY        the same with bpftrace at the same returns: a Company
 *   values BINARY                      what is captured of the program `values`: a CaptureRun
 *   cost                               a return executed in BPF, and one single-stepped: two HitCosts
 * </pre>
 */
final class GuestMain {

    private static final JsonMapper JSON = new JsonMapper();

    /** Where bpftrace is attached. */
    static final String BYSTANDERS_FUNCTION = "main.shortLived";

    /** No single finding takes so long, not even in an emulated machine. */
    private static final int FINDING_LIMIT_S = 900;

    private static final int STUCK = 3;

    private static CompletableFuture<Void> stuck = new CompletableFuture<>();

    private GuestMain() {}

    public static void main(String[] words) throws Exception {
        expectFinding();
        switch (words[0]) {
            case "truth" ->
                truth(words[1].split(","), words[2].split(","), List.of(words).subList(3, words.length));
            case "refute" ->
                refute(Integer.parseInt(words[1]), KernelRow.Mode.valueOf(words[2]), words[3].split(","), words[4]);
            case "hard" -> hard(words[1].split(","), List.of(words).subList(2, words.length));
            case "beside" -> {
                KernelRow.Mode mode = KernelRow.Mode.valueOf(words[1]);
                for (KernelRow row : rows(mode, beside(mode, words[2].split(","), Path.of(words[3]), pid -> {}))) {
                    print(row);
                }
            }
            case "bpftrace" -> besideBpftrace(KernelRow.Mode.valueOf(words[1]), words[2].split(","), Path.of(words[3]));
            case "values" -> print(CaptureRun.of(Path.of(words[1]), List.of("main.add", "main.divide", "main.scale")));
            case "cost" -> {
                for (HitCost cost : HitCost.measure(
                        Path.of("/tmp"),
                        List.of(
                                SessionOptions.pairs().withExecuteReturns(true),
                                SessionOptions.pairs().withExecuteReturns(false)))) {
                    print(cost);
                }
            }
            default -> throw new IllegalArgumentException("no job " + words[0]);
        }
    }

    private static void expectFinding() {
        stuck.cancel(false);
        stuck = CompletableFuture.runAsync(
                GuestMain::giveUp, CompletableFuture.delayedExecutor(FINDING_LIMIT_S, TimeUnit.SECONDS));
    }

    /** Says where all threads are: nobody can look into the machine from outside. */
    private static void giveUp() {
        System.err.println("no finding for " + FINDING_LIMIT_S + " s");
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            System.err.println(thread.getName() + " " + thread.getState());
            Stream.of(stack).forEach(frame -> System.err.println("  at " + frame));
        });
        Runtime.getRuntime().halt(STUCK);
    }

    /** NAME=BINARY. */
    private record Program(String name, Path binary) {

        static Program of(String word) {
            String[] parts = word.split("=", 2);
            return new Program(parts[0], Path.of(parts[1]));
        }
    }

    private static void truth(String[] modes, String[] flags, List<String> programs) throws IOException {
        for (String word : programs) {
            Program program = Program.of(word);
            for (String mode : modes) {
                print(row(program.name(), program.binary(), KernelRow.Mode.valueOf(mode), flags));
            }
        }
    }

    private static void refute(int runs, KernelRow.Mode mode, String[] flags, String word) throws IOException {
        Program program = Program.of(word);
        KernelRow row;
        do {
            row = row(program.name(), program.binary(), mode, flags);
            print(row);
        } while (row.allEqual() && --runs > 0);
    }

    private static void hard(String[] modes, List<String> programs) throws IOException {
        for (String word : programs) {
            Program program = Program.of(word);
            String name = program.name();
            Flavor flavor = Flavor.valueOf(name.substring(name.lastIndexOf('-') + 1));
            for (String each : modes) {
                KernelRow.Mode mode = KernelRow.Mode.valueOf(each);
                print(row(name + ", hard", mode, () -> HardTruth.run(program.binary(), flavor, mode.options(), 1)));
            }
        }
    }

    /** One that fails is a finding, and the next ones go on. */
    static KernelRow row(String name, Path binary, KernelRow.Mode mode, String... flags) {
        return row(name, mode, () -> EngineRun.of(binary, EngineRun.Pairs.AS_BUILT, mode.options(), flags));
    }

    private static KernelRow row(String name, KernelRow.Mode mode, Supplier<EngineRun> run) {
        try {
            return KernelRow.of(name, mode, run.get());
        } catch (RuntimeException e) {
            return KernelRow.failed(name, mode, e);
        }
    }

    /**
     * Two collectors, and bpftrace at the returns of one function before them and after them.
     *
     * @param collectors what ours saw
     * @param returns of that function, as the program says
     * @param seen how many bpftrace told of: the one that was attached first, the one that was attached last
     */
    record Company(List<KernelRow> collectors, long returns, List<Long> seen) {}

    private static List<EngineRun> beside(KernelRow.Mode mode, String[] flags, Path binary, IntConsumer before) {
        return EngineRun.beside(
                binary, EngineRun.Pairs.AS_BUILT, List.of(mode.options(), mode.options()), before, flags);
    }

    /** @param binary without symbols: bpftrace takes a place within a function only where it knows no functions */
    private static void besideBpftrace(KernelRow.Mode mode, String[] flags, Path binary) throws IOException {
        String probes = EngineRun.returnsOf(binary, BYSTANDERS_FUNCTION)
                .mapToObj(offset -> "uprobe:%s:0x%x".formatted(binary, offset))
                .collect(Collectors.joining(", ", "", Bpftrace.TELL));
        List<Bpftrace> after = new ArrayList<>();
        try (Bpftrace first = Bpftrace.attach(probes)) {
            List<EngineRun> runs = beside(mode, flags, binary, pid -> after.add(attach(probes)));
            print(new Company(
                    rows(mode, runs),
                    runs.get(0).truth().byName().get(BYSTANDERS_FUNCTION).returns(),
                    List.of(first.hits(), after.get(0).hits())));
        } finally {
            after.forEach(Bpftrace::close);
        }
    }

    private static List<KernelRow> rows(KernelRow.Mode mode, List<EngineRun> runs) {
        return runs.stream()
                .map(run -> KernelRow.of("two collectors", mode, run))
                .toList();
    }

    private static Bpftrace attach(String probes) {
        try {
            return Bpftrace.attach(probes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void print(Object finding) throws IOException {
        expectFinding();
        System.out.println(JSON.writeValueAsString(finding));
    }
}
