package io.goroscope.collector.value;

import java.util.List;
import java.util.function.Supplier;

/**
 * A type of Go, its parts read when they are asked for, since types refer to each other in circles.
 *
 * <p>Two are equal if they are the same object.
 */
public final class GoType {

    /** What kind of type it is; {@code reflect.Kind}, with the numbers put together. */
    public enum Kind {
        BOOL,
        INT,
        UINT,
        FLOAT,
        COMPLEX,
        STRING,
        SLICE,
        ARRAY,
        POINTER,
        STRUCT,
        /** With methods: its first word leads to a table of them. */
        INTERFACE,
        /** {@code interface{}}: its first word is the type. */
        EMPTY_INTERFACE,
        MAP,
        CHAN,
        FUNC,
        UNSAFE_POINTER,
        UNKNOWN
    }

    /**
     * A field of a struct.
     *
     * @param offset in the struct, bytes
     */
    public record Field(String name, long offset, GoType type) {}

    private final String name;
    private final Kind kind;
    private final long size;
    private final long length;
    private final Supplier<GoType> elem;
    private final Supplier<List<Field>> fields;
    private GoType readElem;
    private List<Field> readFields;

    private GoType(
            String name, Kind kind, long size, long length, Supplier<GoType> elem, Supplier<List<Field>> fields) {
        this.name = name;
        this.kind = kind;
        this.size = size;
        this.length = length;
        this.elem = elem;
        this.fields = fields;
    }

    /** A type without parts. */
    public static GoType simple(String name, Kind kind, long size) {
        return new GoType(name, kind, size, 0, () -> null, List::of);
    }

    /** A slice or pointer, or what else has one element type. */
    public static GoType of(String name, Kind kind, long size, Supplier<GoType> elem) {
        return new GoType(name, kind, size, 0, elem, List::of);
    }

    public static GoType array(String name, long size, long length, Supplier<GoType> elem) {
        return new GoType(name, Kind.ARRAY, size, length, elem, List::of);
    }

    public static GoType struct(String name, long size, Supplier<List<Field>> fields) {
        return new GoType(name, Kind.STRUCT, size, 0, () -> null, fields);
    }

    /** The same under another name. */
    public GoType named(String other) {
        return other.isEmpty() || other.equals(name)
                ? this
                : new GoType(other, kind, size, length, this::elem, this::fields);
    }

    /** As Go writes it: {@code []main.T}, {@code map[string]int}. */
    public String name() {
        return name;
    }

    public Kind kind() {
        return kind;
    }

    /** Bytes. */
    public long size() {
        return size;
    }

    /** Elements of an array. */
    public long length() {
        return length;
    }

    /** What a slice, array or pointer has; null where there is none or nobody knows. */
    public GoType elem() {
        if (readElem == null) {
            readElem = elem.get();
        }
        return readElem;
    }

    /** In order of their offsets. */
    public List<Field> fields() {
        if (readFields == null) {
            readFields = List.copyOf(fields.get());
        }
        return readFields;
    }

    /** True for what is one machine word that points somewhere. */
    public boolean isPointerShaped() {
        return switch (kind) {
            case POINTER, MAP, CHAN, FUNC, UNSAFE_POINTER -> true;
            default -> false;
        };
    }

    public boolean isInterface() {
        return kind == Kind.INTERFACE || kind == Kind.EMPTY_INTERFACE;
    }

    public boolean isInteger() {
        return kind == Kind.INT || kind == Kind.UINT;
    }

    /** Alignment, bytes: as gc and gccgo have it on 64-bit machines. */
    public long alignment() {
        return switch (kind) {
            case BOOL, INT, UINT, FLOAT -> Math.max(1, Math.min(8, size));
            case COMPLEX -> size / 2;
            case ARRAY -> elem() == null ? 1 : elem().alignment();
            case STRUCT ->
                fields().stream().mapToLong(f -> f.type().alignment()).max().orElse(1);
            default -> 8;
        };
    }

    @Override
    public String toString() {
        return name;
    }
}
