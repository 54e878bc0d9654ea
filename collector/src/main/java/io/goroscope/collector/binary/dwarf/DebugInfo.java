package io.goroscope.collector.binary.dwarf;

import io.goroscope.collector.binary.Bytes;
import io.goroscope.collector.binary.MalformedException;
import io.goroscope.collector.value.GoType;
import io.goroscope.collector.value.Piece;
import io.goroscope.collector.value.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** What a file's debug information says about functions and types; read as far as it is asked. */
public final class DebugInfo {

    private static final int MOST_UNITS = 1 << 20;
    private static final int MOST_RANGES = 1 << 20;

    private final DebugSections sections;
    private final DebugTypes types = new DebugTypes(this);
    private List<DebugUnit> units;

    private DebugInfo(DebugSections sections) {
        this.sections = sections;
    }

    /** Empty where the file has none. */
    public static Optional<DebugInfo> of(DebugSections sections) {
        return sections.exist() ? Optional.of(new DebugInfo(sections)) : Optional.empty();
    }

    /**
     * The arguments and results of a function, in the order of the source; blank ones may be missing (Go to 1.20).
     *
     * @param address where the function starts
     * @param name its name, as pclntab has it: a hint where to look first
     * @param place address of the instruction at which the variables are to be found
     * @return empty where nothing is said about the function
     * @throws MalformedException where the information contradicts itself
     */
    public Optional<List<Variable>> signature(long address, String name, long place) {
        return function(address, name).map(entry -> variables(entry, place));
    }

    /** The offset of a field in a named struct, bytes: {@code runtime.g} and {@code goid}. */
    public OptionalLong fieldOffset(String struct, String field) {
        // gc keeps the types apart from the packages; gccgo does not.
        for (DebugUnit unit : units()) {
            if (unit.root() == null) {
                continue;
            }
            DebugEntry[] found = new DebugEntry[1];
            forEachChild(unit.root(), entry -> {
                if (found[0] == null
                        && (entry.tag() == Dw.TAG_STRUCTURE_TYPE || entry.tag() == Dw.TAG_TYPEDEF)
                        && !entry.has(Dw.AT_DECLARATION)
                        && entry.string(Dw.AT_NAME).equals(struct)) {
                    found[0] = entry;
                }
            });
            if (found[0] != null) {
                OptionalLong offset = types.at(found[0].offset).fields().stream()
                        .filter(f -> f.name().equals(field))
                        .mapToLong(GoType.Field::offset)
                        .findFirst();
                if (offset.isPresent()) {
                    return offset;
                }
            }
        }
        return OptionalLong.empty();
    }

    /**
     * Where functions are declared, by the address at which their code begins.
     *
     * @param file as the compiler wrote it, absolute where it says enough for that
     * @param line from 1; 0 where unknown
     */
    public record Declaration(String file, int line) {}

    /**
     * All functions with code of their own, read at once.
     *
     * @throws MalformedException where the information contradicts itself
     */
    public Map<Long, Declaration> declarations() {
        Map<Long, Declaration> declarations = new HashMap<>();
        for (DebugUnit unit : units()) {
            if (unit.root() == null) {
                continue;
            }
            SourceFiles files = new SourceFiles(unit, unit.root().number(Dw.AT_STMT_LIST, -1));
            forEachChild(unit.root(), entry -> {
                long address = entry.tag() == Dw.TAG_SUBPROGRAM ? entry.address(Dw.AT_LOW_PC) : -1;
                if (address >= 0) {
                    DebugEntry declared = origin(entry);
                    declarations.put(address, new Declaration(files.path(declared.number(Dw.AT_DECL_FILE, -1)), (int)
                            Math.max(0, Math.min(declared.number(Dw.AT_DECL_LINE, 0), Integer.MAX_VALUE))));
                }
            });
        }
        return declarations;
    }

