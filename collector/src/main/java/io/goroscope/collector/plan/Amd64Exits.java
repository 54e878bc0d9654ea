package io.goroscope.collector.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Finds every place by which a call of an amd64 function ends: each {@code ret}, and each direct jump to another
 * function, which returns in this one's stead.
 *
 * <p>Jumps through a register are not taken: whether one leaves depends on the register. A function that can only leave
 * so, or by a conditional branch, has no return places, and is counted without being timed.
 */
final class Amd64Exits {

    private Amd64Exits() {}

    /**
     * Finds them in one stretch of code.
     *
     * @param growsStack true for the address of gccgo's {@code __morestack}: the {@code ret} right after its call ends
     *     no call of the function, whose body has returned already
     */
    static List<Place> find(Amd64Code code, LongPredicate growsStack, Maker maker) {
        List<Place> places = new ArrayList<>();
        byte[] bytes = code.bytes();
        Decoded decoded = code.decoded();
        int growth = -1;
        for (int which = 0; which < decoded.notableCount(); which++) {
            int i = decoded.notable(which);
            int at = decoded.offset(i);
            int length = decoded.length(i);
            X86.Flow flow = decoded.flow(i);
            if (flow == X86.Flow.RETURN && (growth < 0 || growth + 1 != i)) {
                places.add(maker.place(Place.Kind.RETURN, code.address() + at, true));
            } else if (flow == X86.Flow.JUMP && code.leaves(X86.target(bytes, at, length))) {
                places.add(maker.place(Place.Kind.TAIL, code.address() + at, !X86.emulated(bytes, at, length)));
            }
            if (flow == X86.Flow.CALL && growsStack.test(code.address() + X86.target(bytes, at, length))) {
                growth = i;
            }
        }
        return places;
    }

    /** Makes a place of an address. SP at an exit is what it was at the call: it points to the return address. */
    interface Maker {
        Place place(Place.Kind kind, long address, boolean singleStepped);
    }
}
