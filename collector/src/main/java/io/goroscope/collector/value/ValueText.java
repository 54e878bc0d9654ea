package io.goroscope.collector.value;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Values as Go would write them: {@code {X:1 Name:"n"}}, {@code &{…}}, {@code [1 2 3]}, {@code map[string]int(3 entries)}. */
public final class ValueText {

    /** Named integers that people want to read in units of time. */
    private static final String DURATION = "time.Duration";

    private static final Set<String> TIMES = Set.of("time.Time");

    private ValueText() {}

    /** As {@code %v} of trace: strings in quotes. */
    public static String of(Value value) {
        StringBuilder out = new StringBuilder();
        append(out, value);
        return out.toString();
    }

    /** As {@code %s}: a string, or bytes, or an error's message as it is; anything else as {@link #of}. */
    public static String plain(Value value) {
        if (value instanceof Value.Text text) {
            return new String(text.bytes(), StandardCharsets.UTF_8) + cut(text.bytes().length, text.length());
        }
        if (value instanceof Value.Dynamic dynamic) {
            String message = ErrorText.of(dynamic);
            return message != null ? message : plain(dynamic.value());
        }
        if (value instanceof Value.Pointer pointer && pointer.target() instanceof Value.Text text) {
            return plain(text);
        }
        return of(value);
    }

    private static String cut(long have, long length) {
        return have < length ? "...(" + length + " bytes)" : "";
    }

    private static void append(StringBuilder out, Value value) {
        if (value instanceof Value.Integer number) {
            out.append(number.type().name().equals(DURATION) ? GoTime.duration(number.bits()) : number.text());
        } else if (value instanceof Value.Float number) {
            out.append(GoNumber.text(number));
        } else if (value instanceof Value.Complex complex) {
            String imaginary = GoNumber.text(complex.imaginary());
            out.append('(')
                    .append(GoNumber.text(complex.real()))
                    .append(imaginary.startsWith("-") || imaginary.startsWith("+") ? "" : "+")
                    .append(imaginary)
                    .append("i)");
        } else if (value instanceof Value.Bool bool) {
            out.append(bool.truth());
        } else if (value instanceof Value.Text text) {
            quote(out, text.bytes());
            out.append(cut(text.bytes().length, text.length()));
        } else if (value instanceof Value.Sequence sequence) {
            sequence(out, sequence);
        } else if (value instanceof Value.Struct struct) {
            struct(out, struct);
        } else if (value instanceof Value.Pointer pointer) {
            pointer(out, pointer);
        } else if (value instanceof Value.Dynamic dynamic) {
            dynamic(out, dynamic);
        } else if (value instanceof Value.Counted counted) {
            out.append(counted.type().name()).append('(');
            out.append(counted.length() < 0 ? Value.Why.MEMORY.text() : "len " + counted.length())
                    .append(')');
        } else if (value instanceof Value.Function function) {
            out.append(function.name().isEmpty() ? "func 0x" + Long.toHexString(function.address()) : function.name());
        } else if (value instanceof Value.Nil) {
            out.append("nil");
        } else if (value instanceof Value.Omitted omitted) {
            out.append(omitted.type().isEmpty() ? "<unknown type>" : "<" + omitted.type() + ">");
        } else if (value instanceof Value.Redacted) {
            out.append(Value.Redacted.TEXT);
        } else if (value instanceof Value.Fault fault) {
            out.append(fault.why().text());
        }
    }

    private static void sequence(StringBuilder out, Value.Sequence sequence) {
        out.append('[');
        List<Value> elements = sequence.elements();
        for (int i = 0; i < elements.size(); i++) {
            out.append(i == 0 ? "" : " ");
            append(out, elements.get(i));
        }
        if (elements.size() < sequence.length()) {
            out.append(" ...(").append(sequence.length()).append(')');
        }
        out.append(']');
    }

    private static void struct(StringBuilder out, Value.Struct struct) {
        if (TIMES.contains(struct.type().name())) {
            String time = GoTime.time(struct);
            if (time != null) {
                out.append(time);
                return;
            }
        }
        out.append('{');
        List<GoType.Field> fields = struct.type().fields();
        for (int i = 0; i < fields.size(); i++) {
            out.append(i == 0 ? "" : " ").append(fields.get(i).name()).append(':');
            append(out, struct.fields().get(i));
        }
        out.append('}');
    }

    private static void pointer(StringBuilder out, Value.Pointer pointer) {
        boolean followed = pointer.target() != null && !(pointer.target() instanceof Value.Fault);
        if (followed) {
            out.append('&');
            append(out, pointer.target());
        } else {
            out.append("0x").append(Long.toHexString(pointer.address()));
        }
    }

    private static void dynamic(StringBuilder out, Value.Dynamic dynamic) {
        String message = ErrorText.of(dynamic);
        if (message != null) {
            out.append(dynamic.type()).append('(');
            quote(out, message.getBytes(StandardCharsets.UTF_8));
            out.append(')');
            return;
        }
        if (dynamic.value() instanceof Value.Counted) {
            append(out, dynamic.value()); // it names the type itself
            return;
        }
        switch (dynamic.type()) {
            // what a constant of these types would be in Go says its type already
            case "int", "string", "bool", "float64" -> append(out, dynamic.value());
            default -> {
                out.append(dynamic.type()).append('(');
                append(out, dynamic.value());
                out.append(')');
            }
        }
    }

    /** As Go's {@code %q}: what cannot be printed is escaped. */
    static void quote(StringBuilder out, byte[] bytes) {
        out.append('"');
        String text = new String(bytes, StandardCharsets.UTF_8);
        boolean valid = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes);
        if (valid) {
            text.codePoints().forEach(c -> escape(out, c));
        } else {
            for (byte b : bytes) {
                if (b >= 0) {
                    escape(out, b);
                } else {
                    out.append(String.format("\\x%02x", b & 0xff));
                }
            }
        }
        out.append('"');
    }

    private static void escape(StringBuilder out, int c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\t' -> out.append("\\t");
            case '\r' -> out.append("\\r");
            default -> {
                if (c < 0x20 || c == 0x7f) {
                    out.append(String.format("\\x%02x", c));
                } else {
                    out.appendCodePoint(c);
                }
            }
        }
    }
}
