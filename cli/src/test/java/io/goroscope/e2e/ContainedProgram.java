package io.goroscope.e2e;

import io.goroscope.testbed.RunningProgram;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Truth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/** The program that knows its own truth, in a container of its own without network or rights; waiting to be released. */
final class ContainedProgram implements AutoCloseable {

    /** File name of the program, which is also its service's name. */
    static final String BINARY = "truth";

    private final String name;
    private final RunningProgram running;
    private final Path folder;

    private ContainedProgram(String name, RunningProgram running, Path folder) {
        this.name = name;
        this.running = running;
        this.folder = folder;
    }

    static ContainedProgram start(TestProgram program, String... flags) throws IOException {
        // The cache's folders are for its owner alone, and the program is nobody.
        Path folder = Files.createTempDirectory("goroscope-target");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.copy(program.binary(), folder.resolve(BINARY));
        Files.setPosixFilePermissions(folder.resolve(BINARY), PosixFilePermissions.fromString("rwxr-xr-x"));
        String name = "goroscope-target-" + Long.toHexString(System.nanoTime());
        List<String> words = List.of(
                "docker",
                "run",
                "--rm",
                "-i",
                "--name",
                name,
                "--network=none",
                "--read-only",
                "--cap-drop=ALL",
                "--user=65534",
                "-v",
                folder + ":/program:ro",
                Docker.BASE,
                "/program/" + BINARY);
        return new ContainedProgram(name, RunningProgram.startBy(words, List.of(flags)), folder);
    }

    /** Its process id outside of the container. */
    String pid() {
        return Docker.output("docker", "inspect", "--format", "{{.State.Pid}}", name);
    }

    /** Its binary as other processes of the host see it. */
    String hostPath() {
        return "/proc/" + pid() + "/root/program/" + BINARY;
    }

    /** Lets it run to its end and tells its truth. */
    Truth run() {
        running.release();
        Truth truth = running.truth();
        int code = running.finish();
        if (code != 0) {
            throw new AssertionError("the traced program ended with " + code + ": " + running.stderr());
        }
        return truth;
    }

    @Override
    public void close() {
        Docker.run(Map.of(), List.of("docker", "rm", "-f", name));
        running.close();
        try {
            Files.deleteIfExists(folder.resolve(BINARY));
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }
}
