package io.goroscope.collector.plan;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds every place by which a call of an amd64 function ends: each {@code ret}, and each direct jump to another
 * function, which returns in this one's stead.
 *
 * <p>Jumps through a register are not taken: whether one leaves depends on the register. A function that can only leave
 * so, or by a conditional branch, has no return places, and is counted without being timed.
 */
final class Amd64Exits {

    private Amd64Exits() {}

    /** Offsets from the function's start are turned into places by {@code maker}. */
    static List<Place> find(Amd64Code code, Maker maker) {
        if (code.hasConditionalExit()) {
            return List.of();
        }
        List<Place> places = new ArrayList<>();
        ByteBuffer bytes = code.bytes();
        Decoded decoded = code.decoded();
        for (int i = 0; i < decoded.count(); i++) {
            int at = decoded.offset(i);
            int length = decoded.length(i);
            X86.Flow flow = X86.flow(bytes, at, length);
            if (flow == X86.Flow.RETURN) {
                places.add(maker.place(Place.Kind.RETURN, at, true));
            } else if (flow == X86.Flow.JUMP && !code.isInside(X86.target(bytes, at, length))) {
                places.add(maker.place(Place.Kind.TAIL, at, !X86.emulated(bytes, at, length)));
            }
        }
        return places;
    }

    /** Makes a place of an offset. SP at an exit is what it was at the call: it points to the return address. */
    interface Maker {
        Place place(Place.Kind kind, int offset, boolean singleStepped);
    }
}
