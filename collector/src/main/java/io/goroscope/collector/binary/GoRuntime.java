package io.goroscope.collector.binary;

import io.goroscope.collector.binary.dwarf.DebugInfo;
import io.goroscope.collector.plan.RuntimeLayout;
import io.goroscope.schemas.UserException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Finds out where gc's runtime keeps a goroutine's identity in one file: by its release. */
final class GoRuntime {

    private final Elf elf;
    private final BuildInfo info;
    private final PclntabFormat format;

    GoRuntime(Elf elf, BuildInfo info, PclntabFormat format) {
        this.elf = elf;
        this.info = info;
        this.format = format;
    }

    /** The release, as far as it is written down or follows from pclntab's format. */
    Optional<GoVersion> version() {
        return GoVersion.parse(info.version()).or(() -> RuntimeTable.latestOf(format));
    }

    /** True from Go 1.17 on (1.18 on arm64), whose Go code passes arguments in registers and keeps {@code g} in one. */
    boolean goroutineInRegister() {
        int first = elf.machine() == Elf.MACHINE_ARM64 ? 18 : 17;
        return version().map(v -> v.atLeast(first)).orElse(true);
    }

    /**
     * By the release, whose layout was itself taken from debug information and costs nothing to look up; by the file's own
     * debug information for a release that is not in the table, or is no release at all.
     *
     * @throws UserException where neither tells
     */
    RuntimeLayout layout(String displayPath) {
        Optional<GoVersion> version = version();
        OptionalInt goid = version.isPresent() && !info.version().startsWith("devel")
                ? RuntimeTable.goidOffset(version.get())
                : OptionalInt.empty();
        if (goid.isEmpty()) {
            goid = goidFromDebugInfo();
        }
        if (goid.isEmpty()) {
            throw new UserException("cannot trace " + displayPath + ": where "
                    + (info.version().isEmpty() ? "its unnamed Go release" : info.version())
                    + " keeps a goroutine's number is not known, and the file has no debug information that says it");
        }
        return RuntimeTable.layout(goid.getAsInt(), goroutineTlsOffset());
    }

    private OptionalInt goidFromDebugInfo() {
        try {
            return DebugInfo.of(elf.debugSections()).stream()
                    .map(debug -> debug.fieldOffset("runtime.g", "goid"))
                    .filter(OptionalLong::isPresent)
                    .mapToInt(offset -> (int) offset.getAsLong())
                    .findFirst();
        } catch (MalformedException e) {
            return OptionalInt.empty();
        }
    }

    /**
     * Where {@code g} is from the thread pointer, bytes: the executable's thread-local block ends at it (TLS variant II
     * of amd64), and in every executable seen Go's word is the block's first, mostly its only one.
     */
    private long goroutineTlsOffset() {
        return elf.segments().stream()
                .filter(s -> s.type() == Elf.PT_TLS)
                .mapToLong(s -> {
                    long alignment = Math.max(1, s.alignment());
                    return -((s.memorySize() + alignment - 1) / alignment * alignment);
                })
                .findFirst()
                .orElse(-8);
    }
}
