package io.goroscope.collector.binary;

import io.goroscope.collector.binary.dwarf.DebugInfo;
import io.goroscope.collector.binary.dwarf.DebugSections;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.plan.Image;
import io.goroscope.collector.plan.RuntimeLayout;
import io.goroscope.collector.value.RuntimeTypes;
import io.goroscope.schemas.UserException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What gccgo left: ordinary symbols. C functions that were linked in stand beside the Go ones.
 *
 * <p>Stacks have segments: {@code g} is thread-local and knows no {@code stack.hi}; a function that does not fit calls
 * {@code __morestack}, which calls its body on a new segment.
 */
final class GccgoProgram implements GoProgram {

    /** {@code goid} in libgo's {@code struct g}: measured with GCC 12; the same source (Go 1.18) in GCC 13 and 14. */
    private static final int GOID = 56;

    /** GCC moves code that seldom runs out of a function, under the function's name and this. */
    private static final String COLD = ".cold";

    private static final DebugInfo.Declaration NOWHERE = new DebugInfo.Declaration("", 0);

    private static final int OLDEST = 12;
    private static final int NEWEST = 14;

    private static final Pattern COMPILER = Pattern.compile("GCC: \\([^)]*\\) ((\\d+)\\.[\\d.]+)");

    private final List<Symbols.Symbol> functions;
    private final Map<String, Symbols.Symbol> coldParts;
    private final String compilerVersion;
    private final int compilerMajor;
    private final long goroutineTlsOffset;
    private final long morestackReturn;
    private final DebugSections debug;
    private Map<Long, DebugInfo.Declaration> declarations;

    private GccgoProgram(Elf elf, List<Symbols.Symbol> functions, Map<String, Symbols.Symbol> coldParts) {
        this.functions = functions;
        this.coldParts = coldParts;
        this.debug = elf.debugSections();
        Matcher comment = COMPILER.matcher(elf.section(".comment")
                .map(elf::bytes)
                .map(b -> b.string(0, b.size()))
                .orElse(""));
        boolean found = comment.find();
        this.compilerVersion = found ? comment.group(1) : "";
        this.compilerMajor = found && comment.group(2).length() < 6 ? Integer.parseInt(comment.group(2)) : 0;
        this.goroutineTlsOffset = GccgoThreadLocal.inStaticProgram(elf);
        this.morestackReturn = functions.stream()
                .filter(s -> s.name().equals("__morestack"))
                .mapToLong(s -> afterIndirectCall(elf, s))
                .findFirst()
                .orElse(0);
    }

    /**
     * Empty for a file that gccgo did not make.
     *
     * @throws UserException for a program whose names were stripped away
     */
    static Optional<GoProgram> find(Elf elf, String displayPath) {
        List<Symbols.Symbol> all = new ArrayList<>();
        Map<String, Symbols.Symbol> coldParts = new HashMap<>();
        Symbols.forEach(elf, Symbols.Symbol.FUNCTION, s -> {
            if (!s.isDefined() || elf.fileOffset(s.value()) < 0) {
                return;
            }
            if (s.name().endsWith(COLD)) {
                coldParts.put(s.name().substring(0, s.name().length() - COLD.length()), s);
            } else {
                all.add(s);
            }
        });
        boolean isGo = all.stream()
                .anyMatch(s -> s.name().equals("__go_init_main") || s.name().equals("runtime.gopanic"));
        if (!isGo) {
            return Optional.empty();
        }
        List<Symbols.Symbol> functions = ordered(all);
        boolean named = functions.stream().anyMatch(s -> s.name().equals("__morestack"));
        if (!named) {
            throw new UserException("cannot trace " + displayPath
                    + ": gccgo keeps names only in the symbol table, and it was stripped; build it without -s");
        }
        return Optional.of(new GccgoProgram(elf, functions, coldParts));
    }