    /**
     * How often each function was inlined into another, by the name that the assembler saw.
     *
     * @throws MalformedException where the information contradicts itself
     */
    public Map<String, Integer> inlinedCopies() {
        Map<String, Integer> copies = new HashMap<>();
        for (DebugUnit unit : units()) {
            for (long at = unit.firstEntry; at < unit.end; ) {
                DebugEntry entry = DebugEntry.read(unit, at);
                if (entry != null && entry.tag() == Dw.TAG_INLINED_SUBROUTINE) {
                    DebugEntry function = origin(entry);
                    String name = function.string(Dw.AT_LINKAGE_NAME);
                    copies.merge(name.isEmpty() ? function.string(Dw.AT_NAME) : name, 1, Integer::sum);
                }
                at = entry == null ? at + 1 : entry.next;
            }
        }
        return copies;
    }

    DebugSections sections() {
        return sections;
    }

    private List<DebugUnit> units() {
        if (units == null) {
            List<DebugUnit> found = new ArrayList<>();
            Bytes info = sections.get("info");
            for (long at = 0; at + 12 <= info.size(); ) {
                DebugUnit unit = DebugUnit.read(sections, at);
                found.add(unit);
                at = unit.next();
                if (found.size() > MOST_UNITS) {
                    throw new MalformedException("more than " + MOST_UNITS + " units");
                }
            }
            units = found;
        }
        return units;
    }

