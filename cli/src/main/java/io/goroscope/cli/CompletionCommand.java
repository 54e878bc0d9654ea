package io.goroscope.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code goroscope completion}: prints a script that completes commands and options in a shell. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Prints a script that completes commands and options.",
        footer = {"", "Example:", "  source <(goroscope completion bash)"})
final class CompletionCommand implements Callable<Integer> {

    /** The shells that the script is for: zsh runs bash's through its bashcompinit, which the script itself turns on. */
    enum Shell {
        BASH,
        ZSH
    }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
    private Shell shell;

    @Override
    public Integer call() {
        CommandLine root = spec.root().commandLine();
        PrintWriter out = spec.commandLine().getOut();
        out.println("# goroscope completion " + shell.name().toLowerCase(Locale.ROOT));
        out.print(AutoComplete.bash(spec.root().name(), root));
        out.flush();
        return 0;
    }
}
