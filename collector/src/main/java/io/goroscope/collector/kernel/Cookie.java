package io.goroscope.collector.kernel;

import io.goroscope.collector.plan.Place;

/**
 * The 64 bits that the kernel keeps for each probe and hands to the program there: all that it knows about its place. The
 * twin of {@code bpf/cookie.h}.
 *
 * <pre>
 *   63    60 59                  44 43            32 31 30  29 28 27  24 23                              0
 *  +--------+----------------------+----------------+--+------+--+------+--------------------------------+
 *  | layout |     SP delta / 8     | address, low 12|ER|source|FF| kind |         function slot          |
 *  +--------+----------------------+----------------+--+------+--+------+--------------------------------+
 * </pre>
 *
 * ER: the program may execute the {@code ret} itself; source: {@link Place.GoroutineSource}; FF: flag filter.
 */
final class Cookie {

    /** The slot of places that belong to no counted function: markers. */
    static final int NO_SLOT = 0xffffff;

    /** Layouts that one session can tell apart. */
    static final int MAX_LAYOUTS = 8;

    private static final int MAX_SP_DELTA = 0xffff * 8;

    private static final long SIDE = 1L << 63;

    private Cookie() {}

    /**
     * The same on one of two sides: while a link takes the place of another, both have a probe there, and differ in this.
     *
     * @param side 0 or 1
     */
    static long onSide(long cookie, int side) {
        return side == 0 ? cookie & ~SIDE : cookie | SIDE;
    }

    /** The function slot in a cookie. */
    static int slot(long cookie) {
        return (int) (cookie & NO_SLOT);
    }

    /** Whether the place's SP delta can be expressed. */
    static boolean fits(Place place) {
        return place.spDelta() >= 0 && place.spDelta() <= MAX_SP_DELTA && place.spDelta() % 8 == 0;
    }

    /**
     * @param slot function slot, or {@link #NO_SLOT}
     * @param layout index of the runtime layout, less than {@link #MAX_LAYOUTS}
     * @param executeRet whether the instruction is a plain {@code ret}
     */
    static long of(Place place, int slot, int layout, boolean executeRet) {
        return (slot & 0xffffffL)
                | kind(place.kind()) << 24
                | (place.flagFiltered() ? 1L << 28 : 0)
                | source(place.goroutine()) << 29
                | (executeRet ? 1L << 31 : 0)
                | (place.address() & 0xfff) << 32
                | (long) (place.spDelta() / 8) << 44
                | (long) layout << 60;
    }

    /** {@code enum place_kind}, which is also the order of {@code Event.what}. */
    private static long kind(Place.Kind kind) {
        return switch (kind) {
            case ENTRY -> 0;
            case RETURN -> 1;
            case TAIL -> 2;
            case PANIC -> 3;
            case DEFER_RETURN -> 4;
            case GOEXIT -> 5;
            case GOROUTINE_END -> 6;
        };
    }

    /** {@code enum goroutine_source}. */
    private static long source(Place.GoroutineSource source) {
        return switch (source) {
            case REGISTER -> 0;
            case THREAD_LOCAL -> 1;
            case ARGUMENT -> 2;
            case STACK_ARGUMENT -> 3;
        };
    }
}
