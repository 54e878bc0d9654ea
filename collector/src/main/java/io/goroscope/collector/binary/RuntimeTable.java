package io.goroscope.collector.binary;

import io.goroscope.collector.plan.RuntimeLayout;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where gc's runtime keeps what identifies a goroutine, by release.
 *
 * <p>Measured from the DWARF of one program built with each of Go 1.15, 1.17, 1.18, 1.19 and 1.21 to 1.27:
 * {@code stack.lo} at 0 and {@code stack.hi} at 8 in all; {@code goid} at 152, but at 160 in Go 1.23 and 1.24.
 */
final class RuntimeTable {

    private static final int OLDEST = 15;
    private static final int NEWEST = 27;
    private static final int STACK_LO = 0;
    private static final int STACK_HI = 8;

    private RuntimeTable() {}

    /** Offset of {@code goid} in {@code struct g}, bytes; empty for a release that nobody has measured. */
    static OptionalInt goidOffset(GoVersion version) {
        if (version.minor() < OLDEST || version.minor() > NEWEST) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(version.minor() == 23 || version.minor() == 24 ? 160 : 152);
    }

    /** The latest release that wrote a format, for files that name none; empty for a format that is still in use. */
    static Optional<GoVersion> latestOf(PclntabFormat format) {
        return switch (format) {
            case GO_1_2 -> Optional.of(new GoVersion(15));
            case GO_1_16 -> Optional.of(new GoVersion(17));
            case GO_1_18 -> Optional.of(new GoVersion(19));
            case GO_1_20 -> Optional.empty();
        };
    }

    static RuntimeLayout layout(int goidOffset, long goroutineTlsOffset) {
        return new RuntimeLayout(false, goidOffset, STACK_LO, STACK_HI, goroutineTlsOffset, 0);
    }
}
