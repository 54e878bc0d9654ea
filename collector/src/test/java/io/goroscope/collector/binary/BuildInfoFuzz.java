package io.goroscope.collector.binary;

/** Fuzz target: what the linker wrote about the build, in both of its formats. */
public final class BuildInfoFuzz {

    private BuildInfoFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        Elf elf = TinyElf.of(data);
        BuildInfo.read(elf, new Words(elf)).ifPresent(info -> GoVersion.parse(info.version()));
    }
}
