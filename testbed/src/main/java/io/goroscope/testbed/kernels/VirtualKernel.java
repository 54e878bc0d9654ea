package io.goroscope.testbed.kernels;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A virtual machine without a disk, that boots a kernel, runs jobs, and ends.
 *
 * @param kernel what it boots
 * @param contents files and folders of the host that the jobs need, at the same paths in the machine; the libraries
 *     that executables among them need are added
 */
public record VirtualKernel(Kernel kernel, List<Path> contents) {

    private static final Logger LOG = LoggerFactory.getLogger(VirtualKernel.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MEMORY_MB = 2048;
    /**
     * A panic resets the machine at once, which ends the emulator. Mitigations only cost time here. On a busy host the emulated timer is
     * late, and the kernel's check of it hangs. While khugepaged moves a page, one CPU waits for the other, in the kernel and in our
     * programs; here one thread plays both CPUs and gives each its turn for up to 100 ms (TCG_KICK_PERIOD in QEMU's
     * accel/tcg/tcg-accel-ops-rr.h), so the page would not come back while anybody waits. EngineTruthTest has huge pages
     * made on this machine's own kernel.
     */
    private static final String PARAMETERS =
            "console=ttyS0 quiet panic=-1 mitigations=off nokaslr no_timer_check transparent_hugepage=madvise";

    private static final Duration BOOT_LIMIT = Duration.ofMinutes(2);

    public VirtualKernel {
        contents = List.copyOf(contents);
    }

    /** The path of {@code java} in every machine. */
    public static String java() {
        return JavaRuntime.folder().resolve("bin/java").toString();
    }

    /**
     * Boots, runs the jobs one after the other, and ends the machine.
     *
     * @return the jobs' results, in their order
     * @throws IllegalStateException where the machine ended before the last job had, with its console's last lines
     */
    public List<GuestJob.Result> run(List<GuestJob> jobs) {
        try {
            Path folder = Files.createTempDirectory("goroscope-vm");
            try {
                return run(folder, jobs);
            } finally {
                for (String name : List.of("initramfs", "console", "results", "errors")) {
                    Files.deleteIfExists(folder.resolve(name));
                }
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run a machine with kernel " + kernel.version(), e);
        }
    }

    private List<GuestJob.Result> run(Path folder, List<GuestJob> jobs) throws IOException {
        Path initramfs = folder.resolve("initramfs");
        pack(initramfs, jobs);
        long limit = BOOT_LIMIT.toSeconds()
                + jobs.stream().mapToLong(GuestJob::limitS).sum();
        long begin = System.nanoTime();
        Process emulator = new ProcessBuilder(command(folder, initramfs))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("errors").toFile())
                .start();
        try {
            boolean ended = emulator.waitFor(limit, TimeUnit.SECONDS);
            LOG.debug("kernel {} ran for {} ms", kernel.version(), (System.nanoTime() - begin) / 1_000_000);
            List<GuestJob.Result> results = results(folder.resolve("results"));
            if (!ended || results.size() < jobs.size()) {
                throw new IllegalStateException("the machine with kernel " + kernel.version() + " ran "
                        + results.size() + " of " + jobs.size() + " jobs"
                        + (ended ? "" : " within " + limit + " s") + ": " + tail(folder.resolve("errors"))
                        + tail(folder.resolve("console")));
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a machine ran", e);
        } finally {
            emulator.destroyForcibly();
        }
    }

    private List<String> command(Path folder, Path initramfs) {
        return List.of(
                "qemu-system-x86_64",
                "-nodefaults",
                "-no-reboot",
                "-display",
                "none",
                "-accel",
                "tcg,thread=single",
                "-cpu",
                "max",
                "-smp",
                "2",
                "-m",
                MEMORY_MB + "M",
                "-kernel",
                kernel.image().toString(),
                "-initrd",
                initramfs.toString(),
                "-append",
                PARAMETERS,
                "-serial",
                "file:" + folder.resolve("console"),
                "-serial",
                "file:" + folder.resolve("results"));
    }

    private void pack(Path file, List<GuestJob> jobs) throws IOException {
        TestProgram guest = TestProgram.build(Toolchains.requireLocal(), "guest", Flavor.NORMAL);
        Path runtime = JavaRuntime.folder();
        List<Path> loaded = new ArrayList<>(contents);
        loaded.add(SharedLibraries.system("libbpf.so.1"));
        loaded.add(SharedLibraries.system("libcapstone.so.4"));
        loaded.add(runtime.resolve("bin/java"));
        loaded.add(runtime.resolve("lib/server/libjvm.so"));
        loaded.add(runtime.resolve("lib/libjava.so"));
        try (Initramfs archive = new Initramfs(file)) {
            archive.add(guest.binary(), "/init");
            archive.device("/dev/console", 5, 1);
            archive.add("/jobs.json", JSON.writeValueAsBytes(jobs));
            archive.add(runtime);
            for (Path path : loaded) {
                archive.add(path);
            }
            for (Path library : SharedLibraries.of(
                    loaded.stream().filter(Files::isRegularFile).toList())) {
                archive.add(library);
            }
        }
    }

    private static List<GuestJob.Result> results(Path file) throws IOException {
        List<GuestJob.Result> results = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("{") && line.endsWith("}")) {
                results.add(JSON.readValue(line, GuestJob.Result.class));
            }
        }
        return results;
    }

    private static String tail(Path file) throws IOException {
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }
}
