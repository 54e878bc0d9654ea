package io.goroscope.collector.capture;

import io.goroscope.collector.value.GoType;
import io.goroscope.collector.value.GoType.Kind;
import java.util.Map;
import java.util.TreeMap;

/** The types that a user may give to words of unknown meaning: {@code goarg3.([]any)}. */
final class NamedTypes {

    private static final Map<String, GoType> TYPES = new TreeMap<>();

    static {
        for (int bits = 8; bits <= 64; bits *= 2) {
            TYPES.put("int" + bits, GoType.simple("int" + bits, Kind.INT, bits / 8));
            TYPES.put("uint" + bits, GoType.simple("uint" + bits, Kind.UINT, bits / 8));
        }
        TYPES.put("int", GoType.simple("int", Kind.INT, 8));
        TYPES.put("uint", GoType.simple("uint", Kind.UINT, 8));
        TYPES.put("bool", GoType.simple("bool", Kind.BOOL, 1));
        TYPES.put("string", GoType.simple("string", Kind.STRING, 16));
        TYPES.put("any", GoType.simple("any", Kind.EMPTY_INTERFACE, 16));
        TYPES.put("error", GoType.simple("error", Kind.INTERFACE, 16));
        TYPES.put("time.Duration", GoType.simple("time.Duration", Kind.INT, 8));
        for (String elem : new String[] {"uint8", "string", "any", "error", "int"}) {
            TYPES.put("[]" + elem, GoType.of("[]" + elem, Kind.SLICE, 24, () -> TYPES.get(elem)));
        }
        TYPES.put("[]byte", GoType.of("[]byte", Kind.SLICE, 24, () -> TYPES.get("uint8")));
    }

    private NamedTypes() {}

    /** Null for a type that is not among them. */
    static GoType of(String name) {
        return TYPES.get(name.replace("interface{}", "any").replace("interface {}", "any"));
    }

    static String names() {
        return String.join(", ", TYPES.keySet());
    }
}
