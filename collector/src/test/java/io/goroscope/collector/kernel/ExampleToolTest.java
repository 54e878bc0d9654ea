package io.goroscope.collector.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tool in {@code bpf/examples}, built by the command that it names itself, prints what a program passes. */
class ExampleToolTest {

    private static final Path BPF = Path.of("../bpf");
    private static final String COMMAND = " *   clang ";
    private static final int RING_BYTES = 1 << 16;

    private static final String PROGRAM = """
            package main

            //go:noinline
            func greet(count int, name string) int {
            	if count == 0 {
            		return greet(1, name) // so that it has a frame
            	}
            	return count * len(name)
            }

            func main() {
            	done := make(chan int)
            	go func() { done <- greet(42, "BPF") }()
            	sum := <-done + greet(-7, "a name of more than thirty-two bytes, cut")
            	if sum == 0 {
            		panic(sum)
            	}
            }
            """;

    @TempDir
    Path folder;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
        Requirements.require("go");
    }

    /** {@code struct call} of the tool. */
    private record Call(long goid, long depth, long number, boolean returned, String name) {}

    @Test
    void shouldPrintArgumentsAndResults() throws IOException {
        TestProgram program = TestProgram.build(
                Toolchains.requireLocal(),
                "greet",
                new TreeMap<>(Map.of("main.go", PROGRAM.getBytes(StandardCharsets.UTF_8))),
                Flavor.NORMAL);
        List<Call> calls = new ArrayList<>();
        KernelFeatures features = KernelFeatures.probe();
        try (BpfObject object = BpfObject.open(Files.readAllBytes(build()))) {
            for (String tool : List.of("on_entry", "on_return")) {
                if (features.uprobeMulti()) {
                    object.setAttachType(tool, Bpf.ATTACH_UPROBE_MULTI);
                }
            }
            object.load();
            try (RingBufferReader ring = new RingBufferReader(object.mapFd("calls"), RING_BYTES)) {
                ImagePlan plan = plan(program.binary());
                List<Attachment> links = new ArrayList<>();
                try (ImageFile file = ImageFile.open(plan.image())) {
                    links.add(attach(object.programFd("on_return"), file, plan, true, features));
                    links.add(attach(object.programFd("on_entry"), file, plan, false, features));
                    run(folder, program.binary().toString());
                } finally {
                    links.forEach(Attachment::close);
                }
                ring.drain((bytes, at, length) -> calls.add(call(bytes.slice(at, length))), Integer.MAX_VALUE);
            }
        }

        assertThat(calls).extracting(Call::returned).containsExactly(false, true, false, true);
        assertThat(calls)
                .extracting(Call::number)
                .containsExactly(42L, 126L, -7L, -7L * "a name of more than thirty-two bytes, cut".length());
        assertThat(calls).extracting(Call::name).containsExactly("BPF", "", "a name of more than thirty-two b", "");
        assertThat(calls.get(0).goid()).isGreaterThan(1).isEqualTo(calls.get(1).goid());
        assertThat(calls.get(2).goid()).isEqualTo(1).isEqualTo(calls.get(3).goid());
        assertThat(calls.get(0).depth()).isPositive().isEqualTo(calls.get(1).depth());
    }

    @Test
    void shouldBeShort() throws IOException {
        assertThat(Files.readAllLines(BPF.resolve("examples/goargs.bpf.c"))).hasSizeLessThan(60);
    }

    private Path build() throws IOException {
        Path source = Files.createDirectory(folder.resolve("examples")).resolve("goargs.bpf.c");
        Files.copy(BPF.resolve("examples/goargs.bpf.c"), source);
        Files.copy(BPF.resolve("go.bpf.h"), folder.resolve("go.bpf.h"));
        String command = Files.readAllLines(source).stream()
                .filter(line -> line.startsWith(COMMAND))
                .findFirst()
                .orElseThrow()
                .substring(2)
                .strip();
        run(source.getParent(), command.split(" "));
        return source.resolveSibling("goargs.bpf.o");
    }

    private static void run(Path in, String... words) throws IOException {
        Process process =
                new ProcessBuilder(words).directory(in.toFile()).inheritIO().start();
        assertThat(process.onExit().join().exitValue())
                .as(String.join(" ", words))
                .isZero();
    }

    private static ImagePlan plan(Path binary) {
        return TraceTarget.resolve(new TraceTarget.Request(
                        List.of(binary + ":main.greet"), 0, null, false, new PlanOptions(true, true, false, true)))
                .plans()
                .get(0);
    }

    private static Attachment attach(
            int program, ImageFile file, ImagePlan plan, boolean returns, KernelFeatures features) {
        FunctionPlan.Probeable greet = (FunctionPlan.Probeable) plan.functions().get(0);
        ProbeSet places = new ProbeSet();
        (returns ? greet.returns() : List.of(greet.entry())).forEach(place -> places.add(place.fileOffset(), 0));
        return ProbeLink.attach(features.attacher(), program, file, places, 0);
    }

    private static Call call(ByteBuffer bytes) {
        bytes.order(ByteOrder.nativeOrder());
        byte[] name = new byte[bytes.getInt(28)];
        bytes.get(32, name);
        return new Call(
                bytes.getLong(0),
                bytes.getLong(8),
                bytes.getLong(16),
                bytes.getInt(24) != 0,
                new String(name, StandardCharsets.UTF_8));
    }
}
