package io.goroscope.collector.value;

import io.goroscope.collector.binary.Bytes;
import io.goroscope.collector.binary.MalformedException;
import io.goroscope.collector.value.GoType.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Types as the runtime itself knows them, which an interface's type word points to. They are in stripped files too.
 *
 * <p>The common part of a type, and what follows it for each kind ({@code internal/abi/type.go}; libgo's
 * {@code runtime/type.go}). The layout has been the same from Go 1.15 to 1.27 but for names and field offsets:
 * <pre>
 *                 gc                              gccgo
 *    0  size      8 bytes                         the same
 *   16  hash 4, tflag 1, align 1, align 1, kind 1 the same
 *   40  name      offset from moduledata.types    pointer to a string
 *   48            element; struct: package, fields   pointers
 *   64                                            element; struct: fields
 * </pre>
 */
public final class RuntimeTypes {

    private static final int KIND = 23;
    private static final int TFLAG = 20;
    private static final int EXTRA_STAR = 2;
    private static final int KIND_MASK = 31;
    private static final int UNCOMMON = 1;
    private static final int UNCOMMON_BYTES = 16;
    private static final int FUNC = 19;
    private static final int POINTER = 22;
    private static final int NAME = 40;
    private static final int MOST_FIELDS = 4096;
    private static final int LONGEST_NAME = 4096;

    private static final int BOOL = 1;
    private static final int INT = 2;
    private static final int INT64 = 6;
    private static final int UINTPTR = 12;
    private static final int FLOAT64 = 14;
    private static final int COMPLEX128 = 16;

    /** Where type data is read from; addresses are those of the file. */
    public interface Memory {
        /** From an address on; throws {@link MalformedException} where the file has nothing there. */
        Bytes at(long address);

        /** A pointer, relocated as far as the file tells. */
        long pointer(long address);
    }

    /**
     * How types are laid out in one file.
     *
     * @param gccgo whether gccgo made it
     * @param namesBase gc: {@code moduledata.types}
     * @param longNames gc: true from Go 1.17 on, whose names have a variable-length size
     * @param text gc: {@code runtime.text}, which the offsets of methods' code are relative to
     * @param links gc: addresses of types to begin with when methods are looked for
     * @param shiftedOffsets true where a field's offset is shifted left by one bit: gc up to Go 1.18, gccgo
     */
    public record Layout(
            boolean gccgo, long namesBase, boolean longNames, boolean shiftedOffsets, long text, List<Long> links) {

        /** Bytes of the common part. */
        public int typeBytes() {
            return gccgo ? 64 : 48;
        }

        /** Bytes of one field's entry; its type and offset are its last two words. */
        public int fieldBytes() {
            return gccgo ? 32 : 24;
        }
    }

    private final Memory memory;
    private final Layout layout;
    private final Map<Long, GoType> types = new HashMap<>();
    private Map<Long, Method> methods;

    public RuntimeTypes(Memory memory, Layout layout) {
        this.memory = memory;
        this.layout = layout;
    }

    /** The type at an address of the file; null where there is none that makes sense. */
    public GoType at(long address) {
        GoType known = types.get(address);
        if (known != null) {
            return known;
        }
        try {
            GoType type = read(address);
            if (type != null) {
                types.put(address, type);
            }
            return type;
        } catch (MalformedException e) {
            return null;
        }
    }

    private GoType read(long address) {
        Bytes bytes = memory.at(address);
        long size = bytes.i64(0);
        int kind = bytes.u8(KIND) & KIND_MASK;
        if (size < 0 || kind == 0 || kind > 26) {
            return null;
        }
        String name = name(address, bytes);
        long after = address + layout.typeBytes();
        if (kind == BOOL) {
            return GoType.simple(name, Kind.BOOL, size);
        }
        if (kind >= INT && kind <= INT64) {
            return GoType.simple(name, Kind.INT, size);
        }
        if (kind <= UINTPTR) {
            return GoType.simple(name, Kind.UINT, size);
        }
        if (kind <= FLOAT64) {
            return GoType.simple(name, Kind.FLOAT, size);
        }
        if (kind <= COMPLEX128) {
            return GoType.simple(name, Kind.COMPLEX, size);
        }
        return switch (kind) {
            case 17 -> GoType.array(name, size, memory.at(after).i64(16), () -> at(memory.pointer(after)));
            case 18 -> GoType.simple(name, Kind.CHAN, 8);
            case 19 -> GoType.simple(name, Kind.FUNC, 8);
            case 20 -> GoType.simple(name, methods(after) == 0 ? Kind.EMPTY_INTERFACE : Kind.INTERFACE, 16);
            case 21 -> GoType.simple(name, Kind.MAP, 8);
            case 22 -> GoType.of(name, Kind.POINTER, 8, () -> at(memory.pointer(after)));
            case 23 -> GoType.of(name, Kind.SLICE, 24, () -> at(memory.pointer(after)));
            case 24 -> GoType.simple(name, Kind.STRING, 16);
            case 25 -> GoType.struct(name, size, () -> fields(after));
            default -> GoType.simple(name, Kind.UNSAFE_POINTER, 8);
        };
    }

    private long methods(long after) {
        return memory.at(after).i64(layout.gccgo() ? 8 : 16);
    }

