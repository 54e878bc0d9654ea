package io.goroscope.collector.call;

import io.goroscope.collector.capture.TracedFunction.Item;
import io.goroscope.collector.value.GoType;
import io.goroscope.collector.value.Value;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Values of one call as {@code Value.avsc} has them. */
final class ValueEncoder {

    /** A call's values take no more of a batch than about this, bytes; what is beyond is omitted. */
    private static final int MOST_BYTES = 64 * 1024;

    /** Of a value apart from its texts, about. */
    private static final int VALUE_BYTES = 24;

    private static final String SLICE = "slice";

    private int bytes;

    List<io.goroscope.schemas.avro.Value> encode(List<Item> items) {
        List<io.goroscope.schemas.avro.Value> values = new ArrayList<>();
        for (Item item : items) {
            values.add(encode(item.name(), item.type(), item.value()));
        }
        return values;
    }

    private io.goroscope.schemas.avro.Value encode(String name, String type, Value value) {
        bytes += VALUE_BYTES + name.length() + type.length() + (value instanceof Value.Text t ? t.bytes().length : 0);
        if (bytes > MOST_BYTES) {
            return new Encoded(name, type, "omitted").whole(null);
        }
        if (value instanceof Value.Integer number) {
            GoType integer = number.type();
            String kind = integer.kind() == GoType.Kind.UINT ? "uint" : "int";
            String size = integer.size() == 0 ? "" : Long.toString(8 * integer.size());
            return new Encoded(name, type.isEmpty() ? integer.name() : type, kind + size).whole(number.bits());
        }
        if (value instanceof Value.Float number) {
            return new Encoded(name, type, number.single() ? "float32" : "float64").whole(number.number());
        }
        if (value instanceof Value.Complex complex) {
            return new Encoded(name, type, complex.real().single() ? "complex64" : "complex128")
                    .parts(2, List.of(part(complex.real()), part(complex.imaginary())));
        }
        if (value instanceof Value.Bool bool) {
            return new Encoded(name, type, "bool").whole(bool.truth());
        }
        if (value instanceof Value.Text text) {
            return new io.goroscope.schemas.avro.Value(
                    name,
                    type,
                    text(text.bytes()),
                    text.bytes().length < text.length(),
                    "string",
                    text.length(),
                    0L,
                    List.of());
        }
        if (value instanceof Value.Sequence sequence) {
            return new Encoded(name, type, SLICE)
                    .parts(
                            sequence.length(),
                            sequence.elements().stream().map(this::part).toList());
        }
        if (value instanceof Value.Struct struct) {
            return struct(name, type, struct);
        }
        if (value instanceof Value.Pointer pointer) {
            return new Encoded(name, type, "pointer")
                    .at(pointer.address(), pointer.target() == null ? List.of() : List.of(part(pointer.target())));
        }
        if (value instanceof Value.Dynamic dynamic) {
            return new Encoded(name, type, "interface").parts(1, List.of(encode("", dynamic.type(), dynamic.value())));
        }
        if (value instanceof Value.Counted counted) {
            String kind = counted.type().kind() == GoType.Kind.CHAN ? "chan" : "map";
            return new Encoded(name, type.isEmpty() ? counted.type().name() : type, kind)
                    .whole(counted.length() < 0 ? null : (Object) counted.length());
        }
        if (value instanceof Value.Function function) {
            return new io.goroscope.schemas.avro.Value(
                    name, type, function.name(), false, "func", 0L, function.address(), List.of());
        }
        if (value instanceof Value.Omitted omitted) {
            return new Encoded(name, type, "omitted").whole(omitted.type().isEmpty() ? null : omitted.type());
        }
        return new Encoded(name, type, absent(value)).whole(null);
    }

    private static String absent(Value value) {
        if (value instanceof Value.Fault fault) {
            return switch (fault.why()) {
                case MEMORY -> "fault";
                case VECTOR -> "vector";
                case NOWHERE -> "nowhere";
            };
        }
        return value instanceof Value.Redacted ? "redacted" : "nil";
    }

    private io.goroscope.schemas.avro.Value struct(String name, String type, Value.Struct struct) {
        List<GoType.Field> fields = struct.type().fields();
        List<io.goroscope.schemas.avro.Value> parts = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            parts.add(encode(
                    fields.get(i).name(),
                    fields.get(i).type().name(),
                    struct.fields().get(i)));
        }
        return new Encoded(name, type.isEmpty() ? struct.type().name() : type, "struct").parts(parts.size(), parts);
    }

    private io.goroscope.schemas.avro.Value part(Value value) {
        return encode("", "", value);
    }

    /** As a string where it is one, so that other readers need not guess. */
    private static Object text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return ByteBuffer.wrap(bytes);
        }
    }

    /** What all values have. */
    private record Encoded(String name, String type, String kind) {

        io.goroscope.schemas.avro.Value whole(Object value) {
            return new io.goroscope.schemas.avro.Value(name, type, value, false, kind, 0L, 0L, List.of());
        }

        io.goroscope.schemas.avro.Value parts(long length, List<io.goroscope.schemas.avro.Value> parts) {
            return new io.goroscope.schemas.avro.Value(
                    name, type, null, parts.size() < length, kind, length, 0L, parts);
        }

        io.goroscope.schemas.avro.Value at(long address, List<io.goroscope.schemas.avro.Value> parts) {
            return new io.goroscope.schemas.avro.Value(name, type, null, false, kind, 0L, address, parts);
        }
    }
}
