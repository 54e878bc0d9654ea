package io.goroscope.cli;

import io.goroscope.cli.demo.DemoCommand;
import io.goroscope.cli.demo.PrepareCommand;
import io.goroscope.cli.doctor.DoctorCommand;
import io.goroscope.cli.topics.TopicsCommand;
import io.goroscope.cli.trace.TraceCommand;
import io.goroscope.schemas.UserException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
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
        synopsisSubcommandLabel = "COMMAND")
public final class Main {

    /** In the order of the help. */
    private static final Map<String, Class<?>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("list", ListCommand.class);
        COMMANDS.put("funccount", FuncCountCommand.class);
        COMMANDS.put("funclatency", FuncLatencyCommand.class);
        COMMANDS.put("trace", TraceCommand.class);
        COMMANDS.put("capture", CaptureCommand.class);
        COMMANDS.put("replay", ReplayCommand.class);
        COMMANDS.put("collect", CollectCommand.class);
        COMMANDS.put("streams", StreamsCommand.class);
        COMMANDS.put("sink", SinkCommand.class);
        COMMANDS.put("deadletter", DeadLetterCommand.class);
        COMMANDS.put("topics", TopicsCommand.class);
        COMMANDS.put("doctor", DoctorCommand.class);
        COMMANDS.put("demo", DemoCommand.class);
        COMMANDS.put("prepare", PrepareCommand.class);
        COMMANDS.put("completion", CompletionCommand.class);
        COMMANDS.put("help", CommandLine.HelpCommand.class);
    }

    /** What has to know the others. */
    private static final Set<String> ABOUT_COMMANDS = Set.of("completion", "help");

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
        return commandLine(args).execute(args);
    }

    /**
     * The command line, with what it does about errors.
     *
     * @param args of the run: picocli reads a command's options by reflection, and loads what they are made of, so where
     *     the first word is a command the others are left out; that is half of the time that a short command takes
     */
    static CommandLine commandLine(String... args) {
        CommandLine root = new CommandLine(new Main());
        boolean one = args.length > 0 && COMMANDS.containsKey(args[0]) && !ABOUT_COMMANDS.contains(args[0]);
        COMMANDS.forEach((name, command) -> {
            if (!one || name.equals(args[0])) {
                root.addSubcommand(name, command);
            }
        });
        return root.setCaseInsensitiveEnumValuesAllowed(true)
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
                        log().debug("refused", e);
                        commandLine.getErr().println("goroscope: " + e.getMessage());
                    } else {
                        commandLine.getErr().println("goroscope: unexpected: " + e);
                        log().error("unexpected", e);
                    }
                    return 2;
                });
    }

    /** Made when there is something to log: reading its configuration takes longer than a short command. */
    private static Logger log() {
        return LoggerFactory.getLogger(Main.class);
    }
}
