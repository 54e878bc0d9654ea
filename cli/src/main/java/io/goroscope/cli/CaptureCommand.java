package io.goroscope.cli;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.process.Claims;
import io.goroscope.collector.publish.CaptureSink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Records what the topics would get into a file. */
@Command(
        name = "capture",
        mixinStandardHelpOptions = true,
        description = {
            "Records entries, returns and exact counts into a capture file, until Ctrl-C.",
            "A capture is an Avro object container; replay it with: goroscope replay FILE"
        },
        footer = {
            "",
            "Examples:",
            "  goroscope capture -o calls.avro -d 30 -p 4242 'main.*'",
            "  goroscope capture -o calls.avro -p 4242 --args 'main.add a, b'   with values, for trace --from-file"
        })
final class CaptureCommand implements Callable<Integer> {

    @Mixin
    private TargetOptions target;

    @Mixin
    private RunOptions run;

    @Mixin
    private ValueOptions values;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            required = true,
            description = "The capture file; one that exists is replaced.")
    private Path output;

    @Override
    public Integer call() {
        run.check();
        TraceTarget resolved = target.resolve(values);
        CaptureSink sink = CaptureSink.create(output);
        try (Tracing tracing = Tracing.start(
                resolved,
                target,
                values,
                SessionOptions.pairs(),
                Tracing.config(Duration.ofSeconds(1)),
                sink,
                Claims.NONE)) {
            tracing.announce("Capturing");
            run.run(tracing::hasEnded, () -> report(tracing));
            tracing.finish();
            report(tracing);
        }
        System.err.println("goroscope: wrote " + sink.records() + " records to " + output);
        return 0;
    }

    private static void report(Tracing tracing) {
        System.err.printf(
                "goroscope: %d events, %d lost%n",
                tracing.status().events(), tracing.status().lost());
    }
}
