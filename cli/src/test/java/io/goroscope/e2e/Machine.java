package io.goroscope.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.goroscope.testbed.kernels.GuestJob;
import io.goroscope.testbed.kernels.Kernel;
import io.goroscope.testbed.kernels.VirtualKernel;
import java.io.File;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Collects jobs of {@link GuestMain}, boots a kernel once for all of them, and keeps what they found. */
final class Machine {

    /** What the engine needs of the class path; the rest (Kafka, RocksDB, …) would only fill the machine's memory. */
    private static final List<String> LIBRARIES = List.of(
            "goroscope-",
            "agrona",
            "asm",
            "jackson",
            "jffi",
            "jnr",
            "logback",
            "slf4j",
            "HdrHistogram",
            "re2j",
            "avro");

    private static final String RELEASE = "/proc/sys/kernel/osrelease";
    private static final JsonMapper JSON = new JsonMapper();

    private final Kernel kernel;
    private final Set<Path> contents = new LinkedHashSet<>();
    private final List<GuestJob> jobs = new ArrayList<>();
    private final Map<String, GuestJob.Result> results = new HashMap<>();

    Machine(Kernel kernel) {
        this.kernel = kernel;
        contents.addAll(classPath());
    }

    String version() {
        return kernel.version();
    }

    /** Puts files of the host into the machine, at the same paths. */
    Machine with(Path... files) {
        contents.addAll(List.of(files));
        return this;
    }

    /** Adds a job by name; the words are those of {@link GuestMain}. */
    Machine job(String name, int limitS, List<String> words) {
        return job(name, limitS, List.of(), words);
    }

    /** @param first class-path entries that come before all others */
    Machine job(String name, int limitS, List<Path> first, List<String> words) {
        contents.addAll(first);
        String classPath = String.join(
                ":",
                Stream.concat(first.stream(), classPath().stream())
                        .map(Path::toString)
                        .toList());
        List<String> command = new ArrayList<>(List.of(
                VirtualKernel.java(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xshare:auto",
                "-Xmx512m",
                "-cp",
                classPath,
                GuestMain.class.getName()));
        command.addAll(words);
        jobs.add(new GuestJob(name, command, limitS, List.of(RELEASE)));
        return this;
    }

    Machine boot() {
        new VirtualKernel(kernel, List.copyOf(contents)).run(jobs).forEach(result -> {
            String release = result.files().get(RELEASE).strip();
            if (!release.equals(version())) {
                throw new IllegalStateException("Linux " + release + " ran, not " + version());
            }
            results.put(result.name(), result);
        });
        System.out.println("Linux " + version() + ": "
                + jobs.stream()
                        .map(job -> "%s %.0f s"
                                .formatted(job.name(), results.get(job.name()).seconds()))
                        .collect(Collectors.joining(", ")));
        return this;
    }

    GuestJob.Result result(String job) {
        return results.get(job);
    }

    /** What a job found. */
    <T> List<T> findings(String job, Class<T> type) {
        GuestJob.Result result = results.get(job);
        List<T> findings = new ArrayList<>();
        for (String line : result.stdout().split("\n")) {
            if (line.startsWith("{")) {
                findings.add(parse(line, type));
            }
        }
        if (findings.isEmpty() || result.code() != 0) {
            throw new IllegalStateException("job " + job + " under Linux " + kernel.version() + " ended with "
                    + result.code() + ": " + result.stdout() + result.stderr());
        }
        return findings;
    }

    private static <T> T parse(String line, Class<T> type) {
        try {
            return JSON.readValue(line, type);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("not a " + type.getSimpleName() + ": " + line, e);
        }
    }

    private static List<Path> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(Machine::isNeeded)
                .map(Path::toAbsolutePath)
                .toList();
    }

    private static boolean isNeeded(Path entry) {
        return Files.isDirectory(entry)
                || LIBRARIES.stream().anyMatch(entry.getFileName().toString()::startsWith);
    }
}
