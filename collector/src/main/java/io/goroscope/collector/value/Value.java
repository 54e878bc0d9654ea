package io.goroscope.collector.value;

import java.util.List;

/** A value that was read. */
@SuppressWarnings({"JavaLangClash", "ArrayRecordComponent"}) // always written Value.Integer; bytes that nobody changes
public sealed interface Value {

    /** An integer, as 64 bits. */
    record Integer(GoType type, long bits) implements Value {
        public String text() {
            return type.kind() == GoType.Kind.UINT ? Long.toUnsignedString(bits) : Long.toString(bits);
        }
    }

    /** A floating-point number; {@code single} for float32. */
    record Float(double number, boolean single) implements Value {}

    record Complex(Float real, Float imaginary) implements Value {}

    record Bool(boolean truth) implements Value {}

    /**
     * A string, or a slice of bytes as one.
     *
     * @param length of the whole, bytes; more than there are in {@code bytes} where it was cut
     */
    record Text(byte[] bytes, long length) implements Value {}

    /**
     * A slice or array.
     *
     * @param length of the whole; more than {@code elements} where it was cut
     */
    record Sequence(List<Value> elements, long length) implements Value {}

    record Struct(GoType type, List<Value> fields) implements Value {}

    /** A pointer; {@code target} is null where it was not followed. */
    record Pointer(long address, Value target) implements Value {}

    /** What an interface holds; {@code type} as Go names it. */
    record Dynamic(String type, Value value) implements Value {}

    /** A map or channel: its length, −1 where it could not be read. */
    record Counted(GoType type, long length) implements Value {}

    /** A function; the name is empty where nobody knows it. */
    record Function(String name, long address) implements Value {}

    /** A nil pointer, slice, map, interface… */
    record Nil() implements Value {}

    /** It could not be read. */
    record Fault(Why why) implements Value {
        /** Of memory. */
        public Fault() {
            this(Why.MEMORY);
        }
    }

    /** Why a value is not there. */
    enum Why {
        /** The memory could not be read, or what leads there could not. */
        MEMORY("<fault>"),
        /** It is in a vector register, which was not to be had. */
        VECTOR("<xmm>"),
        /** The compiler needs it no more at this place, and keeps it nowhere. */
        NOWHERE("<optimized out>");

        private final String text;

        Why(String text) {
            this.text = text;
        }

        /** What is printed in its stead. */
        public String text() {
            return text;
        }
    }

    /** It may not leave the machine. */
    record Redacted() implements Value {
        /** What is printed in its stead. */
        public static final String TEXT = "<redacted>";
    }

    /** Left out, since it is too deep or of a type that nobody knows; {@code type} may be empty. */
    record Omitted(String type) implements Value {}
}
