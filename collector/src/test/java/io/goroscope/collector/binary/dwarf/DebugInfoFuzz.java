package io.goroscope.collector.binary.dwarf;

import io.goroscope.collector.binary.Bytes;
import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.binary.MalformedException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fuzz target: debug information, its units, types, places and lines. An input is the sections, each after its size. */
public final class DebugInfoFuzz {

    private static final List<String> SECTIONS = List.of(
            "info",
            "abbrev",
            "str",
            "line_str",
            "addr",
            "loclists",
            "rnglists",
            "str_offsets",
            "ranges",
            "loc",
            "line");

    private static final int MOST_FUNCTIONS = 64;

    private DebugInfoFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        ByteBuffer in = ByteBuffer.wrap(data);
        Map<String, Bytes> sections = new HashMap<>();
        for (String name : SECTIONS) {
            int size = in.remaining() < 2 ? 0 : Math.min(in.getShort() & 0xffff, in.remaining());
            sections.put(".debug_" + name, new Bytes(in.slice(in.position(), size)));
            in.position(in.position() + size);
        }
        boolean compressed = in.hasRemaining() && in.get() == 1;
        DebugInfo info = DebugInfo.of(new DebugSections(
                        name -> Optional.ofNullable(sections.get(name)).map(b -> new DebugSections.Raw(b, compressed))))
                .orElseThrow();
        try {
            info.fieldOffset("runtime.g", "goid");
            List<Long> functions = List.copyOf(info.declarations().keySet());
            info.inlinedCopies();
            for (int i = 0; i < Math.min(functions.size(), MOST_FUNCTIONS); i++) {
                long address = functions.get(i);
                info.signature(address, "main.main", address + 1);
            }
        } catch (MalformedException e) {
            // What broken information ends in.
        }
    }

    /** The sections of a real program, as long as they are short. */
    public static byte[] seed(Path program) {
        ByteArrayOutputStream seed = new ByteArrayOutputStream();
        try (GoBinary binary = GoBinary.open(program, program.toString())) {
            DebugSections sections = binary.debugInfo().orElseThrow().sections();
            for (String name : SECTIONS) {
                Bytes bytes = sections.get(name);
                int size = (int) Math.min(bytes.size(), 0x3000);
                seed.write(size >> 8);
                seed.write(size);
                seed.writeBytes(bytes.copy(0, size));
            }
        }
        return seed.toByteArray();
    }
}
