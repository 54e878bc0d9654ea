package io.goroscope.collector.value;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Reads values out of a snapshot. What was not captured is a {@link Value.Fault} or {@link Value.Omitted}, never a guess. */
public final class ValueReader {

    /** Elements of a slice or array that are shown. */
    private static final int MOST_ELEMENTS = 64;

    private static final Value.Fault FAULT = new Value.Fault();
    private static final int MOST_BYTES = 1 << 20;
    private static final int DEEPEST = 12;

    private final Snapshot snapshot;
    private final TypeSource types;
    private final int most;

    /** @param most bytes of a string or slice that may have been captured */
    public ValueReader(Snapshot snapshot, TypeSource types, int most) {
        this.snapshot = snapshot;
        this.types = types;
        this.most = most;
    }

    /**
     * Bytes of a value, and which of them are there.
     *
     * @param absent what stands for those that are not
     */
    public record Content(ByteBuffer bytes, BitSet missing, int offset, Value.Fault absent) {

        /** From a part's first byte on. */
        public Content part(long at) {
            return new Content(bytes, missing, (int) (offset + at), absent);
        }

        /** Whether some of the bytes are all there. */
        public boolean has(int at, int size) {
            if (offset + at < 0 || offset + at + size > bytes.capacity()) {
                return false;
            }
            int next = missing.nextSetBit(offset + at);
            return next < 0 || next >= offset + at + size;
        }

        /** 8 of the bytes, as a number. */
        public long word(int at) {
            return bytes.getLong(offset + at);
        }
    }

    /** A value of which the pieces are known. */
    public Value read(GoType type, List<Piece> pieces) {
        return read(type, content(type, pieces));
    }

    /** A value of which the bytes are known. */
    public Value read(GoType type, Content content) {
        return isTooLarge(type) ? new Value.Omitted(type.name()) : value(type, content, 0);
    }

    private static boolean isTooLarge(GoType type) {
        return type.size() > MOST_BYTES || type.size() < 0;
    }

    private static final Content NOTHING = new Content(ByteBuffer.allocate(0), new BitSet(), 0, FAULT);

    /** The bytes of a value of which the pieces are known. */
    public Content content(GoType type, List<Piece> pieces) {
        if (isTooLarge(type)) {
            return NOTHING;
        }
        int size = (int) type.size();
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        BitSet missing = new BitSet();
        missing.set(0, size);
        Value.Why why = pieces.isEmpty() && size > 0 ? Value.Why.NOWHERE : Value.Why.MEMORY;
        for (Piece piece : pieces) {
            byte[] part = bytes(piece);
            int from = (int) piece.offset();
            if (part != null && from >= 0 && from + part.length <= size) {
                bytes.put(from, part);
                missing.clear(from, from + part.length);
            } else if (piece.place() == Piece.Place.VECTOR) {
                why = Value.Why.VECTOR;
            } else if (piece.place() == Piece.Place.LOST) {
                why = Value.Why.NOWHERE;
            }
        }
        return new Content(bytes, missing, 0, new Value.Fault(why));
    }

