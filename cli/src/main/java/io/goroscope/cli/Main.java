package io.goroscope.cli;

import io.goroscope.cli.demo.DemoCommand;
import io.goroscope.cli.demo.PrepareCommand;
import io.goroscope.cli.doctor.DoctorCommand;
import io.goroscope.cli.topics.TopicsCommand;
import io.goroscope.cli.trace.TraceCommand;
import io.goroscope.schemas.UserException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root of the command line. Exit codes: 0, or 2 with one line on stderr. */
@Command(
        name = "goroscope",
        mixinStandardHelpOptions = true,
        version = "goroscope 0.1.0",
        description = "Counts, times and shows the function calls of running Go programs.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ListCommand.class,
            FuncCountCommand.class,
            FuncLatencyCommand.class,
            TraceCommand.class,
            CaptureCommand.class,
            ReplayCommand.class,
            CollectCommand.class,
            StreamsCommand.class,
            SinkCommand.class,
            DeadLetterCommand.class,
            TopicsCommand.class,
            DoctorCommand.class,
            DemoCommand.class,
            PrepareCommand.class,
            CompletionCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Main {

    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private Main() {}

    /** Runs one command and exits with its code. */
    public static void main(String... args) {
        // Some libraries log by java.util.logging, which would write to stderr on its own.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        Interruption.install();
        Interruption.exit(run(args));
    }

    /** Runs one command; for tests, which must not exit. */
    static int run(String... args) {
        return commandLine().execute(args);
    }

    /** The whole command line, with what it does about errors. */
    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler((e, arguments) -> {
                    e.getCommandLine().getErr().println("goroscope: " + e.getMessage());
                    e.getCommandLine()
                            .getErr()
                            .println("try: "
                                    + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
                    return 2;
                })
                .setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    if (e instanceof UserException) {
                        LOG.debug("refused", e);
                        commandLine.getErr().println("goroscope: " + e.getMessage());
                    } else {
                        commandLine.getErr().println("goroscope: unexpected: " + e);
                        LOG.error("unexpected", e);
                    }
                    return 2;
                });
    }
}
