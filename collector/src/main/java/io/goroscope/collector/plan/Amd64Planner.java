package io.goroscope.collector.plan;

import io.goroscope.collector.binary.CodeReader;
import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.plan.FunctionPlan.Probeable;
import io.goroscope.collector.plan.FunctionPlan.Reason;
import io.goroscope.collector.plan.FunctionPlan.Refused;
import io.goroscope.collector.plan.Place.GoroutineSource;
import java.util.List;
import java.util.Optional;

/** Plans the functions that gc or gccgo compiled for amd64. */
final class Amd64Planner implements FunctionPlanner {

    private final GoBinary binary;
    private final boolean goroutineInRegister;
    private final CodeReader reader;
    private final Decoded decoded = new Decoded();
    private final Decoded aside = new Decoded();
    private byte[] buffer = new byte[1 << 14];
    private final StackGrowth growth;
    private final Amd64Entry entries;

    private final boolean arguments;

    /**
     * @param goroutineInRegister true from Go 1.17 on: {@code g} is in r14 in Go code
     * @param arguments as in {@link PlanOptions#arguments()}
     */
    Amd64Planner(GoBinary binary, boolean goroutineInRegister, boolean arguments) {
        this.binary = binary;
        this.reader = binary.codeReader();
        this.arguments = arguments;
        this.goroutineInRegister = goroutineInRegister;
        this.growth = new StackGrowth(binary);
        this.entries = new Amd64Entry(growth, aside);
    }

    @Override
    public FunctionPlan plan(GoFunction function, boolean costly, boolean returns) {
        if (function.assembly()) {
            return new Refused(function, Reason.ASSEMBLY, "written in assembly");
        }
        byte[] bytes = start(function);
        EntryChoice entry = entries.afterStackCheck(function, bytes, decoded);
        if (entry != null && !returns) {
            return new Probeable(function, entryPlace(function, entry), List.of());
        }
        if (!decoded.isClean()) {
            return undecodable(function, decoded.end(), "are no instruction");
        }
        Optional<GoFunction> cold = binary.coldPart(function);
        Amd64Code code = new Amd64Code(
                function.address(), bytes, decoded, cold.isPresent() ? a -> contains(cold.get(), a) : a -> false);
        if (code.badTarget() >= 0) {
            return undecodable(function, code.badTarget(), "jump into the middle of an instruction");
        }
        if (entry == null) {
            entry = arguments
                    ? entries.withArguments(function, code, costly)
                    : entries.inStraightLine(function, code, costly);
        }
        if (entry == null) {
            return withoutEntry(function, code, costly);
        }
        Place place = entryPlace(function, entry);
        return new Probeable(function, place, returns ? returnPlaces(function, entry, place, code, cold) : List.of());
    }

    @Override
    public boolean reaches(GoFunction from, GoFunction to) {
        byte[] bytes = start(from);
        for (int i = 0; decoded.has(i); i++) {
            int at = decoded.offset(i);
            int length = decoded.length(i);
            X86.Flow flow = decoded.flow(i);
            boolean direct = flow == X86.Flow.CALL || flow == X86.Flow.JUMP;
            if (direct && from.address() + X86.target(bytes, at, length) == to.address()) {
                return true;
            }
        }
        return false;
    }

    /** Sets out to decode a function; the bytes are good until the next one. */
    private byte[] start(GoFunction function) {
        buffer = reader.read(function, buffer);
        decoded.start(buffer, 0, (int) function.size(), function.address());
        return buffer;
    }

    private Refused withoutEntry(GoFunction function, Amd64Code code, boolean costly) {
        boolean steppable = arguments
                ? entries.withArguments(function, code, true) != null
                : entries.inStraightLine(function, code, true) != null;
        if (!costly && steppable) {
            return new Refused(
                    function,
                    Reason.COSTLY,
                    "only a place that the kernel single-steps; --costly takes it, or the exact name");
        }
        if (code.decoded().count() > 0
                && !X86.probeable(code.bytes(), 0, code.decoded().length(0))) {
            return new Refused(
                    function, Reason.OPCODE, "the kernel takes no probe on the instruction at " + hex(function, 0));
        }
        return new Refused(function, Reason.NO_PLACE, "no instruction that runs once in each call at a known depth");
    }

    private static Refused undecodable(GoFunction function, int offset, String problem) {
        return new Refused(function, Reason.UNDECODABLE, "the bytes at " + hex(function, offset) + " " + problem);
    }

    private static String hex(GoFunction function, int offset) {
        return "0x" + Long.toHexString(function.address() + offset);
    }

    private Place entryPlace(GoFunction function, EntryChoice entry) {
        return place(
                Place.Kind.ENTRY,
                function.address() + entry.offset(),
                entry.threadLocal(),
                entry.spDelta(),
                entry.flagFiltered(),
                entry.singleStepped());
    }

    private static boolean contains(GoFunction function, long address) {
        return address >= function.address() && address - function.address() < function.size();
    }

    /**
     * None for a function that may also leave by a conditional branch, or whose cold part does not decode: an exit could
     * be missed. A function of one instruction has its entry where its exit is, and one place cannot mean both.
     */
    private List<Place> returnPlaces(
            GoFunction function, EntryChoice entry, Place entryPlace, Amd64Code code, Optional<GoFunction> cold) {
        if (code.hasConditionalExit()) {
            return List.of();
        }
        Amd64Exits.Maker maker =
                (kind, address, stepped) -> place(kind, address, entry.threadLocal(), 0, false, stepped);
        List<Place> places = Amd64Exits.find(code, growth::isMorestack, maker);
        if (cold.isPresent()) {
            byte[] bytes = start(cold.get());
            if (!decoded.isClean()) {
                return List.of();
            }
            Amd64Code coldCode =
                    new Amd64Code(cold.get().address(), bytes, decoded, address -> contains(function, address));
            if (coldCode.hasConditionalExit()) {
                return List.of();
            }
            places.addAll(Amd64Exits.find(coldCode, growth::isMorestack, maker));
        }
        boolean meets = places.stream().anyMatch(p -> p.address() == entryPlace.address());
        return meets ? List.of() : places;
    }

    private Place place(
            Place.Kind kind,
            long address,
            boolean threadLocal,
            int spDelta,
            boolean flagFiltered,
            boolean singleStepped) {
        return new Place(
                kind,
                address,
                binary.fileOffset(address),
                goroutineInRegister && !threadLocal ? GoroutineSource.REGISTER : GoroutineSource.THREAD_LOCAL,
                spDelta,
                flagFiltered,
                singleStepped);
    }

    @Override
    public void close() {
        decoded.close();
        aside.close();
    }
}
