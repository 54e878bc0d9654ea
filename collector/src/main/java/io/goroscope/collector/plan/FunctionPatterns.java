package io.goroscope.collector.plan;

import io.goroscope.schemas.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which functions a user means, by name.
 *
 * <p>A wildcard pattern matches a whole name; {@code *} stands for any characters, slashes and dots included, and
 * {@code ?} for one. Everything else stands for itself, so {@code main.(*T).Do} and {@code main.Map[...]} can be typed
 * as they are printed. In a pattern {@code [...]} also matches written-out type arguments, as in
 * {@code main.Map[go.shape.int]}. A regular expression (Java's syntax) may match anywhere in a name, as with grep.
 */
public final class FunctionPatterns {

    /**
     * Packages whose functions run so often that probing all of them slows a program 5 to 30 times (measured on etcd,
     * caddy and prometheus): left out unless a pattern names them.
     */
    private static final List<String> HOT = List.of(
            "runtime.",
            "runtime/",
            "internal/",
            "sync.",
            "sync/",
            "reflect.",
            "strings.",
            "bytes.",
            "errors.",
            "unicode.",
            "unicode/",
            "type:",
            "go:");

    private final List<One> patterns;
    private final List<One> excluded;

    /** One pattern; {@code prefix} is what a name has to begin with, where that is all, else null. */
    private record One(String text, Pattern compiled, boolean regularExpression, String prefix) {

        One(String text, Pattern compiled, boolean regularExpression) {
            this(text, compiled, regularExpression, regularExpression ? null : prefixOf(text));
        }

        /** {@code *} and {@code main.*} are asked of a hundred thousand names, and need no automaton. */
        private static String prefixOf(String text) {
            int length = text.length() - 1;
            boolean plain = text.indexOf('*') == length && text.indexOf('?') < 0 && text.indexOf('[') < 0;
            return plain ? text.substring(0, length) : null;
        }

        boolean isLiteral() {
            return !regularExpression
                    && text.indexOf('?') < 0
                    && text.replace("(*", "(").indexOf('*') < 0;
        }

        boolean matches(String name) {
            if (prefix != null) {
                return name.startsWith(prefix);
            }
            return regularExpression
                    ? compiled.matcher(name).find()
                    : compiled.matcher(name).matches();
        }

        /** A literal beginning says which packages are meant; so does a regular expression that has the name in it. */
        boolean names(String hotPackage) {
            if (regularExpression) {
                return text.contains(hotPackage.substring(0, hotPackage.length() - 1));
            }
            return text.charAt(0) != '*' && text.charAt(0) != '?';
        }
    }

    private FunctionPatterns(List<One> patterns, List<One> excluded) {
        if (patterns.isEmpty()) {
            throw new UserException("no function pattern given; try 'main.*'");
        }
        this.patterns = List.copyOf(patterns);
        this.excluded = List.copyOf(excluded);
    }

    /** Patterns of either kind. */
    public static FunctionPatterns of(List<String> texts, boolean regularExpressions) {
        return regularExpressions ? regularExpressions(texts) : wildcards(texts);
    }

    /** The same without the names that others match. */
    public FunctionPatterns without(FunctionPatterns others) {
        return new FunctionPatterns(patterns, others.patterns);
    }

    /**
     * Patterns with {@code *} and {@code ?}.
     *
     * @throws UserException for none, or an empty one
     */
    public static FunctionPatterns wildcards(List<String> texts) {
        List<One> compiled = new ArrayList<>();
        for (String text : texts) {
            compiled.add(new One(requireText(text), Pattern.compile(wildcardExpression(text)), false));
        }
        return new FunctionPatterns(compiled, List.of());
    }

    /**
     * Regular expressions.
     *
     * @throws UserException for none, an empty one, or one that does not compile
     */
    public static FunctionPatterns regularExpressions(List<String> texts) {
        List<One> compiled = new ArrayList<>();
        for (String text : texts) {
            try {
                compiled.add(new One(requireText(text), Pattern.compile(text), true));
            } catch (PatternSyntaxException e) {
                throw new UserException(
                        "cannot read the regular expression '" + text + "': " + e.getDescription() + " at character "
                                + e.getIndex(),
                        e);
            }
        }
        return new FunctionPatterns(compiled, List.of());
    }

    private static String requireText(String text) {
        if (text.isEmpty()) {
            throw new UserException("an empty function pattern; give a name such as main.main, or 'main.*'");
        }
        return text;
    }

    private static String wildcardExpression(String text) {
        StringBuilder expression = new StringBuilder("(?s)");
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            String instead = null;
            int length = 1;
            if (c == '*') {
                instead = ".*";
            } else if (c == '?') {
                instead = ".";
            } else if (text.startsWith("[...]", i)) {
                instead = "\\[.*\\]";
                length = 5;
            }
            if (instead != null) {
                expression.append(Pattern.quote(text.substring(from, i))).append(instead);
                i += length - 1;
                from = i + 1;
            }
        }
        return expression.append(Pattern.quote(text.substring(from))).toString();
    }

    /** True if any pattern matches the name, and none that excludes it does. */
    public boolean matches(String name) {
        return matches(patterns, name) && !matches(excluded, name);
    }

    private static boolean matches(List<One> any, String name) {
        for (One pattern : any) {
            if (pattern.matches(name)) {
                return true;
            }
        }
        return false;
    }

    /** True if a pattern without wildcards is this name. */
    public boolean namesExactly(String name) {
        for (One pattern : patterns) {
            if (pattern.isLiteral() && pattern.matches(name)) {
                return true;
            }
        }
        return false;
    }

    /** True for a name that matches, though only by a pattern that does not name its often-called package. */
    public boolean leavesOut(String name) {
        String hot = hotPackage(name);
        if (hot == null) {
            return false;
        }
        for (One pattern : patterns) {
            if (pattern.matches(name) && pattern.names(hot)) {
                return false;
            }
        }
        return true;
    }

    private static String hotPackage(String name) {
        for (String hot : HOT) {
            if (name.startsWith(hot)) {
                return hot;
            }
        }
        return null;
    }

    /** The patterns as they were given, for messages. */
    public List<String> texts() {
        return patterns.stream().map(One::text).toList();
    }
}
