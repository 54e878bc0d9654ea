package io.goroscope.cli;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.plan.PlanOptions;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The options by which every command that traces says what. */
final class TargetOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(
            paramLabel = "BINARY:PATTERN",
            arity = "0..*",
            description = {
                "Functions to trace: PATH:PATTERN, or go:PATTERN for gccgo's libgo.so. With -p or -c the PATTERN alone"
                        + " is enough.",
                "PATTERN has * and ?; quote it: './server:main.*', './server:main.(*T).Do'."
            })
    private List<String> specs;

    @Mixin
    private ProcessOptions process;

    @Option(
            names = "--all",
            description = "Take the runtime's hottest packages too, which a pattern such as '*' leaves out.")
    private boolean all;

    /** True where a command is to be started. */
    boolean hasCommand() {
        return process.hasCommand();
    }

    /** True where standard output is for JSON alone. */
    boolean wantsJson() {
        return spec.commandLine().getParseResult().hasMatchedOption("--json");
    }

    /** The words of the command. */
    List<String> commandWords() {
        return process.commandWords();
    }

    /**
     * Finds the binaries and plans the probes.
     *
     * @param returns true where the ends of calls are wanted
     */
    TraceTarget resolve(boolean returns) {
        return TraceTarget.resolve(request(new PlanOptions(process.costly(), returns, all)));
    }

    /** The same, with functions whose values are wanted: their calls are timed as the others'. */
    TraceTarget resolve(ValueOptions values) {
        values.check();
        values.resolve(this);
        if (values.isGiven()) {
            specs = Stream.concat(Stream.ofNullable(specs).flatMap(List::stream), values.targets().stream())
                    .toList();
        }
        return resolve(true);
    }

    /** Plans the probes for reading arguments and results. */
    TraceTarget resolveValues(String spec) {
        return process.resolveValues(spec);
    }

    /** Finds the binaries and plans whatever could be probed at any cost: for showing, not for attaching. */
    TraceTarget resolveToShow() {
        return TraceTarget.resolveToShow(request(new PlanOptions(true, true, all)));
    }

    /** True where anything to trace is named here. */
    boolean isGiven() {
        return specs != null || process.isGiven();
    }

    private TraceTarget.Request request(PlanOptions options) {
        if (specs == null) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'BINARY:PATTERN'");
        }
        return process.request(specs, options);
    }
}
