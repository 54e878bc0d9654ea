package io.goroscope.collector.value;

import java.util.List;

/**
 * An argument or result.
 *
 * @param name as in the source; {@code ~r0} and the like where it has none
 * @param result true for a result
 * @param pieces where it is at the place in question; empty where that is not known
 */
public record Variable(String name, GoType type, boolean result, List<Piece> pieces) {
    public Variable {
        pieces = List.copyOf(pieces);
    }

    public Variable at(List<Piece> other) {
        return new Variable(name, type, result, other);
    }

    /** True where every byte has a place. */
    public boolean isPlaced() {
        return !pieces.isEmpty() && pieces.stream().noneMatch(p -> p.place() == Piece.Place.LOST);
    }
}
