package io.goroscope.collector.kernel;

import io.goroscope.collector.plan.Place;
import java.util.List;

/**
 * One place at which values are captured.
 *
 * @param image index of the image's plan
 * @param filter decides whether a call is wanted, and ends in ACCEPT or REJECT; empty takes every call
 * @param recipe what to capture; ends in END
 * @param notesEntry true for an entry whose return is probed too, and is to come only if the entry passed
 * @param needsEntry true for such a return
 * @param aggregates true where nothing is sent, since the recipe only counts
 * @param wantsVectors true where something of that is in vector registers
 * @param partner for a return the number of the entry's probe, else its own
 */
public record CaptureProbe(
        int image,
        Place place,
        List<CaptureOp> filter,
        List<CaptureOp> recipe,
        boolean notesEntry,
        boolean needsEntry,
        boolean aggregates,
        boolean wantsVectors,
        int partner) {
    public CaptureProbe {
        filter = List.copyOf(filter);
        recipe = List.copyOf(recipe);
    }
}
