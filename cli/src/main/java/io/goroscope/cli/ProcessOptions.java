package io.goroscope.cli;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.plan.FunctionPatterns;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.schemas.UserException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The options by which every command that traces says which process, and how its functions are named. */
public final class ProcessOptions {

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

    /** The functions that are meant, without a binary. */
    public FunctionPatterns patterns(List<String> texts) {
        return FunctionPatterns.of(texts, regularExpressions);
    }

    /** The one process, or 0. */
    public int pid() {
        return pid;
    }

    /** True where a command is to be started. */
    public boolean hasCommand() {
        return command != null;
    }

    /** True where a process or a command is named. */
    boolean isGiven() {
        return pid != 0 || command != null;
    }

    /** The words of the command. */
    public List<String> commandWords() {
        return CommandWords.split(command);
    }

    /** True where functions are taken whose probe is single-stepped. */
    boolean costly() {
        return costly;
    }

    /** Plans the probes for reading arguments and results. */
    public TraceTarget resolveValues(String target) {
        return TraceTarget.resolve(request(List.of(target), new PlanOptions(costly, true, false, true)));
    }

    TraceTarget.Request request(List<String> specs, PlanOptions options) {
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