    private List<GoType.Field> fields(long after) {
        long slice = layout.gccgo() ? after : after + 8;
        long first = memory.pointer(slice);
        long count = memory.at(slice).i64(8);
        if (count < 0 || count > MOST_FIELDS) {
            throw new MalformedException(count + " fields");
        }
        List<GoType.Field> fields = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long field = first + (long) i * layout.fieldBytes();
            long typeField = field + layout.fieldBytes() - 16;
            long offset = memory.at(typeField).i64(8) >>> (layout.shiftedOffsets() ? 1 : 0);
            GoType type = at(memory.pointer(typeField));
            String name = layout.gccgo() ? gccgoString(memory.pointer(field)) : goName(memory.pointer(field));
            fields.add(new GoType.Field(name, offset, type == null ? GoType.simple("?", Kind.UNKNOWN, 0) : type));
        }
        return fields;
    }

    private String name(long address, Bytes type) {
        if (layout.gccgo()) {
            return withoutPaths(gccgoString(memory.pointer(address + NAME)));
        }
        String name = goName(layout.namesBase() + type.i32(NAME));
        boolean star = (type.u8(TFLAG) & EXTRA_STAR) != 0 && name.startsWith("*");
        return star ? name.substring(1) : name;
    }

    /** A flag byte, the length, the bytes ({@code reflect.name}; the length was two bytes, big-endian, to Go 1.16). */
    private String goName(long address) {
        Bytes bytes = memory.at(address);
        if (!layout.longNames()) {
            return bytes.string(3, bytes.u8(1) << 8 | bytes.u8(2));
        }
        Bytes.Cursor in = bytes.cursor(1);
        long length = in.uleb();
        if (length > LONGEST_NAME) {
            throw new MalformedException("a name of " + length + " bytes");
        }
        return bytes.string(in.position(), length);
    }

    private String gccgoString(long header) {
        if (header == 0) {
            return "";
        }
        long length = memory.at(header).i64(8);
        if (length < 0 || length > LONGEST_NAME) {
            throw new MalformedException("a name of " + length + " bytes");
        }
        byte[] bytes = memory.at(memory.pointer(header)).copy(0, length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** gccgo's type strings have package paths between tabs ({@code rtype.String} in libgo's reflect). */
    private static String withoutPaths(String text) {
        StringBuilder out = new StringBuilder();
        boolean in = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\t') {
                in = !in;
            } else if (in) {
                out.append(c);
            }
        }
        return out.toString();
    }

    /**
     * The signature of a method, the receiver first, by the address of its code in the file: out of the method tables, which
     * the linker keeps for methods that an interface may call.
     */
    public Optional<List<Variable>> method(long code) {
        if (methods == null) {
            methods = readMethods();
        }
        Method method = methods.get(code);
        return method == null ? Optional.empty() : Optional.ofNullable(signature(method));
    }

    private record Method(long receiver, long function) {}

    private List<Variable> signature(Method method) {
        try {
            List<Variable> variables = new ArrayList<>();
            GoType receiver = at(method.receiver());
            Bytes function = memory.at(method.function());
            if (receiver == null || (function.u8(KIND) & KIND_MASK) != FUNC) {
                return null;
            }
            variables.add(new Variable("goarg1", receiver, false, List.of()));
            int inputs = function.u16(48);
            int outputs = function.u16(50) & 0x7fff;
            long parameters = method.function() + 56 + ((function.u8(TFLAG) & UNCOMMON) != 0 ? UNCOMMON_BYTES : 0);
            for (int i = 0; i < inputs + outputs; i++) {
                GoType type = at(memory.pointer(parameters + 8L * i));
                if (type == null) {
                    return null;
                }
                boolean result = i >= inputs;
                String name = result ? "ret" + (i - inputs + 1) : "goarg" + (i + 2);
                variables.add(new Variable(name, type, result, List.of()));
            }
            return variables;
        } catch (MalformedException e) {
            return null;
        }
    }

    private Map<Long, Method> readMethods() {
        Map<Long, Method> found = new HashMap<>();
        if (layout.gccgo()) {
            return found;
        }
        for (long address : layout.links()) {
            addMethods(address, found);
            try {
                Bytes type = memory.at(address);
                if ((type.u8(KIND) & KIND_MASK) == POINTER) {
                    addMethods(memory.pointer(address + 48), found);
                }
            } catch (MalformedException e) {
                // a link that leads nowhere
            }
        }
        return found;
    }

    /** {@code uncommontype}: package 4, methods 2, exported ones 2, offset of the table 4. */
    private void addMethods(long address, Map<Long, Method> found) {
        try {
            Bytes type = memory.at(address);
            if ((type.u8(TFLAG) & UNCOMMON) == 0) {
                return;
            }
            long uncommon =
                    switch (type.u8(KIND) & KIND_MASK) {
                        case POINTER, FUNC, 23 -> 56;
                        case 17 -> 72;
                        case 18 -> 64;
                        case 20, 25 -> 80;
                        case 21 -> -1; // a map's own part differs between releases
                        default -> 48;
                    };
            if (uncommon < 0) {
                return;
            }
            int count = type.u16(uncommon + 4);
            long table = uncommon + type.u32(uncommon + 8);
            for (int i = 0; i < count; i++) {
                int function = type.i32(table + 16L * i + 4);
                int code = type.i32(table + 16L * i + 12);
                if (function > 0 && code > 0) {
                    found.putIfAbsent(layout.text() + code, new Method(address, layout.namesBase() + function));
                }
            }
        } catch (MalformedException e) {
            // a type that contradicts itself has no methods for us
        }
    }
}
