package io.goroscope.collector.plan;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.plan.FunctionPlan.Probeable;
import io.goroscope.collector.plan.FunctionPlan.Reason;
import io.goroscope.collector.plan.FunctionPlan.Refused;
import io.goroscope.collector.plan.Place.GoroutineSource;
import io.goroscope.collector.plan.Place.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Plans the functions that gc compiled for arm64.
 *
 * <p>Most begin with a check of the stack's size: {@code ldr x16,[x28,#16]; cmp sp,x16; b.ls grow}, and {@code grow}
 * calls {@code runtime.morestack} and jumps back to the start. The kernel simulates {@code b.ls}, so that is the place;
 * hits at which it will be taken (C clear or Z set) are not calls. What follows it moves SP, and would be
 * single-stepped. A function without the check is straight until its first jump, and the first simulated instruction
 * there is the place; in a getter that is its {@code ret}.
 *
 * <p>{@code g} is in x28 everywhere, in assembly too.
 */
final class Arm64Planner implements FunctionPlanner {

    /** The longest known stack check, that of a huge frame, has 8 instructions. */
    private static final int LONGEST_CHECK = 16;

    /** Up to 16 integer and 16 floating-point arguments are saved before the call of morestack. */
    private static final int LONGEST_SPILL = 48;

    private final GoBinary binary;
    private final StackGrowth growth;

    Arm64Planner(GoBinary binary) {
        this.binary = binary;
        this.growth = new StackGrowth(binary);
    }

    @Override
    public FunctionPlan plan(GoFunction function, boolean costly, boolean returns) {
        if (function.assembly()) {
            return new Refused(function, Reason.ASSEMBLY, "written in assembly");
        }
        Arm64Code code = code(function);
        if (code.badTarget() >= 0) {
            return new Refused(
                    function,
                    Reason.UNDECODABLE,
                    "the bytes at 0x" + Long.toHexString(code.addressOf(code.badTarget())) + " jump to a constant");
        }
        Place entry = afterStackCheck(code);
        if (entry == null) {
            entry = inStraightLine(code, true);
        }
        if (entry == null) {
            return new Refused(
                    function, Reason.NO_PLACE, "no instruction that runs once in each call at a known depth");
        }
        if (entry.singleStepped() && !costly) {
            return new Refused(
                    function,
                    Reason.NO_PLACE,
                    "only a place that the kernel single-steps; --costly takes it, or the exact name");
        }
        return new Probeable(function, entry, returns ? returnPlaces(code, entry) : List.of());
    }

    private Arm64Code code(GoFunction function) {
        return new Arm64Code(function.address(), binary.code(function));
    }

    private Place afterStackCheck(Arm64Code code) {
        for (int i = 0; i < Math.min(LONGEST_CHECK, code.count()); i++) {
            boolean check = Arm64.isBranchIfLowerOrSame(code.word(i)) && growsStack(code, code.target(i));
            if (check) {
                return place(Kind.ENTRY, code, i, 0, true);
            }
            // A huge frame's check has a branch of its own before, which goes to the same block.
            boolean before = code.flow(i) == X86.Flow.BRANCH && growsStack(code, code.target(i));
            if (Arm64.lowersStackBy(code.word(i)) != 0 || (code.flow(i) != X86.Flow.NEXT && !before)) {
                return null;
            }
        }
        return null;
    }

    private boolean growsStack(Arm64Code code, long block) {
        if (code.leaves(block)) {
            return false;
        }
        for (int i = (int) block; i < Math.min(block + LONGEST_SPILL, code.count()); i++) {
            switch (code.flow(i)) {
                case NEXT -> {}
                case CALL -> {
                    return growth.isMorestack(code.addressOf(code.target(i)));
                }
                default -> {
                    return false;
                }
            }
        }
        return false;
    }

    /** The first simulated instruction, else the first that takes a probe; null where there is neither. */
    private Place inStraightLine(Arm64Code code, boolean stepped) {
        Place costly = null;
        int lowered = 0;
        for (int i = 0; i < code.count(); i++) {
            if (code.isJumpedTo(i) || (i > 0 && code.hasIndirectJump())) {
                break;
            }
            int word = code.word(i);
            if (Arm64.simulated(word)) {
                return place(Kind.ENTRY, code, i, lowered, false);
            }
            if (costly == null && Arm64.probeable(word)) {
                costly = place(Kind.ENTRY, code, i, lowered, false);
            }
            int by = Arm64.lowersStackBy(word);
            if (code.flow(i) != X86.Flow.NEXT || by == X86Stack.UNKNOWN) {
                break;
            }
            lowered += by;
        }
        return stepped ? costly : null;
    }

    /** As on amd64: every {@code ret}, every direct jump to another function; none where an exit could be missed. */
    private List<Place> returnPlaces(Arm64Code code, Place entry) {
        if (code.hasConditionalExit()) {
            return List.of();
        }
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < code.count(); i++) {
            X86.Flow flow = code.flow(i);
            if (flow == X86.Flow.RETURN) {
                places.add(place(Kind.RETURN, code, i, 0, false));
            } else if (flow == X86.Flow.JUMP && code.leaves(code.target(i))) {
                places.add(place(Kind.TAIL, code, i, 0, false));
            }
        }
        boolean meets = places.stream().anyMatch(p -> p.address() == entry.address());
        return meets ? List.of() : places;
    }

    private Place place(Kind kind, Arm64Code code, int number, int spDelta, boolean flagFiltered) {
        long address = code.addressOf(number);
        return new Place(
                kind,
                address,
                binary.fileOffset(address),
                GoroutineSource.REGISTER,
                spDelta,
                flagFiltered,
                !Arm64.simulated(code.word(number)));
    }

    @Override
    public boolean reaches(GoFunction from, GoFunction to) {
        Arm64Code code = code(from);
        for (int i = 0; i < code.count(); i++) {
            X86.Flow flow = code.flow(i);
            if ((flow == X86.Flow.CALL || flow == X86.Flow.JUMP) && code.addressOf(code.target(i)) == to.address()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
