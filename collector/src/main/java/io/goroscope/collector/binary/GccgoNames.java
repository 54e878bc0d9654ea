package io.goroscope.collector.binary;

/**
 * Turns gccgo's assembler names into what a user types.
 *
 * <p>gccgo 12 writes an underscore and one more character for whatever an assembler may not like:
 * {@code internal_1cpu.doinit} is {@code internal/cpu.doinit}. Two dots come before what the compiler made up:
 * {@code main.Run..func1} is gc's {@code main.Run.func1}. GCC marks copies with changed arguments ({@code .isra.0},
 * {@code .constprop.0}): their calls are calls of the function. {@code .part.0} is a piece of a function that runs only
 * in some calls, so it keeps its name. Source: {@code gcc/go/gofrontend/names.cc} and {@code go-encode-id.cc} (GCC 12).
 */
final class GccgoNames {

    /** What follows the underscore, by place: '.' is 0, '/' is 1, … */
    private static final String CODES = "0123456789abc_";

    private static final String CHARACTERS = "./*,{}[]()\" ;_";

    private GccgoNames() {}

    static String readable(String symbol) {
        String name = withoutClone(symbol);
        return name.indexOf('.') < 0 ? name : decoded(name).replace("..func", ".func");
    }

    private static String withoutClone(String symbol) {
        String name = symbol;
        for (String kind : new String[] {".isra.", ".constprop.", ".lto_priv."}) {
            int at = name.indexOf(kind);
            if (at > 0) {
                int end = at + kind.length();
                while (end < name.length() && Character.isDigit(name.charAt(end))) {
                    end++;
                }
                name = name.substring(0, at) + name.substring(end);
            }
        }
        return name;
    }

    private static String decoded(String name) {
        if (name.indexOf('_') < 0) {
            return name;
        }
        StringBuilder text = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '_' || i + 1 == name.length()) {
                text.append(c);
                continue;
            }
            char kind = name.charAt(i + 1);
            int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
            int code = CODES.indexOf(kind);
            if (code >= 0) {
                text.append(CHARACTERS.charAt(code));
                i++;
            } else if (digits > 0 && isHex(name, i + 2, digits)) {
                int point = Integer.parseUnsignedInt(name.substring(i + 2, i + 2 + digits), 16);
                text.appendCodePoint(Character.isValidCodePoint(point) ? point : '?');
                i += 1 + digits;
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    private static boolean isHex(String name, int from, int digits) {
        if (from + digits > name.length()) {
            return false;
        }
        for (int i = from; i < from + digits; i++) {
            if (Character.digit(name.charAt(i), 16) < 0) {
                return false;
            }
        }
        return true;
    }
}
