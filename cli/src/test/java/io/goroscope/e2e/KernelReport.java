package io.goroscope.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The table of what was seen under which kernel, kept up to date in a file and printed in the end. */
final class KernelReport {

    private static final String HEAD =
            "| kernel | program | attached | functions | calls | returns executed in BPF | all equal |\n"
                    + "| --- | --- | --- | ---: | ---: | ---: | --- |";

    private final Path file;
    private final List<String> lines = new ArrayList<>();

    KernelReport(String name) {
        this.file = Path.of("target/reports/" + name + ".md");
    }

    void add(String kernel, KernelRow row) {
        line("| " + kernel + " | " + row.program() + " | "
                + switch (row.mode()) {
                    case COUNT -> "entries";
                    case PAIRS -> "entries and returns";
                    case STEPPED -> "entries and single-stepped returns";
                }
                + " | " + row.functions() + " | " + row.calls() + " | " + row.executed() + " | "
                + (row.allEqual()
                        ? "yes"
                        : "NO: exit code " + row.exitCode() + ", lost " + row.lost() + ", without a goroutine "
                                + row.unidentified() + "; "
                                + String.join("; ", row.differences()))
                + " |");
    }

    void missing(String what, String why) {
        line("| – | " + what + " | – | – | – | – | cannot be had: " + why + " |");
    }

    private void line(String line) {
        lines.add(line);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, HEAD + "\n" + String.join("\n", lines) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    void print() {
        System.out.println(HEAD);
        lines.forEach(System.out::println);
    }
}
