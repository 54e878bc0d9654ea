package io.goroscope.collector.plan;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.plan.FunctionPlan.Probeable;
import io.goroscope.collector.plan.FunctionPlan.Reason;
import io.goroscope.collector.plan.FunctionPlan.Refused;
import io.goroscope.collector.plan.Place.GoroutineSource;
import java.nio.ByteBuffer;
import java.util.List;

/** Plans the functions that gc compiled for amd64. */
final class Amd64Planner implements FunctionPlanner {

    private final GoBinary binary;
    private final boolean goroutineInRegister;
    private final Disassembler mainDisassembler = Disassembler.of("amd64");
    private final Disassembler asideDisassembler = Disassembler.of("amd64");
    private final Decoded decoded = new Decoded(mainDisassembler);
    private final Amd64Entry entries;

    /** @param goroutineInRegister true from Go 1.17 on: {@code g} is in r14 in Go code */
    Amd64Planner(GoBinary binary, boolean goroutineInRegister) {
        this.binary = binary;
        this.goroutineInRegister = goroutineInRegister;
        this.entries = new Amd64Entry(binary, new Decoded(asideDisassembler), asideDisassembler);
    }

    @Override
    public FunctionPlan plan(GoFunction function, boolean costly, boolean returns) {
        if (function.assembly()) {
            return new Refused(function, Reason.ASSEMBLY, "written in assembly");
        }
        ByteBuffer bytes = binary.code(function);
        decoded.start(bytes, function.address());
        EntryChoice entry = entries.afterStackCheck(function, bytes, decoded);
        if (entry != null && !returns) {
            return new Probeable(function, entryPlace(function, entry), List.of());
        }
        if (!decoded.isClean()) {
            return undecodable(function, decoded.end(), "are no instruction");
        }
        Amd64Code code = new Amd64Code(bytes, decoded);
        if (code.badTarget() >= 0) {
            return undecodable(function, code.badTarget(), "jump into the middle of an instruction");
        }
        if (entry == null) {
            entry = entries.inStraightLine(function, code, costly);
        }
        if (entry == null) {
            return withoutEntry(function, code, costly);
        }
        Place place = entryPlace(function, entry);
        return new Probeable(function, place, returns ? returnPlaces(function, entry, place, code) : List.of());
    }

    private Refused withoutEntry(GoFunction function, Amd64Code code, boolean costly) {
        if (!costly && entries.inStraightLine(function, code, true) != null) {
            return new Refused(
                    function,
                    Reason.NO_PLACE,
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
                function,
                Place.Kind.ENTRY,
                entry.offset(),
                entry.threadLocal(),
                entry.spDelta(),
                entry.flagFiltered(),
                entry.singleStepped());
    }

    /** A function of one instruction has its entry where its exit is; one place cannot mean both. */
    private List<Place> returnPlaces(GoFunction function, EntryChoice entry, Place entryPlace, Amd64Code code) {
        List<Place> places = Amd64Exits.find(
                code, (kind, offset, stepped) -> place(function, kind, offset, entry.threadLocal(), 0, false, stepped));
        boolean meets = places.stream().anyMatch(p -> p.address() == entryPlace.address());
        return meets ? List.of() : places;
    }

    private Place place(
            GoFunction function,
            Place.Kind kind,
            int offset,
            boolean threadLocal,
            int spDelta,
            boolean flagFiltered,
            boolean singleStepped) {
        long address = function.address() + offset;
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
        mainDisassembler.close();
        asideDisassembler.close();
    }
}
