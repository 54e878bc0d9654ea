package io.goroscope.cli.demo;

import io.goroscope.collector.process.Executables;
import io.goroscope.schemas.UserException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code goroscope demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the whole pipeline in one process: a real Kafka broker, the Streams job, the sink, a live page, and a"
                    + " Prometheus that scrapes the sink.",
            "That Prometheus, a stripped Go program that nobody here wrote, is also what is traced."
        },
        footer = {
            "",
            "Ctrl-C ends it with a summary; nothing is left behind. Where BPF is not allowed it says what is missing, and"
                    + " shows a capture instead.",
            "",
            "Examples:",
            "  goroscope demo",
            "  goroscope demo --target 4242 --functions 'main.*' --functions 'net/http.(*conn).serve'",
            "  DEMO_SECONDS=60 goroscope demo"
        })
public final class DemoCommand implements Callable<Integer> {

    @Option(
            names = "--target",
            paramLabel = "PATH|PID",
            description = "Trace this executable, wherever it runs, or this process (default: the demo's Prometheus).")
    private String target;

    @Option(
            names = "--functions",
            paramLabel = "PATTERN",
            description =
                    "Functions to trace, with * and ?; may be given several times (default: main.* for a target).")
    private List<String> functions = List.of();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "${env:DEMO_SECONDS:-0}",
            description = "End after tracing for so long (default: at Ctrl-C; also DEMO_SECONDS).")
    private int seconds;

    @Option(
            names = "--page-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Port of the live page on localhost (default: a free one).")
    private int pagePort;

    @Option(
            names = "--prometheus",
            paramLabel = "PATH",
            description = "The Prometheus to start (default: the one on PATH).")
    private Path prometheus;

    @Override
    public Integer call() {
        if (seconds < 0) {
            throw new UserException("--seconds (or DEMO_SECONDS) must not be negative, is " + seconds);
        }
        if (pagePort < 0 || pagePort > 65_535) {
            throw new UserException("--page-port must be 0 to 65535, is " + pagePort);
        }
        Path executable = prometheus != null
                ? prometheus
                : Executables.find("prometheus")
                        .orElseThrow(
                                () -> new UserException("prometheus is not on PATH: install it, or say where it is with"
                                        + " --prometheus PATH"));
        new Demo(new DemoOptions(Optional.ofNullable(target), functions, seconds, pagePort, executable)).run();
        return 0;
    }
}
