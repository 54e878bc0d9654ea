package io.goroscope.testbed;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Holds what a tracer saw against what the program says, call for call.
 *
 * @param truth what the program says of each function
 * @param observed by function, as the tracer names it
 * @param refused functions that the tracer said it would not count
 */
public record Comparison(List<Truth.Function> truth, Map<String, Observed> observed, Set<String> refused) {

    /** GCC's clones: the same function with other parameters. */
    private static final Pattern CLONE = Pattern.compile("\\.(isra|constprop)\\.[0-9]+");

    /** Type arguments, which the function table of Go 1.18 to 1.20 does not write out. */
    private static final Pattern TYPE_ARGUMENTS = Pattern.compile("\\[go\\.shape\\..*?\\]");

    private static final String LEFT_OUT = "[...]";

    /**
     * Brings the names of both sides to one form, and adds up what then has the same name.
     *
     * @param observed one entry for each function that the tracer has, even where names are the same
     */
    public static Comparison of(Truth truth, List<Map.Entry<String, Observed>> observed, Collection<String> refused) {
        boolean leftOut = observed.stream().anyMatch(seen -> seen.getKey().contains(LEFT_OUT));
        Map<String, Observed> merged = new TreeMap<>();
        observed.forEach(seen -> merged.merge(canonical(seen.getKey(), leftOut), seen.getValue(), Observed::plus));
        Map<String, Truth.Function> functions = new TreeMap<>();
        for (Truth.Function function : truth.functions()) {
            Truth.Function renamed = function.named(canonical(function.name(), leftOut));
            functions.merge(renamed.name(), renamed, Truth.Function::plus);
        }
        Set<String> names =
                refused.stream().map(name -> canonical(name, leftOut)).collect(Collectors.toSet());
        return new Comparison(List.copyOf(functions.values()), merged, names);
    }

    private static String canonical(String name, boolean leftOut) {
        String unified = CLONE.matcher(name).replaceAll("").replace("..func", ".func");
        return leftOut ? TYPE_ARGUMENTS.matcher(unified).replaceAll(LEFT_OUT) : unified;
    }

    /** Where the counts differ; empty where all are equal. */
    public List<String> countDifferences() {
        List<String> differences = new ArrayList<>();
        for (Truth.Function function : compared()) {
            differ(
                    differences,
                    function.name(),
                    "calls",
                    function.calls(),
                    seen(function).calls());
        }
        return differences;
    }

    /** Where the counts or the pairs differ; empty where all are equal. */
    public List<String> differences() {
        List<String> differences = countDifferences();
        for (Truth.Function function : compared()) {
            Observed seen = seen(function);
            String name = function.name();
            if (function.kind() == Truth.Kind.ENDLESS) {
                continue;
            }
            if (function.kind() != Truth.Kind.TAIL) {
                differ(differences, name, "paired", function.returns(), seen.paired());
                differ(differences, name, "open at the end", function.open(), seen.processEnd());
                differ(differences, name, "abandoned otherwise", 0, seen.otherwise());
            }
            differ(differences, name, "panic", function.abandoned().panic(), seen.panic());
            differ(differences, name, "goexit", function.abandoned().goexit(), seen.goexit());
            differ(differences, name, "unmatched", 0, seen.unmatched());
            differ(differences, name, "uncertain", 0, seen.uncertain());
        }
        return differences;
    }

    /** How many functions are held against each other. */
    public long functions() {
        return compared().size();
    }

    /** How many calls that are. */
    public long calls() {
        return compared().stream().mapToLong(Truth.Function::calls).sum();
    }

    /** All but what nobody can know, and what the tracer may refuse and did. */
    private List<Truth.Function> compared() {
        return truth.stream()
                .filter(function -> function.kind() != Truth.Kind.NOISE)
                .filter(function -> !refused.contains(function.name())
                        || function.kind() == Truth.Kind.NORMAL
                        || function.kind() == Truth.Kind.ENDLESS)
                .toList();
    }

    private Observed seen(Truth.Function function) {
        return observed.getOrDefault(function.name(), Observed.NOTHING);
    }

    private static void differ(List<String> differences, String name, String what, long expected, long seen) {
        if (expected != seen) {
            differences.add(name + ": " + what + " " + seen + ", the program says " + expected);
        }
    }
}
