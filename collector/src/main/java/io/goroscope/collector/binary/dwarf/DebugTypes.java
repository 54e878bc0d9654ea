package io.goroscope.collector.binary.dwarf;

import io.goroscope.collector.binary.Bytes;
import io.goroscope.collector.binary.MalformedException;
import io.goroscope.collector.value.GoType;
import io.goroscope.collector.value.GoType.Field;
import io.goroscope.collector.value.GoType.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Go's types out of debug information.
 *
 * <p>gc says with its own attribute {@code DW_AT_go_kind} what a type is; gccgo writes its strings, slices and interfaces
 * as structs with telling field names ({@code go/gofrontend/types.cc}: {@code __data}, {@code __values},
 * {@code __type_descriptor}, {@code __methods}).
 */
final class DebugTypes {

    /** Longer chains of types that need each other are circles. */
    private static final int DEEPEST = 32;

    private static final int MOST_FIELDS = 10_000;

    private static final int GO_KIND_CHAN = 18;
    private static final int GO_KIND_FUNC = 19;
    private static final int GO_KIND_INTERFACE = 20;
    private static final int GO_KIND_MAP = 21;
    private static final int GO_KIND_SLICE = 23;
    private static final int GO_KIND_STRING = 24;
    private static final int GO_KIND_UNSAFE_POINTER = 26;

    private static final GoType UNKNOWN = GoType.simple("?", Kind.UNKNOWN, 0);

    private final DebugInfo info;
    private final Map<Long, GoType> types = new HashMap<>();

    /** How many types are being read: each for the one before it. */
    private int depth;

    DebugTypes(DebugInfo info) {
        this.info = info;
    }

    /** The type whose entry is at an offset of section info; a negative one stands for none. */
    GoType at(long offset) {
        if (offset < 0) {
            return GoType.simple("void", Kind.UNKNOWN, 0);
        }
        GoType known = types.get(offset);
        if (known == null) {
            if (depth == DEEPEST) {
                throw new MalformedException("types refer to each other in a circle at " + offset);
            }
            depth++;
            try {
                known = read(offset);
            } finally {
                depth--;
            }
            types.put(offset, known);
        }
        return known;
    }

    private GoType read(long offset) {
        DebugEntry entry = info.entry(offset);
        if (entry == null) {
            return UNKNOWN;
        }
        String name = entry.string(Dw.AT_NAME);
        int goKind = (int) entry.number(Dw.AT_GO_KIND, 0);
        Supplier<GoType> of = later(entry.reference(Dw.AT_TYPE));
        return switch (entry.tag()) {
            case Dw.TAG_BASE_TYPE -> base(name, entry);
            case Dw.TAG_TYPEDEF -> typedef(name, goKind, entry);
            case Dw.TAG_CONST_TYPE -> at(entry.reference(Dw.AT_TYPE));
            case Dw.TAG_POINTER_TYPE -> pointer(name, goKind, entry, of);
            case Dw.TAG_SUBROUTINE_TYPE -> GoType.simple(name.isEmpty() ? "func" : name, Kind.FUNC, 8);
            case Dw.TAG_ARRAY_TYPE -> array(name, entry, of);
            case Dw.TAG_STRUCTURE_TYPE, Dw.TAG_CLASS_TYPE -> structure(name, goKind, entry);
            default -> UNKNOWN;
        };
    }

    private Supplier<GoType> later(long reference) {
        return () -> at(reference);
    }

    private static GoType base(String name, DebugEntry entry) {
        long size = entry.number(Dw.AT_BYTE_SIZE, 0);
        Kind kind =
                switch ((int) entry.number(Dw.AT_ENCODING, 0)) {
                    case 2 -> Kind.BOOL;
                    case 3 -> Kind.COMPLEX;
                    case 4 -> Kind.FLOAT;
                    case 5, 6 -> Kind.INT;
                    case 7, 8, 16 -> Kind.UINT;
                    default -> Kind.UNKNOWN;
                };
        return GoType.simple(name, kind, size);
    }

    private GoType typedef(String name, int goKind, DebugEntry entry) {
        long reference = entry.reference(Dw.AT_TYPE);
        switch (goKind) {
            case GO_KIND_INTERFACE -> {
                GoType words = at(reference);
                Kind kind = words.name().equals("runtime.eface") ? Kind.EMPTY_INTERFACE : Kind.INTERFACE;
                return GoType.simple(name, kind, 16);
            }
            case GO_KIND_MAP -> {
                return GoType.simple(name, Kind.MAP, 8);
            }
            case GO_KIND_CHAN -> {
                return GoType.simple(name, Kind.CHAN, 8);
            }
            case GO_KIND_FUNC -> {
                return GoType.simple(name, Kind.FUNC, 8);
            }
            default -> {
                return at(reference).named(name);
            }
        }
    }

