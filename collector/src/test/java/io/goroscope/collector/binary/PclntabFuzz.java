package io.goroscope.collector.binary;

import java.util.Map;
import java.util.OptionalLong;

/** Fuzz target: Go's function table, with its line tables and inline trees. */
public final class PclntabFuzz {

    private static final int MOST_FUNCTIONS = 64;

    private PclntabFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        Elf elf = TinyElf.of(data);
        try {
            GcProgram.find(elf).ifPresent(PclntabFuzz::read);
            Pclntab table = new Pclntab(elf.at(TinyElf.ADDRESS), TinyElf.ADDRESS, TinyElf.ADDRESS);
            OptionalLong base = OptionalLong.of(TinyElf.ADDRESS);
            LineTable lines = new LineTable(elf, table, base);
            for (int i = 0; i < Math.min(table.size(), MOST_FUNCTIONS); i++) {
                table.function(i, table.name(i), 0);
                lines.framesAt(i, table.address(i) + 1);
            }
            InlinedCalls.count(elf, table, base);
        } catch (MalformedException e) {
            // What a broken table ends in.
        }
    }

    private static void read(GoProgram program) {
        Map<String, Integer> copies = program.inlinedCopies();
        for (int i = 0; i < Math.min(program.size(), MOST_FUNCTIONS); i++) {
            String name = program.name(i);
            program.function(i, name, copies.getOrDefault(name, 0));
            program.framesAt(i, program.address(i));
        }
    }
}
