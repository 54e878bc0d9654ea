package io.goroscope.cli;

import io.goroscope.collector.process.Executables;
import io.goroscope.schemas.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A command given as one argument, in words as a shell would split them: blanks, quotes, backslashes. */
public final class CommandWords {

    private CommandWords() {}

    /**
     * Splits a command.
     *
     * @throws UserException if it is empty or a quote is not closed
     */
    public static List<String> split(String command) {
        List<String> words = new ArrayList<>();
        StringBuilder word = null;
        char quote = 0;
        for (int i = 0; i < command.length(); i++) {
            char c = command.charAt(i);
            if (quote == 0 && Character.isWhitespace(c)) {
                if (word != null) {
                    words.add(word.toString());
                    word = null;
                }
                continue;
            }
            word = word == null ? new StringBuilder() : word;
            if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            } else if (c == '\\' && quote != '\'' && i + 1 < command.length()) {
                word.append(command.charAt(++i));
            } else {
                word.append(c);
            }
        }
        if (quote != 0) {
            throw new UserException("the command has an open " + quote + ": " + command);
        }
        if (word != null) {
            words.add(word.toString());
        }
        if (words.isEmpty()) {
            throw new UserException("the command is empty: write -c 'PROGRAM ARGUMENTS'");
        }
        return words;
    }

    /**
     * The executable that the first word means: a path, or a name on PATH.
     *
     * @throws UserException if there is none
     */
    public static Path executable(List<String> words) {
        String name = words.get(0);
        Path path = name.contains("/") ? Path.of(name) : Executables.find(name).orElse(null);
        if (path != null && Files.isExecutable(path)) {
            return path;
        }
        throw new UserException("cannot start " + name + ": no such executable");
    }
}