    /** One symbol for each address. */
    private static List<Symbols.Symbol> ordered(List<Symbols.Symbol> all) {
        List<Symbols.Symbol> sorted = new ArrayList<>(all);
        // Of several names the one with a package first, then by spelling: the same choice on every host.
        sorted.sort(Comparator.comparingLong(Symbols.Symbol::value)
                .thenComparing(s -> s.name().indexOf('.') < 0)
                .thenComparing(Symbols.Symbol::name));
        List<Symbols.Symbol> functions = new ArrayList<>();
        for (Symbols.Symbol symbol : sorted) {
            boolean same =
                    !functions.isEmpty() && functions.get(functions.size() - 1).value() == symbol.value();
            if (!same && symbol.size() > 0) {
                functions.add(symbol);
            }
        }
        return functions;
    }

    /** Address of the instruction after {@code call *%r10} (41 ff d2), where a body returns into the runtime. */
    private static long afterIndirectCall(Elf elf, Symbols.Symbol morestack) {
        Bytes code = elf.at(morestack.value());
        long end = Math.min(morestack.size(), code.size());
        byte[] call = {0x41, (byte) 0xff, (byte) 0xd2};
        for (long at = 0; at + call.length <= end; at++) {
            if (code.matches(at, call)) {
                return morestack.value() + at + call.length;
            }
        }
        return 0;
    }

    @Override
    public Image.Compiler compiler() {
        return Image.Compiler.GCCGO;
    }

    @Override
    public BuildInfo buildInfo() {
        return new BuildInfo(compilerVersion.isEmpty() ? "" : "gccgo " + compilerVersion, "", "", Map.of());
    }

    @Override
    public int size() {
        return functions.size();
    }

    @Override
    public long address(int index) {
        return functions.get(index).value();
    }

    @Override
    public String name(int index) {
        return GccgoNames.readable(functions.get(index).name());
    }

    @Override
    public GoFunction function(int index, String name, int inlinedCopies) {
        Symbols.Symbol symbol = functions.get(index);
        DebugInfo.Declaration source = declarations().getOrDefault(symbol.value(), NOWHERE);
        return new GoFunction(
                index, name, symbol.value(), symbol.size(), source.file(), source.line(), false, inlinedCopies);
    }

    /** The lines are worth less than the functions: where debug information is broken there are none. */
    private synchronized Map<Long, DebugInfo.Declaration> declarations() {
        if (declarations == null) {
            try {
                declarations = DebugInfo.of(debug).map(DebugInfo::declarations).orElse(Map.of());
            } catch (MalformedException e) {
                declarations = Map.of();
            }
        }
        return declarations;
    }

    @Override
    public Optional<GoFunction> coldPart(int index) {
        return Optional.ofNullable(coldParts.get(functions.get(index).name()))
                .map(s -> new GoFunction(index, name(index), s.value(), s.size(), "", 0, false, 0));
    }

    @Override
    public boolean isClone(int index) {
        String name = functions.get(index).name();
        return name.contains(".isra.") || name.contains(".constprop.") || name.contains(".part.");
    }

    @Override
    public synchronized Map<String, Integer> inlinedCopies() {
        Map<String, Integer> copies = new HashMap<>();
        try {
            DebugInfo.of(debug)
                    .map(DebugInfo::inlinedCopies)
                    .orElse(Map.of())
                    .forEach((name, n) -> copies.merge(GccgoNames.readable(name), n, Integer::sum));
        } catch (MalformedException e) {
            return Map.of();
        }
        return copies;
    }

    @Override
    public boolean goroutineInRegister() {
        return false;
    }

    @Override
    public Optional<RuntimeTypes.Layout> typeLayout() {
        return Optional.of(new RuntimeTypes.Layout(true, 0, false, true, 0, List.of()));
    }

    @Override
    public RuntimeLayout layout(String displayPath) {
        if (compilerMajor < OLDEST || compilerMajor > NEWEST) {
            throw new UserException("cannot trace " + displayPath + ": where the runtime of "
                    + (compilerVersion.isEmpty() ? "its unnamed gccgo" : "gccgo " + compilerVersion)
                    + " keeps a goroutine's number is not known; gccgo 12 to 14 are");
        }
        return new RuntimeLayout(true, GOID, 0, 0, goroutineTlsOffset, morestackReturn);
    }
}
