package io.goroscope.benchmarks;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The figures of one benchmark, in the order in which they were added. */
public final class Figures {

    private static final MathContext DIGITS = new MathContext(4);

    private final Map<String, Figure> byName = new LinkedHashMap<>();

    /** Adds a figure without a promise. */
    public Figures add(String name, double value) {
        return add(new Figure(name, value, new Figure.Free()));
    }

    /** Adds a figure that must be at least {@code bound}. */
    public Figures atLeast(String name, double value, double bound) {
        return add(new Figure(name, value, new Figure.AtLeast(bound)));
    }

    /** Adds a figure that must be at most {@code bound}. */
    public Figures atMost(String name, double value, double bound) {
        return add(new Figure(name, value, new Figure.AtMost(bound)));
    }

    private Figures add(Figure figure) {
        if (byName.putIfAbsent(figure.name(), figure) != null) {
            throw new IllegalArgumentException("figure " + figure.name() + " is there already");
        }
        return this;
    }

    /** All of them. */
    public List<Figure> all() {
        return List.copyOf(byName.values());
    }

    /** Four digits, never in the form 1E+7. */
    static String plain(double value) {
        return BigDecimal.valueOf(value)
                .round(value >= 10_000 ? MathContext.DECIMAL64 : DIGITS)
                .setScale(value >= 10_000 ? 0 : 6, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    /** As one flat JSON object of numbers. */
    String toJson() {
        return byName.values().stream()
                .map(figure -> "  \"" + figure.name() + "\": " + plain(figure.value()))
                .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
    }

    /** As a table: figure, value, target, and whether it is met. */
    String toTable() {
        StringBuilder table = new StringBuilder();
        for (Figure figure : byName.values()) {
            String verdict = figure.target() instanceof Figure.Free ? "" : figure.isMet() ? "ok" : "MISSED";
            table.append("  %-42s %14s   %-12s %s"
                            .formatted(
                                    figure.name(),
                                    plain(figure.value()),
                                    figure.target().text(),
                                    verdict)
                            .stripTrailing())
                    .append('\n');
        }
        return table.toString();
    }

    /** Writes the JSON; whoever reads sees the old file or the new one. */
    void write(Path file) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, toJson());
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