    /** The bytes of a value at an address. */
    public Content content(GoType type, long address) {
        if (isTooLarge(type)) {
            return NOTHING;
        }
        byte[] bytes = type.size() == 0 ? new byte[0] : snapshot.available(address, (int) type.size());
        byte[] whole = Arrays.copyOf(bytes == null ? new byte[0] : bytes, (int) type.size());
        BitSet missing = new BitSet();
        missing.set(bytes == null ? 0 : bytes.length, whole.length);
        return new Content(ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN), missing, 0, FAULT);
    }

    @SuppressWarnings("StatementSwitchToExpressionSwitch") // each case has steps of its own
    private byte[] bytes(Piece piece) {
        Register[] registers = Register.values();
        switch (piece.place()) {
            case REGISTER:
                byte[] word = ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(snapshot.register(registers[piece.number()]))
                        .array();
                return Arrays.copyOfRange(word, piece.skip(), Math.min(8, piece.skip() + piece.size()));
            case STACK:
                return snapshot.memory(snapshot.register(Register.SP) + piece.number() + piece.skip(), piece.size());
            case MEMORY:
                return snapshot.memory(snapshot.register(registers[piece.number()]) + piece.skip(), piece.size());
            case VECTOR:
                byte[] vector = snapshot.vector(piece.number());
                return vector == null
                        ? null
                        : Arrays.copyOfRange(vector, piece.skip(), Math.min(16, piece.skip() + piece.size()));
            default:
                return null;
        }
    }

    private Value at(GoType type, long address, int depth) {
        if (isTooLarge(type)) {
            return new Value.Omitted(type.name());
        }
        if (type.size() > 0 && snapshot.available(address, 1) == null) {
            return FAULT;
        }
        return value(type, content(type, address), depth);
    }

    private Value value(GoType type, Content content, int depth) {
        if (depth > DEEPEST) {
            return new Value.Omitted(type.name());
        }
        switch (type.kind()) {
            case STRUCT -> {
                List<Value> fields = new ArrayList<>();
                for (GoType.Field field : type.fields()) {
                    boolean inside = field.offset() >= 0
                            && field.type().size() >= 0
                            && field.offset() + field.type().size() <= type.size();
                    fields.add(inside ? value(field.type(), content.part(field.offset()), depth + 1) : FAULT);
                }
                return new Value.Struct(type, fields);
            }
            case ARRAY -> {
                return array(type, content, depth);
            }
            case COMPLEX -> {
                int half = (int) type.size() / 2;
                GoType part = GoType.simple("float" + 8 * half, GoType.Kind.FLOAT, half);
                Value real = value(part, content, depth);
                Value imaginary = value(part, content.part(half), depth);
                return real instanceof Value.Float r && imaginary instanceof Value.Float i
                        ? new Value.Complex(r, i)
                        : content.absent();
            }
            default -> {
                return content.has(0, (int) type.size()) ? simple(type, content, depth) : content.absent();
            }
        }
    }

    private Value array(GoType type, Content content, int depth) {
        GoType elem = type.elem();
        if (elem == null || elem.size() * type.length() > type.size()) {
            return new Value.Omitted(type.name());
        }
        List<Value> elements = new ArrayList<>();
        for (int i = 0; i < Math.min(type.length(), MOST_ELEMENTS); i++) {
            elements.add(value(elem, content.part(i * elem.size()), depth + 1));
        }
        return new Value.Sequence(elements, type.length());
    }

    private Value simple(GoType type, Content content, int depth) {
        return switch (type.kind()) {
            case BOOL -> new Value.Bool(content.bytes().get(content.offset()) != 0);
            case INT, UINT -> integer(type, content);
            case FLOAT ->
                type.size() == 4
                        ? new Value.Float(content.bytes().getFloat(content.offset()), true)
                        : new Value.Float(content.bytes().getDouble(content.offset()), false);
            case STRING -> text(content.word(0), content.word(8));
            case SLICE -> slice(type, content.word(0), content.word(8), depth);
            case POINTER -> pointer(type, content.word(0), depth);
            case MAP, CHAN -> counted(type, content.word(0));
            case FUNC -> function(content.word(0));
            case UNSAFE_POINTER -> content.word(0) == 0 ? new Value.Nil() : new Value.Pointer(content.word(0), null);
            case EMPTY_INTERFACE -> dynamic(content.word(0), content.word(8), depth);
            case INTERFACE -> withMethods(content.word(0), content.word(8), depth);
            default -> new Value.Omitted(type.name());
        };
    }

    private static Value integer(GoType type, Content content) {
        boolean signed = type.kind() == GoType.Kind.INT;
        ByteBuffer bytes = content.bytes();
        int at = content.offset();
        long bits =
                switch ((int) type.size()) {
                    case 1 -> signed ? bytes.get(at) : bytes.get(at) & 0xff;
                    case 2 -> signed ? bytes.getShort(at) : bytes.getShort(at) & 0xffff;
                    case 4 -> signed ? bytes.getInt(at) : bytes.getInt(at) & 0xffff_ffffL;
                    default -> bytes.getLong(at);
                };
        return new Value.Integer(type, bits);
    }

    private Value text(long address, long length) {
        if (length == 0) {
            return new Value.Text(new byte[0], 0);
        }
        if (length < 0) {
            return FAULT;
        }
        byte[] bytes = snapshot.available(address, (int) Math.min(length, most));
        return bytes == null ? FAULT : new Value.Text(bytes, length);
    }

    private Value slice(GoType type, long address, long length, int depth) {
        if (address == 0) {
            return new Value.Nil();
        }
        GoType elem = type.elem();
        if (length < 0 || elem == null) {
            return FAULT;
        }
        if (elem.kind() == GoType.Kind.UINT && elem.size() == 1) {
            return text(address, length);
        }
        List<Value> elements = new ArrayList<>();
        if (length == 0 || elem.size() == 0) {
            for (long i = 0; i < Math.min(length, MOST_ELEMENTS); i++) {
                elements.add(value(elem, NOTHING, depth + 1));
            }
            return new Value.Sequence(elements, length);
        }
        byte[] there = snapshot.available(address, (int) Math.min(length * elem.size(), most));
        if (there == null) {
            return FAULT;
        }
        long whole = there.length / elem.size();
        for (long i = 0; i < Math.min(whole, MOST_ELEMENTS); i++) {
            elements.add(at(elem, address + i * elem.size(), depth + 1));
        }
        return new Value.Sequence(elements, length);
    }

    private Value pointer(GoType type, long address, int depth) {
        if (address == 0) {
            return new Value.Nil();
        }
        GoType elem = type.elem();
        if (elem == null || elem.size() == 0 || snapshot.available(address, 1) == null) {
            return new Value.Pointer(address, null);
        }
        return new Value.Pointer(address, at(elem, address, depth + 1));
    }

    /** The number of entries is the first word of gc's maps, hashed or Swiss, of gccgo's, and of channels. */
    private Value counted(GoType type, long address) {
        if (address == 0) {
            return new Value.Nil();
        }
        byte[] first = snapshot.memory(address, 8);
        return first == null
                ? new Value.Counted(type, -1)
                : new Value.Counted(
                        type,
                        ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong());
    }

    private Value function(long closure) {
        if (closure == 0) {
            return new Value.Nil();
        }
        byte[] first = snapshot.memory(closure, 8);
        if (first == null) {
            return FAULT;
        }
        long code = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return new Value.Function(types.function(code, snapshot.register(Register.BASE)), code);
    }

    private Value withMethods(long table, long data, int depth) {
        if (table == 0) {
            return new Value.Nil();
        }
        byte[] word = snapshot.memory(table + types.typeInTable(), 8);
        return word == null
                ? FAULT
                : dynamic(ByteBuffer.wrap(word).order(ByteOrder.LITTLE_ENDIAN).getLong(), data, depth);
    }

    private Value dynamic(long typeWord, long data, int depth) {
        if (typeWord == 0) {
            return new Value.Nil();
        }
        GoType type = types.type(typeWord, snapshot.register(Register.BASE), snapshot);
        if (type == null) {
            return new Value.Omitted("");
        }
        boolean direct = type.isPointerShaped() || isDirect(type);
        if (direct) {
            ByteBuffer word =
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, data);
            return new Value.Dynamic(type.name(), value(type, new Content(word, new BitSet(), 0, FAULT), depth + 1));
        }
        return new Value.Dynamic(type.name(), at(type, data, depth + 1));
    }

    /** A struct or array that is nothing but one pointer is in the interface itself, as the pointer would be. */
    private static boolean isDirect(GoType type) {
        return switch (type.kind()) {
            case STRUCT ->
                type.size() == 8
                        && type.fields().stream()
                                        .filter(f -> f.type().size() > 0)
                                        .count()
                                == 1
                        && type.fields().stream()
                                .filter(f -> f.type().size() > 0)
                                .allMatch(f -> f.type().isPointerShaped() || isDirect(f.type()));
            case ARRAY ->
                type.length() == 1 && type.elem() != null && (type.elem().isPointerShaped() || isDirect(type.elem()));
            default -> false;
        };
    }
}
