package io.goroscope.cli.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the user asked for.
 *
 * @param target process id or path of what to trace; empty for the demo's own Prometheus
 * @param functions patterns; empty for the default ones
 * @param seconds how long to trace, or 0 until Ctrl-C
 * @param pagePort port of the live page, or 0 for a free one
 * @param prometheus path of the Prometheus to start
 */
record DemoOptions(Optional<String> target, List<String> functions, int seconds, int pagePort, Path prometheus) {

    DemoOptions {
        functions = List.copyOf(functions);
    }
}
