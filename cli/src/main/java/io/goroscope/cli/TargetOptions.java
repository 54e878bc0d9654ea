package io.goroscope.cli;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.schemas.UserException;
import java.nio.file.Path;
import java.util.List;
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

    @Option(
            names = {"-p", "--pid"},
            paramLabel = "PID",
            description = "Trace this process only.")
    private int pid;

    @Option(
            names = {"-c", "--command"},
            paramLabel = "CMD",
            description = "Start this command, attached before its first instruction, and end with it.")
    private String command;

    @Option(
            names = {"-r", "--regex"},
            description = "PATTERN is a regular expression.")
    private boolean regularExpressions;

    @Option(
            names = "--costly",
            description = "Take functions too whose probe the kernel has to single-step (10 to 40 times the cost).")
    private boolean costly;

    @Option(
            names = "--all",
            description = "Take the runtime's hottest packages too, which a pattern such as '*' leaves out.")
    private boolean all;

    /** True where a command is to be started. */
    boolean hasCommand() {
        return command != null;
    }

    /** True where standard output is for JSON alone. */
    boolean wantsJson() {
        return spec.commandLine().getParseResult().hasMatchedOption("--json");
    }

    /** The words of the command. */
    List<String> commandWords() {
        return CommandWords.split(command);
    }

    /**
     * Finds the binaries and plans the probes.
     *
     * @param returns true where the ends of calls are wanted
     */
    TraceTarget resolve(boolean returns) {
        return TraceTarget.resolve(request(new PlanOptions(costly, returns, all)));
    }

    /** Finds the binaries and plans whatever could be probed at any cost: for showing, not for attaching. */
    TraceTarget resolveToShow() {
        return TraceTarget.resolveToShow(request(new PlanOptions(true, true, all)));
    }

    /** True where anything to trace is named here. */
    boolean isGiven() {
        return specs != null || pid != 0 || command != null;
    }

    private TraceTarget.Request request(PlanOptions options) {
        if (specs == null) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'BINARY:PATTERN'");
        }
        if (pid != 0 && command != null) {
            throw new UserException("-p and -c exclude each other: trace a process that runs, or start a command");
        }
        if (pid < 0) {
            throw new UserException("-p " + pid + " is no process id");
        }
        Path executable = command == null ? null : CommandWords.executable(commandWords());
        return new TraceTarget.Request(specs, pid, executable, regularExpressions, options);
    }
}