    /** The entry at an offset of section info, in whatever unit. */
    DebugEntry entry(long offset) {
        List<DebugUnit> all = units();
        int low = 0;
        int high = all.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (all.get(middle).offset <= offset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        if (high < 0) {
            throw new MalformedException("no unit at " + offset);
        }
        return DebugEntry.read(all.get(high), offset);
    }

    /** Visits the entries right below one. */
    void forEachChild(DebugEntry parent, Consumer<DebugEntry> visitor) {
        if (!parent.hasChildren()) {
            return;
        }
        int depth = 0;
        long at = parent.next;
        while (at < parent.unit.end) {
            DebugEntry entry = DebugEntry.read(parent.unit, at);
            if (entry == null) {
                if (depth == 0) {
                    return;
                }
                depth--;
                at++;
                continue;
            }
            if (depth == 0) {
                visitor.accept(entry);
            }
            depth += entry.hasChildren() ? 1 : 0;
            at = entry.next;
        }
    }

    private Optional<DebugEntry> function(long address, String name) {
        List<DebugUnit> likely = new ArrayList<>();
        List<DebugUnit> others = new ArrayList<>();
        for (DebugUnit unit : units()) {
            if (unit.root() == null) {
                continue;
            }
            String packagePath = unit.root().string(Dw.AT_NAME);
            boolean fits = !packagePath.isEmpty() && name.startsWith(packagePath + ".");
            (fits ? likely : others).add(unit);
        }
        for (List<DebugUnit> some : List.of(likely, others)) {
            for (DebugUnit unit : some) {
                if (covers(unit, address)) {
                    DebugEntry[] found = new DebugEntry[1];
                    forEachChild(unit.root(), entry -> {
                        if (found[0] == null
                                && entry.tag() == Dw.TAG_SUBPROGRAM
                                && entry.address(Dw.AT_LOW_PC) == address) {
                            found[0] = entry;
                        }
                    });
                    if (found[0] != null) {
                        return Optional.of(found[0]);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** False only where the unit's ranges exclude the address. */
    private boolean covers(DebugUnit unit, long address) {
        DebugEntry root = unit.root();
        if (root.has(Dw.AT_RANGES)) {
            return unit.version >= 5 ? inRanges5(unit, address) : inRanges4(unit, address);
        }
        long low = root.address(Dw.AT_LOW_PC);
        return low >= 0 && root.has(Dw.AT_HIGH_PC) && address >= low && address < root.highPc(low);
    }

    private boolean inRanges4(DebugUnit unit, long address) {
        Bytes section = sections.get("ranges");
        long base = Math.max(0, unit.root().address(Dw.AT_LOW_PC));
        long at = unit.root().number(Dw.AT_RANGES, 0);
        for (int i = 0; i < MOST_RANGES; i++, at += 16) {
            long low = section.i64(at);
            long high = section.i64(at + 8);
            if (low == 0 && high == 0) {
                return false;
            }
            if (low == -1) {
                base = high;
            } else if (address >= base + low && address < base + high) {
                return true;
            }
        }
        throw new MalformedException("a range list without end");
    }

    /** DWARF 5, section 7.25. */
    private boolean inRanges5(DebugUnit unit, long address) {
        Bytes section = sections.get("rnglists");
        long start = unit.root().number(Dw.AT_RANGES, 0);
        if (unit.root().form(Dw.AT_RANGES) == Dw.FORM_RNGLISTX) {
            long table = unit.root().number(Dw.AT_RNGLISTS_BASE, 12);
            start = table + (unit.offsetSize == 4 ? section.u32(table + start * 4) : section.i64(table + start * 8));
        }
        long base = Math.max(0, unit.root().address(Dw.AT_LOW_PC));
        Bytes.Cursor in = section.cursor(start);
        for (int i = 0; i < MOST_RANGES; i++) {
            long low = 0;
            long high = 0;
            switch (in.u8()) {
                case 0x00 -> {
                    return false;
                }
                case 0x01 -> base = unit.address(in.uleb());
                case 0x02 -> {
                    low = unit.address(in.uleb());
                    high = unit.address(in.uleb());
                }
                case 0x03 -> {
                    low = unit.address(in.uleb());
                    high = low + in.uleb();
                }
                case 0x04 -> {
                    low = base + in.uleb();
                    high = base + in.uleb();
                }
                case 0x05 -> {
                    base = section.i64(in.position());
                    in.skip(8);
                }
                case 0x06 -> {
                    low = section.i64(in.position());
                    in.skip(8);
                    high = section.i64(in.position());
                    in.skip(8);
                }
                case 0x07 -> {
                    low = section.i64(in.position());
                    in.skip(8);
                    high = low + in.uleb();
                }
                default -> throw new MalformedException("a range list entry of unknown kind");
            }
            if (address >= low && address < high) {
                return true;
            }
        }
        throw new MalformedException("a range list without end");
    }

    /**
     * Where the function was inlined elsewhere, its own entry refers to an abstract one for names and types. gccgo has no
     * entries for results: the function's type, and variables named {@code $ret}.
     */
    private List<Variable> variables(DebugEntry function, long place) {
        Map<Long, DebugEntry> places = new LinkedHashMap<>();
        forEachChild(function, entry -> {
            if (entry.tag() == Dw.TAG_FORMAL_PARAMETER) {
                places.put(origin(entry).offset, entry);
            }
        });
        List<Variable> variables = new ArrayList<>();
        DebugEntry abstractFunction = origin(function);
        // Of a function that has copies, gccgo writes the parameters in any order; the abstract one has the source's.
        if (abstractFunction != function) {
            forEachChild(abstractFunction, entry -> {
                if (entry.tag() == Dw.TAG_FORMAL_PARAMETER) {
                    DebugEntry placed = places.remove(entry.offset);
                    variables.add(variable(entry, placed, place));
                }
            });
        }
        places.forEach((offset, entry) -> variables.add(variable(origin(entry), entry, place)));
        if (abstractFunction.has(Dw.AT_TYPE)) {
            addCResult(types.at(abstractFunction.reference(Dw.AT_TYPE)), variables);
        }
        return variables;
    }

    /** @param placed the entry that may say where the variable is, or null */
    private Variable variable(DebugEntry origin, DebugEntry placed, long place) {
        GoType type = types.at(origin.reference(Dw.AT_TYPE));
        boolean result = origin.number(Dw.AT_VARIABLE_PARAMETER, 0) != 0;
        List<Piece> pieces = placed == null ? List.of() : Location.of(placed, type.size(), place);
        return new Variable(origin.string(Dw.AT_NAME), type, result, pieces);
    }

    /** gccgo: one result as it is; several as the fields of a struct without a name. */
    private static void addCResult(GoType type, List<Variable> variables) {
        variables.add(new Variable("$ret", type, true, List.of()));
    }

    private DebugEntry origin(DebugEntry entry) {
        DebugEntry at = entry;
        for (int i = 0; i < 4 && (at.has(Dw.AT_ABSTRACT_ORIGIN) || at.has(Dw.AT_SPECIFICATION)); i++) {
            long reference = at.has(Dw.AT_ABSTRACT_ORIGIN)
                    ? at.reference(Dw.AT_ABSTRACT_ORIGIN)
                    : at.reference(Dw.AT_SPECIFICATION);
            DebugEntry next = entry(reference);
            if (next == null) {
                break;
            }
            at = next;
        }
        return at;
    }
}
