package io.goroscope.collector.call;

import io.goroscope.collector.capture.TracedFunction.Item;
import io.goroscope.collector.value.GoType;
import io.goroscope.collector.value.Value;
import io.goroscope.schemas.Records;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The way back from {@code Value.avsc}. What does not fit together is a fault: somebody else may have written it. */
final class ValueDecoder {

    private static final Value FAULT = new Value.Fault();

    private ValueDecoder() {}

    static List<Item> decode(List<io.goroscope.schemas.avro.Value> values) {
        return values.stream()
                .map(value -> new Item(value.getName(), value.getType(), decode(value)))
                .toList();
    }

    private static Value decode(io.goroscope.schemas.avro.Value in) {
        List<io.goroscope.schemas.avro.Value> parts = in.getParts();
        return switch (in.getKind()) {
            case "bool" -> in.getValue() instanceof Boolean truth ? new Value.Bool(truth) : FAULT;
            case "float32", "float64" -> number(in);
            case "complex64", "complex128" ->
                parts.size() == 2
                                && decode(parts.get(0)) instanceof Value.Float real
                                && decode(parts.get(1)) instanceof Value.Float imaginary
                        ? new Value.Complex(real, imaginary)
                        : FAULT;
            case "string" -> text(in);
            case "slice" -> new Value.Sequence(all(parts), Math.max(in.getLength(), parts.size()));
            case "struct" -> struct(in);
            case "pointer" -> new Value.Pointer(in.getAddress(), parts.isEmpty() ? null : decode(parts.get(0)));
            case "interface" ->
                parts.isEmpty() ? FAULT : new Value.Dynamic(parts.get(0).getType(), decode(parts.get(0)));
            case "map" -> counted(in, GoType.Kind.MAP);
            case "chan" -> counted(in, GoType.Kind.CHAN);
            case "func" -> new Value.Function(in.getValue() instanceof String name ? name : "", in.getAddress());
            case "nil" -> new Value.Nil();
            case "vector" -> new Value.Fault(Value.Why.VECTOR);
            case "nowhere" -> new Value.Fault(Value.Why.NOWHERE);
            case "omitted" -> new Value.Omitted(in.getValue() instanceof String type ? type : "");
            case "redacted" -> new Value.Redacted();
            default -> integer(in);
        };
    }

    private static List<Value> all(List<io.goroscope.schemas.avro.Value> parts) {
        return parts.stream().map(ValueDecoder::decode).toList();
    }

    private static Value integer(io.goroscope.schemas.avro.Value in) {
        boolean unsigned = in.getKind().startsWith("uint");
        if (!(in.getValue() instanceof Long bits) || (!unsigned && !in.getKind().startsWith("int"))) {
            return FAULT;
        }
        long size =
                switch (in.getKind().substring(unsigned ? 4 : 3)) {
                    case "8" -> 1;
                    case "16" -> 2;
                    case "32" -> 4;
                    case "64" -> 8;
                    default -> 0;
                };
        GoType type = GoType.simple(in.getType(), unsigned ? GoType.Kind.UINT : GoType.Kind.INT, size);
        return new Value.Integer(type, bits);
    }

    private static Value number(io.goroscope.schemas.avro.Value in) {
        return in.getValue() instanceof Double number
                ? new Value.Float(number, in.getKind().equals("float32"))
                : FAULT;
    }

    private static Value text(io.goroscope.schemas.avro.Value in) {
        byte[] bytes;
        if (in.getValue() instanceof String string) {
            bytes = string.getBytes(StandardCharsets.UTF_8);
        } else if (in.getValue() instanceof ByteBuffer buffer) {
            bytes = Records.bytes(buffer);
        } else {
            return FAULT;
        }
        return new Value.Text(bytes, Math.max(in.getLength(), bytes.length));
    }

    /** Sizes and offsets were for reading it; what is left of its type is the names. */
    private static Value struct(io.goroscope.schemas.avro.Value in) {
        GoType type = GoType.struct(in.getType(), 0, () -> in.getParts().stream()
                .map(part -> new GoType.Field(part.getName(), 0, GoType.simple(part.getType(), GoType.Kind.UNKNOWN, 0)))
                .toList());
        return new Value.Struct(type, all(in.getParts()));
    }

    private static Value counted(io.goroscope.schemas.avro.Value in, GoType.Kind kind) {
        return new Value.Counted(
                GoType.simple(in.getType(), kind, 0), in.getValue() instanceof Long length ? length : -1);
    }
}
