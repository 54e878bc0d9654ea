package io.goroscope.cli.demo;

import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Prometheus as a child process, listening on localhost, with its data in the demo's folder.
 *
 * <p>It must not outlive a demo that is killed: {@code setpriv --pdeathsig} has the kernel kill it when the <em>thread</em>
 * that started it ends (prctl(2), PR_SET_PDEATHSIG), so it is to be started by one that lives as long as the demo. In a
 * session of its own a Ctrl-C at the terminal does not reach it; the demo ends it after the probes are gone.
 */
final class PrometheusProcess implements AutoCloseable {

    private static final long VERSION_LIMIT_S = 10;
    private static final long END_LIMIT_S = 5;

    private final Process process;
    private final Path executable;
    private final PrometheusVersion version;
    private final int port;
    private final Path log;

    private PrometheusProcess(Process process, Path executable, PrometheusVersion version, int port, Path log) {
        this.process = process;
        this.executable = executable;
        this.version = version;
        this.port = port;
        this.log = log;
    }

    /**
     * Asks a Prometheus for its version.
     *
     * @throws UserException if it is no Prometheus
     */
    static PrometheusVersion version(Path executable) {
        try {
            Process asked = new ProcessBuilder(executable.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            String printed = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!asked.waitFor(VERSION_LIMIT_S, TimeUnit.SECONDS)) {
                asked.destroyForcibly();
            }
            return PrometheusVersion.parse(printed)
                    .orElseThrow(() -> new UserException(
                            executable + " is no Prometheus: --version printed \"" + firstLine(printed) + "\""));
        } catch (IOException e) {
            throw new UserException("cannot start " + executable + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserException("interrupted while asking " + executable + " for its version", e);
        }
    }

    /**
     * Starts it; it answers some tenths of a second later.
     *
     * @param executable path of prometheus
     * @param folder an existing folder for its configuration, data and log
     * @param port where it listens, on 127.0.0.1
     * @param config what it does
     */
    static PrometheusProcess start(Path executable, Path folder, int port, PrometheusConfig config) {
        Path file = folder.resolve("prometheus.yml");
        Path log = folder.resolve("prometheus.log");
        try {
            Files.writeString(file, config.toYaml());
            Files.writeString(folder.resolve(PrometheusConfig.RULES_FILE), config.toRules());
            Process process = new ProcessBuilder(List.of(
                            "setpriv",
                            "--pdeathsig",
                            "KILL",
                            "setsid",
                            executable.toString(),
                            "--config.file=" + file,
                            "--storage.tsdb.path=" + folder.resolve("data"),
                            "--storage.tsdb.retention.time=2h",
                            "--web.listen-address=127.0.0.1:" + port,
                            "--enable-feature=native-histograms",
                            "--log.level=warn"))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            process.getOutputStream().close();
            return new PrometheusProcess(process, executable, config.version(), port, log);
        } catch (IOException e) {
            throw new UserException("cannot start " + executable + ": " + e.getMessage(), e);
        }
    }

    long pid() {
        return process.pid();
    }

    Path executable() {
        return executable;
    }

    PrometheusVersion version() {
        return version;
    }

    /** Its page and API. */
    String url() {
        return "http://127.0.0.1:" + port;
    }

    /**
     * Throws if it has ended.
     *
     * @throws UserException with the last line of its log
     */
    void checkAlive() {
        if (!process.isAlive()) {
            throw new UserException("Prometheus ended with code " + process.exitValue() + ": " + lastLine());
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_LIMIT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private String lastLine() {
        try {
            List<String> lines = Files.readAllLines(log);
            return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
        } catch (IOException e) {
            return "its log cannot be read: " + e.getMessage();
        }
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
