package io.goroscope.testbed.signatures;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes random types and values, and the declarations that they need. */
final class ValueGenerator {

    private static final String[] INTEGERS = {
        "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr"
    };
    private static final int[] BITS = {64, 8, 16, 32, 64, 64, 8, 16, 32, 64, 64};

    private final Random random;
    private final List<String> declarations = new ArrayList<>();
    private int structs;

    ValueGenerator(Random random) {
        this.random = random;
    }

    List<String> declarations() {
        return declarations;
    }

    /** @param depth how many more levels may be inside */
    GoValue next(int depth) {
        int choice = random.nextInt(depth > 0 ? 20 : 12);
        return switch (choice) {
            case 0, 1, 2 -> integer();
            case 3 -> number("float64");
            case 4 -> number("float32");
            case 5 -> new GoValue("bool", random.nextBoolean() ? "true" : "false");
            case 6, 7 -> string();
            case 8 -> new GoValue("time.Duration", "time.Duration(" + (random.nextLong() >> random.nextInt(60)) + ")");
            case 9 -> complex();
            case 10 -> new GoValue("Level", "Level(" + random.nextInt(100) + ")");
            case 11 -> new GoValue("func(int) int", random.nextInt(4) == 0 ? "nil" : "twice");
            case 12, 13 -> struct(depth);
            case 14 -> pointer(depth);
            case 15, 16 -> slice(depth);
            case 17 -> array(depth);
            case 18 -> any(depth);
            default -> other();
        };
    }

    private GoValue integer() {
        int which = random.nextInt(INTEGERS.length);
        boolean signed = INTEGERS[which].startsWith("i");
        long bits = random.nextLong() >>> 1;
        long value = bits >>> random.nextInt(63);
        long limit = signed || BITS[which] == 64 ? BITS[which] - 1 : BITS[which];
        value &= limit >= 63 ? Long.MAX_VALUE : (1L << limit) - 1;
        return new GoValue(INTEGERS[which], (signed && random.nextInt(3) == 0 ? "-" : "") + value);
    }

    private GoValue number(String type) {
        String[] some = {"0", "1.5", "-2.25", "3.1415926", "1e21", "-1e-7", "123456789.125", "0.1", "6.02e23", "100000"
        };
        return new GoValue(type, some[random.nextInt(some.length)]);
    }

    private GoValue complex() {
        return new GoValue("complex128", "complex(" + random.nextInt(50) + ".5, " + (random.nextInt(50) - 25) + ")");
    }

    private GoValue string() {
        String[] some = {
            "", "a", "Hello, BPF!", "gr\u00fc\u00dfe \u4e16\u754c", "tab\\tnew\\nline \\\"quoted\\\"", "x\\x00y"
        };
        int which = random.nextInt(some.length + 1);
        String text = which < some.length ? some[which] : "long ".repeat(random.nextInt(40));
        return new GoValue("string", '"' + text + '"');
    }

    private GoValue struct(int depth) {
        int count = random.nextInt(5);
        String name = "S" + structs++;
        StringBuilder type = new StringBuilder("type " + name + " struct {\n");
        StringBuilder value = new StringBuilder(name + "{");
        for (int i = 0; i < count; i++) {
            GoValue field = next(depth - 1);
            type.append('\t')
                    .append((char) ('A' + i))
                    .append(' ')
                    .append(field.type())
                    .append('\n');
            value.append(i == 0 ? "" : ", ").append(field.expression());
        }
        declarations.add(type.append("}\n").toString());
        return new GoValue(name, value.append('}').toString());
    }

    private GoValue pointer(int depth) {
        GoValue target = random.nextBoolean() ? struct(depth) : integer();
        if (random.nextInt(4) == 0) {
            return new GoValue("*" + target.type(), "nil");
        }
        String variable = "p" + declarations.size();
        declarations.add("var " + variable + " " + target.type() + " = " + target.expression() + "\n");
        return new GoValue("*" + target.type(), "&" + variable);
    }

    private GoValue slice(int depth) {
        GoValue first = next(depth - 1);
        int count = random.nextInt(5);
        if (count == 0) {
            return new GoValue("[]" + first.type(), "nil");
        }
        String values = (first.expression() + ", ").repeat(count);
        return new GoValue("[]" + first.type(), "[]" + first.type() + "{" + values + "}");
    }

    private GoValue array(int depth) {
        GoValue first = next(depth - 1);
        int count = random.nextInt(4);
        String type = "[" + count + "]" + first.type();
        return new GoValue(type, type + "{" + (first.expression() + ", ").repeat(count) + "}");
    }

    private GoValue any(int depth) {
        if (random.nextInt(5) == 0) {
            return new GoValue("interface{}", "nil");
        }
        GoValue inside = next(depth - 1);
        return new GoValue("interface{}", "(" + inside.type() + ")(" + inside.expression() + ")");
    }

    private GoValue other() {
        return switch (random.nextInt(7)) {
            case 0 -> new GoValue("error", "nil");
            case 1 -> new GoValue("error", "errors.New(\"it failed\")");
            case 2 -> new GoValue("error", "&Failure{\"disk\", " + random.nextInt(9) + "}");
            case 3 ->
                new GoValue("map[string]int", random.nextBoolean() ? "nil" : "map[string]int{\"a\": 1, \"b\": 2}");
            case 4 -> new GoValue("chan int", random.nextBoolean() ? "nil" : "filled(" + random.nextInt(5) + ")");
            case 5 -> new GoValue("time.Time", "time.Unix(" + random.nextInt(2_000_000_000) + ", 123456789)");
            default -> new GoValue("Shape", random.nextBoolean() ? "Square(" + random.nextInt(9) + ")" : "nil");
        };
    }
}
