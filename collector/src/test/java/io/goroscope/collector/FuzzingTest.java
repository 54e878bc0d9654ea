package io.goroscope.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.binary.BuildInfoFuzz;
import io.goroscope.collector.binary.ElfFuzz;
import io.goroscope.collector.binary.PclntabFuzz;
import io.goroscope.collector.binary.dwarf.DebugInfoFuzz;
import io.goroscope.collector.plan.CodeFuzz;
import io.goroscope.collector.spec.SpecFuzz;
import io.goroscope.collector.symbols.MemoryMapFuzz;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchain;
import io.goroscope.testbed.Toolchains;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bytes of others, made up by Jazzer: readers may say that they are broken, and nothing else. Each target is a JVM of its
 * own, with bounds: 256 MB of heap, 10 s for an input.
 *
 * <p>The corpus is cut from programs that are built for it. To fuzz something else, add a class with
 * {@code fuzzerTestOneInput} to {@link #TARGETS}. Figures of long runs are in docs/fuzzing.md; what a run was given and
 * found is in {@code target/fuzzing}.
 */
class FuzzingTest {

    private static final Map<Class<?>, Seeds> TARGETS = new LinkedHashMap<>();

    static {
        TARGETS.put(ElfFuzz.class, FuzzingTest::piecesOfPrograms);
        TARGETS.put(PclntabFuzz.class, FuzzingTest::piecesOfPrograms);
        TARGETS.put(BuildInfoFuzz.class, FuzzingTest::piecesOfPrograms);
        TARGETS.put(CodeFuzz.class, FuzzingTest::piecesOfPrograms);
        TARGETS.put(DebugInfoFuzz.class, corpus -> seed(corpus, DebugInfoFuzz.seed(gccgoProgram())));
        TARGETS.put(ProgramFuzz.class, corpus -> seed(corpus, new byte[ProgramFuzz.EDIT_BYTES * 4]));
        TARGETS.put(MemoryMapFuzz.class, corpus -> seed(corpus, Files.readAllBytes(Path.of("/proc/self/maps"))));
        TARGETS.put(SpecFuzz.class, FuzzingTest::specifications);
    }

    private static final int LONGEST_INPUT = 1 << 15;
    private static final int SHORT_S = 3;
    private static final int LONG_S = 60;

    /** A JVM's start, and the slowest input. */
    private static final int SPARE_S = 90;

    private static final Pattern EXECUTED = Pattern.compile("stat::number_of_executed_units: (\\d+)");
    private static final Path REPORTS = Path.of("target/fuzzing").toAbsolutePath();

    /** They look for injections by what a program opens, and take a path with dots in it for one. */
    private static final String SANITIZERS = Stream.of(
                    "ClojureLangHooks",
                    "Deserialization",
                    "ExpressionLanguageInjection",
                    "FilePathTraversal",
                    "LdapInjection",
                    "NamingContextLookup",
                    "OsCommandInjection",
                    "ReflectiveCall",
                    "RegexInjection",
                    "ScriptEngineInjection",
                    "ServerSideRequestForgery",
                    "SqlInjection",
                    "UnsafeSanitizer",
                    "XPathInjection")
            .map(name -> "com.code_intelligence.jazzer.sanitizers." + name)
            .collect(Collectors.joining(File.pathSeparator));

    private static final List<String> ROWS = Collections.synchronizedList(new ArrayList<>(
            List.of("| target | seconds | inputs tried | memory, MB |", "| --- | ---: | ---: | ---: |")));

    @TempDir
    private static Path folder;

    /** Writes what a run begins with. */
    private interface Seeds {
        void into(Path corpus) throws IOException;
    }

    @TestFactory
    Stream<DynamicTest> shouldSurviveWhatIsMadeUpFor() {
        return fuzzAll(SHORT_S);
    }

    @Tag("soak")
    @TestFactory
    Stream<DynamicTest> shouldSurviveMinutesOfWhatIsMadeUpFor() {
        return fuzzAll(LONG_S);
    }

    /** As many at a time as there are processors. */
    private static Stream<DynamicTest> fuzzAll(int seconds) {
        ExecutorService processors =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        List<DynamicTest> tests = new ArrayList<>();
        for (Class<?> target : TARGETS.keySet()) {
            Future<?> fuzzed = processors.submit(() -> {
                fuzz(target, seconds);
                return null;
            });
            tests.add(DynamicTest.dynamicTest(target.getSimpleName(), () -> {
                try {
                    fuzzed.get();
                } catch (ExecutionException e) {
                    throw e.getCause();
                }
            }));
        }
        processors.shutdown();
        return tests.stream();
    }

    @AfterAll
    static void writeTable() throws IOException {
        Files.createDirectories(REPORTS);
        Files.write(REPORTS.resolve("inputs.md"), ROWS);
    }

    private static void fuzz(Class<?> target, int seconds) throws IOException, InterruptedException {
        Path reports = Files.createDirectories(REPORTS.resolve(target.getSimpleName()));
        Path corpus = Files.createDirectories(folder.resolve(target.getSimpleName()));
        TARGETS.get(target).into(corpus);
        Path log = reports.resolve("log");
        Process fuzzer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+EnableDynamicAgentLoading",
                        "-Xmx256m",
                        "-D" + ProgramFuzz.PROGRAMS + "=" + (target == ProgramFuzz.class ? copies() : ""),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + target.getName(),
                        "--instrumentation_includes=io.goroscope.collector.**",
                        "--disabled_hooks=" + SANITIZERS,
                        "--reproducer_path=" + reports,
                        "-artifact_prefix=" + reports + "/",
                        "-max_total_time=" + seconds,
                        "-max_len=" + LONGEST_INPUT,
                        "-timeout=10",
                        "-rss_limit_mb=1024",
                        "-print_final_stats=1",
                        corpus.toString())
                .directory(folder.toFile()) // it leaves a file where it attaches to itself
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(fuzzer.waitFor(seconds + SPARE_S, TimeUnit.SECONDS))
                    .as("ends in time, see " + log)
                    .isTrue();
        } finally {
            fuzzer.destroyForcibly();
        }
        String output = Files.readString(log, StandardCharsets.ISO_8859_1);
        assertThat(fuzzer.exitValue()).as(output).isZero();
        long executed = figure(EXECUTED, output);
        ROWS.add("| " + target.getSimpleName() + " | " + seconds + " | " + executed + " | "
                + figure(Pattern.compile("stat::peak_rss_mb: +(\\d+)"), output) + " |");
        assertThat(executed).as("inputs").isGreaterThan(10);
    }

    private static long figure(Pattern pattern, String output) {
        Matcher found = pattern.matcher(output);
        assertThat(found.find()).as(output).isTrue();
        return Long.parseLong(found.group(1));
    }

    private static void seed(Path corpus, byte[] bytes) throws IOException {
        Files.write(corpus.resolve("seed-" + Arrays.hashCode(bytes)), bytes);
    }

    /** Pieces of real programs: the head, what begins like a function table, the build information, code. */
    private static void piecesOfPrograms(Path corpus) throws IOException {
        for (Path path : programs()) {
            byte[] program = Files.readAllBytes(path);
            List<Integer> starts = new ArrayList<>(List.of(0, 0x1000, 0x2000));
            find(program, new byte[] {(byte) 0xf1, -1, -1, -1, 0, 0, 1, 8}).forEach(starts::add);
            find(program, "\u00ff Go buildinf:".getBytes(StandardCharsets.ISO_8859_1))
                    .forEach(starts::add);
            for (int start : starts) {
                seed(corpus, Arrays.copyOfRange(program, start, Math.min(start + LONGEST_INPUT, program.length)));
            }
        }
        seed(corpus, DebugInfoFuzz.seed(gccgoProgram()));
    }

    private static List<Integer> find(byte[] bytes, byte[] what) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i + what.length <= bytes.length && found.size() < 8; i++) {
            if (Arrays.equals(bytes, i, i + what.length, what, 0, what.length)) {
                found.add(i);
            }
        }
        return found;
    }

    private static void specifications(Path corpus) throws IOException {
        List<String> texts = List.of(
                "./hello:main.add (goarg1 > 40 && !(ret1 == nil)) \"%d %s -> %v\", a, b.name[2:5], ret1",
                "main.Map[go.shape.int] *p.next.(io.Reader).x, len(s), 'x', -0x1f, 1e9, \"t\\n\"", "go:fmt.*");
        for (String text : texts) {
            seed(corpus, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static List<Path> programs() {
        List<Path> programs = new ArrayList<>();
        programs.add(GoPrograms.shapes("-ldflags=-s -w"));
        programs.add(GoPrograms.shapes("-ldflags=-compressdwarf=false"));
        programs.add(gccgoProgram());
        return programs;
    }

    private static Path gccgoProgram() {
        Toolchain gccgo = Toolchains.requireGccgo();
        return TestProgram.build(gccgo, "hello", Flavor.GCCGO_SHARED).binary();
    }

    /** The target writes into them. */
    private static String copies() throws IOException {
        List<String> copies = new ArrayList<>();
        for (Path program : programs()) {
            Path copy = Files.createTempFile(folder, "program", "");
            Files.write(copy, Files.readAllBytes(program));
            copies.add(copy.toString());
        }
        return String.join(":", copies);
    }
}
