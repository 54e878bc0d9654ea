package io.goroscope.collector.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.plan.ImagePlan;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Links belong to file descriptors: a collector that dies in any way takes its probes with it. */
class KilledCollectorTest {

    private static final String FUNCTIONS = "^main.(leaf|fib|grow|throws|catches|quits|blocks|reads)$";

    private static final int SESSIONS = 8;

    private static ImagePlan plan;

    @BeforeAll
    static void findFunctions() throws Exception {
        Requirement.bpf();
        plan = ObjdumpPlan.of(CountedProgram.binary(), FUNCTIONS);
    }

    @Test
    void shouldLeaveNoLinkAndNoBreakpointWhenKilled() throws Exception {
        try (CountedProgram program = CountedProgram.start()) {
            byte[] text = text(program.pid());
            Process collector = collector();
            try (BufferedReader out = collector.inputReader(StandardCharsets.UTF_8)) {
                assertThat(out.readLine()).startsWith("attached ");
                program.run(4, 20);
                List<String> links = links(collector.pid());
                assertThat(links)
                        .as("links for returns, markers, goroutines' ends, entries, and three tracepoints")
                        .hasSize(7);
                assertThat(existingLinks()).containsAll(links);
                assertThat(text(program.pid())).isNotEqualTo(text);

                new ProcessBuilder("kill", "-9", String.valueOf(collector.pid()))
                        .start()
                        .waitFor();
                collector.waitFor();

                assertThat(existingLinks()).doesNotContainAnyElementsOf(links);
                assertThat(text(program.pid()))
                        .as("the program's code is as it was")
                        .isEqualTo(text);
                program.run(2, 5);
                assertThat(program.counts()).containsEntry("main.catches", 4L * 20 + 2 * 5);
                assertExactFromNowOn(program);
            } finally {
                collector.destroyForcibly();
            }
        }
    }

    /** What the dead collector left open pairs with nothing. */
    private static void assertExactFromNowOn(CountedProgram program) {
        Recorder recorder = new Recorder();
        try (ProbeSession session =
                ProbeSession.open(List.of(plan), SessionOptions.pairs().withProcesses(Set.of(program.pid())))) {
            program.run(4, 10);
            Recorder.drain(session, recorder);
        }
        assertThat(recorder.unmatched).isZero();
        assertThat(recorder.paired).containsValue(4L * 10);
    }

    @Test
    void shouldAttachAndDetachUnderLoadWithoutNoise() throws Exception {
        attachAndDetach(SESSIONS);
    }

    @Test
    @Tag("soak")
    void shouldAttachAndDetachHundredsOfTimes() throws Exception {
        attachAndDetach(300);
    }

    private static void attachAndDetach(int sessions) throws Exception {
        try (CountedProgram program = CountedProgram.start()) {
            byte[] text = text(program.pid());
            AtomicInteger runs = new AtomicInteger();
            AtomicBoolean enough = new AtomicBoolean();
            CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
                while (!enough.get()) {
                    program.run(4, 5);
                    runs.incrementAndGet();
                }
            });
            long events = 0;
            long entryMissed = 0;
            for (int i = 0; i < sessions; i++) {
                Recorder recorder = new Recorder();
                try (ProbeSession session =
                        ProbeSession.open(List.of(plan), SessionOptions.pairs().withProcesses(Set.of(program.pid())))) {
                    int before = runs.get();
                    while (runs.get() == before && !load.isDone()) {
                        Recorder.drain(session, recorder);
                    }
                    session.detach();
                    Recorder.drain(session, recorder);
                }
                events += recorder.events;
                entryMissed += recorder.entryMissed;
            }
            enough.set(true);
            load.join();

            assertThat(events).isPositive();
            assertThat(entryMissed)
                    .as("returns of calls whose entry was missed in attaching or detaching")
                    .isZero();
            assertThat(text(program.pid())).isEqualTo(text);
            assertThat(program.counts()).containsEntry("main.catches", runs.get() * 4L * 5);
        }
    }

    private static Process collector() throws IOException, InterruptedException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        AttachAndWait.class.getName(),
                        CountedProgram.binary().toString(),
                        FUNCTIONS)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Ids of the BPF links that a process holds, from the fdinfo of its descriptors. */
    private static List<String> links(long pid) throws IOException {
        List<String> ids = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fdinfo"))) {
            for (Path descriptor : descriptors) {
                read(descriptor).stream()
                        .filter(line -> line.startsWith("link_id:"))
                        .forEach(line -> ids.add(line.substring(8).strip()));
            }
        }
        return ids;
    }

    private static List<String> read(Path descriptor) throws IOException {
        try {
            return Files.readAllLines(descriptor);
        } catch (NoSuchFileException e) {
            return List.of(); // closed since it was listed
        }
    }

    /** Ids of all BPF links in the kernel, by bpftool. */
    private static List<String> existingLinks() throws IOException, InterruptedException {
        List<String> ids = new ArrayList<>();
        for (String line : CountedProgram.output(List.of("bpftool", "link", "show"))) {
            if (line.matches("\\d+:.*")) {
                ids.add(line.substring(0, line.indexOf(':')));
            }
        }
        return ids;
    }

    /** The code of the traced functions as it is in memory. */
    private static byte[] text(int pid) throws IOException {
        byte[] bytes = new byte[2048];
        try (RandomAccessFile memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
            memory.seek(plan.functions().get(0).function().address());
            memory.readFully(bytes);
        }
        return bytes;
    }
}
