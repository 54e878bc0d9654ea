package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchain;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.kernels.Kernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every toolchain and flavor under every kernel, this machine's too: counts by funccount's program, pairs by funclatency's,
 * and under the newest kernel pairs with single-stepped returns as well. {@code ./goroscope test-kernels}; about an hour. The table is
 * in {@code cli/target/reports/kernels.md}, row by row. {@code -Dgoroscope.matrix.languages=1.19,1.26} takes fewer toolchains,
 * {@code -Dgoroscope.matrix.flavors=CGO_PIE_STRIPPED} fewer flavors of gc's, {@code -Dgoroscope.matrix.kernels=SID} fewer kernels.
 */
@Tag("matrix")
class KernelMatrixTest {

    private static final KernelReport REPORT = new KernelReport("kernels");
    private static final int S_PER_ROW = 120;
    /** Each toolchain in the flavor that has callbacks from C; of each way to begin a function the plain one as well. */
    private static final Pattern HARD =
            Pattern.compile("-CGO_PIE_STRIPPED$|go1\\.(15|19|26)\\..*-NORMAL$|GCCGO_(SHARED|STATIC)$");

    private static Map<String, Path> programs;

    @BeforeAll
    static void buildPrograms() {
        Requirements.require("go");
        programs = new LinkedHashMap<>();
        availabilities().forEach((name, availability) -> {
            if (availability instanceof Toolchain toolchain) {
                for (Flavor flavor : flavors(toolchain)) {
                    programs.put(
                            toolchain + "-" + flavor,
                            TestProgram.truth(toolchain, flavor).binary());
                }
            } else {
                REPORT.missing(name, ((Toolchains.Missing) availability).reason());
            }
        });
    }

    private static List<Flavor> flavors(Toolchain toolchain) {
        return Flavor.of(toolchain.compiler()).stream()
                .filter(flavor -> toolchain.compiler() == Toolchain.Compiler.GCCGO
                        || isChosen("goroscope.matrix.flavors", flavor.name()))
                .toList();
    }

    /** True where a property names this among others, or nothing. */
    private static boolean isChosen(String property, String name) {
        String chosen = System.getProperty(property, "");
        return chosen.isEmpty() || List.of(chosen.split(",")).contains(name);
    }

    private static Map<String, Toolchains.Availability> availabilities() {
        String chosen = System.getProperty("goroscope.matrix.languages", "");
        return chosen.isEmpty()
                ? Toolchains.all()
                : Toolchains.some(List.of(chosen.split(",")).stream()
                        .map(name -> name.startsWith("gccgo") ? name : "go" + name)
                        .toList());
    }

    @AfterAll
    static void printReport() {
        REPORT.print();
    }

    static List<Kernel.Suite> suites() {
        return Stream.of(Kernel.Suite.values())
                .filter(suite -> isChosen("goroscope.matrix.kernels", suite.name()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("suites")
    void shouldSeeEachCallUnder(Kernel.Suite suite) {
        Requirements.require("kernels");
        String modes = suite == Kernel.Suite.SID ? "COUNT,PAIRS,STEPPED" : "COUNT,PAIRS";
        Machine machine = new Machine(Kernel.of(suite))
                .with(programs.values().toArray(Path[]::new))
                .job("truth", programs.size() * 3 * S_PER_ROW, KernelTest.truth(modes, programs))
                .job("hard", programs.size() * 3 * S_PER_ROW, hard(modes.replace("COUNT,", "")))
                .boot();

        List<KernelRow> rows = machine.findings("truth", KernelRow.class);
        rows.forEach(row -> REPORT.add(machine.version(), row));
        List<KernelRow> hard = machine.findings("hard", KernelRow.class);
        hard.forEach(row -> REPORT.add(machine.version(), row));
        assertThat(rows).hasSize(programs.size() * modes.split(",").length).allMatch(KernelRow::allEqual);
        assertThat(hard).isNotEmpty().allMatch(KernelRow::allEqual);
    }

    /** In the other flavors the functions are the same; on this machine's kernel {@link FullEngineMatrixTest} has them all. */
    private static List<String> hard(String modes) {
        return Stream.concat(
                        Stream.of("hard", modes),
                        programs.entrySet().stream()
                                .filter(entry -> HARD.matcher(entry.getKey()).find())
                                .map(entry -> entry.getKey() + "=" + entry.getValue()))
                .toList();
    }

    @Test
    void shouldSeeEachCallUnderTheKernelOfThisMachine() {
        Requirements.require("bpf");
        String version = System.getProperty("os.version") + " (this machine)";
        List<KernelRow> rows = new ArrayList<>();
        programs.forEach((name, binary) -> {
            for (KernelRow.Mode mode : List.of(KernelRow.Mode.COUNT, KernelRow.Mode.PAIRS)) {
                KernelRow row = GuestMain.row(name, binary, mode, KernelTest.FLAGS.split(","));
                rows.add(row);
                REPORT.add(version, row);
            }
        });
        assertThat(rows).allMatch(KernelRow::allEqual);
    }
}
