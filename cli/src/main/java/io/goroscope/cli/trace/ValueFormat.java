package io.goroscope.cli.trace;

import io.goroscope.collector.capture.TracedFunction.Item;
import io.goroscope.collector.spec.Format;
import io.goroscope.collector.value.Value;
import io.goroscope.collector.value.ValueText;
import java.util.List;
import java.util.Locale;

/** Puts values into a format. */
final class ValueFormat {

    private ValueFormat() {}

    static String of(Format format, List<Item> items) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.verbs().size(); i++) {
            out.append(format.literals().get(i));
            out.append(verb(format.verbs().get(i), items.get(i)));
        }
        return out.append(format.literals().get(format.verbs().size())).toString();
    }

    private static String verb(Format.Verb verb, Item item) {
        Value value = item.value();
        String text =
                switch (verb.letter()) {
                    case 'd' -> number(value, false);
                    case 'u' -> number(value, true);
                    case 'x' -> hexadecimal(value);
                    case 's' -> cut(ValueText.plain(value), verb.precision());
                    case 'T' -> value instanceof Value.Dynamic dynamic ? dynamic.type() : item.type();
                    case 'p' -> pointer(value);
                    case 'f' -> decimal(value, verb.precision() < 0 ? 6 : verb.precision());
                    case 't' -> truth(value);
                    default -> ValueText.of(value);
                };
        return padded(text, verb);
    }

    private static Value content(Value value) {
        return value instanceof Value.Dynamic dynamic ? content(dynamic.value()) : value;
    }

    private static String padded(String text, Format.Verb verb) {
        int missing = verb.width() - text.codePointCount(0, text.length());
        if (missing <= 0) {
            return text;
        }
        if (verb.left()) {
            return text + " ".repeat(missing);
        }
        if (verb.zeros() && verb.letter() != 's' && verb.letter() != 'v') {
            return text.startsWith("-") ? "-" + "0".repeat(missing) + text.substring(1) : "0".repeat(missing) + text;
        }
        return " ".repeat(missing) + text;
    }

    private static String cut(String text, int precision) {
        return precision < 0 || text.codePointCount(0, text.length()) <= precision
                ? text
                : text.substring(0, text.offsetByCodePoints(0, precision));
    }

    private static String number(Value value, boolean unsigned) {
        Value content = content(value);
        if (content instanceof Value.Integer number) {
            if (!unsigned) {
                return number.text();
            }
            int size = (int) number.type().size();
            long bits = size >= 8 || size == 0 ? number.bits() : number.bits() & ((1L << (8 * size)) - 1);
            return Long.toUnsignedString(bits);
        }
        return content instanceof Value.Bool bool ? bool.truth() ? "1" : "0" : ValueText.of(content);
    }

    private static String hexadecimal(Value value) {
        Value content = content(value);
        if (content instanceof Value.Integer number) {
            int size = (int) number.type().size();
            long bits = size >= 8 || size == 0 ? number.bits() : number.bits() & ((1L << (8 * size)) - 1);
            return Long.toHexString(bits);
        }
        if (content instanceof Value.Text text) {
            StringBuilder out = new StringBuilder();
            for (byte b : text.bytes()) {
                out.append(String.format(Locale.ROOT, "%02x", b & 0xff));
            }
            return out.append(text.bytes().length < text.length() ? "..." : "").toString();
        }
        return content instanceof Value.Pointer pointer ? Long.toHexString(pointer.address()) : ValueText.of(content);
    }

    private static String pointer(Value value) {
        Value content = content(value);
        if (content instanceof Value.Pointer pointer) {
            return "0x" + Long.toHexString(pointer.address());
        }
        if (content instanceof Value.Function function) {
            return "0x" + Long.toHexString(function.address());
        }
        return content instanceof Value.Integer number ? "0x" + Long.toHexString(number.bits()) : ValueText.of(content);
    }

    private static String decimal(Value value, int digits) {
        Value content = content(value);
        if (content instanceof Value.Float number) {
            return String.format(Locale.ROOT, "%." + digits + "f", number.number());
        }
        return content instanceof Value.Integer number
                ? String.format(Locale.ROOT, "%." + digits + "f", (double) number.bits())
                : ValueText.of(content);
    }

    private static String truth(Value value) {
        Value content = content(value);
        return content instanceof Value.Integer number
                ? Boolean.toString((number.bits() & 0xff) != 0)
                : ValueText.of(content);
    }
}