    private GoType pointer(String name, int goKind, DebugEntry entry, Supplier<GoType> of) {
        if (goKind == GO_KIND_UNSAFE_POINTER || name.equals("unsafe.Pointer")) {
            return GoType.simple("unsafe.Pointer", Kind.UNSAFE_POINTER, 8);
        }
        if (!entry.has(Dw.AT_TYPE)) {
            return GoType.simple("unsafe.Pointer", Kind.UNSAFE_POINTER, 8);
        }
        if (!name.isEmpty()) {
            return GoType.of(name, Kind.POINTER, 8, of);
        }
        DebugEntry target = info.entry(entry.reference(Dw.AT_TYPE));
        if (target != null && target.tag() == Dw.TAG_STRUCTURE_TYPE) {
            String telling = firstMember(target);
            if (telling.equals("__fn") || telling.equals("__f")) {
                return GoType.simple("func", Kind.FUNC, 8);
            }
        }
        String targetName = target == null ? "" : target.string(Dw.AT_NAME);
        if (targetName.equals("__go_map") || targetName.equals("runtime.hmap")) {
            return GoType.simple("map", Kind.MAP, 8);
        }
        if (targetName.equals("runtime.hchan")) {
            return GoType.simple("chan", Kind.CHAN, 8);
        }
        return GoType.of(targetName.isEmpty() ? "*" : "*" + targetName, Kind.POINTER, 8, of);
    }

    private GoType array(String name, DebugEntry entry, Supplier<GoType> of) {
        long length = 0;
        if (entry.hasChildren()) {
            DebugEntry range = DebugEntry.read(entry.unit, entry.next);
            if (range != null && range.tag() == Dw.TAG_SUBRANGE_TYPE) {
                length =
                        range.has(Dw.AT_COUNT) ? range.number(Dw.AT_COUNT, 0) : range.number(Dw.AT_UPPER_BOUND, -1) + 1;
            }
        }
        GoType elem = of.get();
        long size = entry.number(Dw.AT_BYTE_SIZE, elem == null ? 0 : elem.size() * length);
        return GoType.array(name.isEmpty() ? "[" + length + "]" + elem : name, size, length, of);
    }

    private GoType structure(String name, int goKind, DebugEntry entry) {
        long size = entry.number(Dw.AT_BYTE_SIZE, 0);
        if (goKind == GO_KIND_STRING) {
            return GoType.simple(name, Kind.STRING, 16);
        }
        if (goKind == GO_KIND_SLICE) {
            long elem = entry.reference(Dw.AT_GO_ELEM);
            return elem >= 0
                    ? GoType.of(name, Kind.SLICE, 24, later(elem))
                    : GoType.of(name, Kind.SLICE, 24, () -> elementOf(entry));
        }
        if (goKind != 0) {
            return GoType.struct(name, size, () -> fields(entry));
        }
        return switch (firstMember(entry)) {
            case "__data" -> GoType.simple(name.isEmpty() ? "string" : name, Kind.STRING, 16);
            case "__values" -> slice(name, entry);
            case "__type_descriptor" -> GoType.simple(name.isEmpty() ? "interface {}" : name, Kind.EMPTY_INTERFACE, 16);
            case "__methods" -> GoType.simple(name.isEmpty() ? "interface" : name, Kind.INTERFACE, 16);
            default -> GoType.struct(name.isEmpty() ? "struct" : name, size, () -> fields(entry));
        };
    }

    private GoType slice(String name, DebugEntry entry) {
        if (!name.isEmpty()) {
            return GoType.of(name, Kind.SLICE, 24, () -> elementOf(entry));
        }
        GoType elem = elementOf(entry);
        return GoType.of("[]" + (elem == null ? "?" : elem.name()), Kind.SLICE, 24, () -> elem);
    }

    /** Of a slice: what its first member points to. */
    private GoType elementOf(DebugEntry slice) {
        List<Field> fields = fields(slice);
        return fields.isEmpty() ? null : fields.get(0).type().elem();
    }

    private String firstMember(DebugEntry entry) {
        if (!entry.hasChildren()) {
            return "";
        }
        DebugEntry member = DebugEntry.read(entry.unit, entry.next);
        return member == null ? "" : member.string(Dw.AT_NAME);
    }

    private List<Field> fields(DebugEntry struct) {
        List<Field> fields = new ArrayList<>();
        info.forEachChild(struct, member -> {
            if (member.tag() == Dw.TAG_MEMBER && fields.size() < MOST_FIELDS) {
                fields.add(
                        new Field(member.string(Dw.AT_NAME), memberOffset(member), at(member.reference(Dw.AT_TYPE))));
            }
        });
        return fields;
    }

    /** A number, or up to Go 1.16 and in DWARF 2 an expression that adds one. */
    private static long memberOffset(DebugEntry member) {
        Bytes block = member.block(Dw.AT_DATA_MEMBER_LOCATION);
        if (block == null) {
            return member.number(Dw.AT_DATA_MEMBER_LOCATION, 0);
        }
        Bytes.Cursor in = block.cursor(0);
        return in.hasMore() && in.u8() == 0x23 ? in.uleb() : 0; // DW_OP_plus_uconst
    }
}
