package io.goroscope.collector.symbols;

import java.nio.file.Path;

/** Fuzz target: the text of {@code /proc/PID/maps}, in which paths are whatever somebody named a file. */
public final class MemoryMapFuzz {

    private MemoryMapFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        MemoryMap map = MemoryMap.parse(Path.of("/proc/1"), data);
        for (MemoryMap.Region region : map.regions()) {
            if (!region.file().startsWith("/proc/1")) {
                throw new IllegalStateException(region + " leads out of the process");
            }
            map.at(region.start());
        }
    }
}
