package io.goroscope.collector;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.binary.MalformedException;
import io.goroscope.collector.binary.dwarf.DebugInfo;
import io.goroscope.collector.plan.FunctionPatterns;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.collector.plan.Planner;
import io.goroscope.collector.value.GoType;
import io.goroscope.collector.value.RuntimeTypes;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Fuzz target: whole programs with some words changed, read as every command does, to the plan, the source lines, the
 * debug information and the types. So the tables stay large and sound around what is wrong, which no short input is.
 *
 * <p>An input is a list of edits, undone afterwards:
 * <pre>
 *   0      which region of the file: headers, or a 64th of it
 *   1…3    where in the region
 *   4      how many bytes: 1, 2, 4 or 8
 *   5…12   what to write there
 * </pre>
 */
public final class ProgramFuzz {

    /** System property: paths of programs that may be written to, separated by colons. */
    static final String PROGRAMS = "goroscope.fuzz.programs";

    static final int EDIT_BYTES = 13;

    private static final int MOST_EDITS = 32;
    private static final int REGIONS = 64;
    private static final int HEADERS = 4096;
    private static final int SOME_FUNCTIONS = 64;
    private static final int SOME_TYPES = 50;

    private static final List<Program> OPENED = open();

    private record Program(Path path, MappedByteBuffer bytes) {}

    private ProgramFuzz() {}

    private static List<Program> open() {
        List<Program> programs = new ArrayList<>();
        for (String name : System.getProperty(PROGRAMS).split(":", -1)) {
            Path path = Path.of(name);
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                programs.add(new Program(path, channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size())));
            } catch (IOException e) {
                throw new IllegalStateException("cannot write to " + path, e);
            }
        }
        return programs;
    }

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 1 + EDIT_BYTES) {
            return;
        }
        Program program = OPENED.get((data[0] & 0xff) % OPENED.size());
        ByteBuffer edits = ByteBuffer.wrap(data, 1, data.length - 1).order(ByteOrder.LITTLE_ENDIAN);
        List<byte[]> before = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        while (edits.remaining() >= EDIT_BYTES && places.size() < MOST_EDITS) {
            int region = edits.get() & 0xff;
            int where = (edits.get() & 0xff) | (edits.getShort() & 0xffff) << 8;
            int length = 1 << (edits.get() & 3);
            byte[] bytes = new byte[8];
            edits.get(bytes);
            int at = place(program.bytes.capacity() - bytes.length, region, where);
            byte[] old = new byte[length];
            program.bytes.get(at, old);
            before.add(old);
            places.add(at);
            program.bytes.put(at, bytes, 0, length);
        }
        try {
            read(program.path);
        } finally {
            for (int i = places.size() - 1; i >= 0; i--) {
                program.bytes.put(places.get(i), before.get(i));
            }
        }
    }

    /** A quarter of all edits are in the headers at either end of the file. */
    private static int place(int size, int region, int where) {
        if (region >= 224) {
            return size - 1 - where % HEADERS;
        }
        if (region >= 192) {
            return where % HEADERS;
        }
        long part = size / REGIONS;
        return (int) (region % REGIONS * part + where % part);
    }

    private static void read(Path path) {
        try (GoBinary binary = GoBinary.open(path, "the program")) {
            Planner.plan(binary, FunctionPatterns.wildcards(List.of("main.*")), new PlanOptions(true, true, true));
            int count = Math.min(binary.functionCount(), SOME_FUNCTIONS);
            Optional<DebugInfo> debug = binary.debugInfo();
            for (int i = 0; i < count; i++) {
                GoFunction function = binary.function(i);
                binary.framesAt(function.address() + function.size() / 2);
                binary.coldPart(function);
                if (i % 32 == 0 && debug.isPresent()) {
                    debug.get().signature(function.address(), function.name(), function.address());
                }
            }
            types(binary);
        } catch (UserException | MalformedException e) {
            // The one line that a user gets.
        }
    }

    private static void types(GoBinary binary) {
        Optional<RuntimeTypes> types = binary.runtimeTypes();
        if (types.isEmpty()) {
            return;
        }
        List<Long> links = binary.typeLayout().orElseThrow().links();
        for (int i = 0; i < Math.min(links.size(), SOME_TYPES); i++) {
            GoType type = types.get().at(links.get(i));
            for (int depth = 0; type != null && depth < 4; depth++) {
                type.fields();
                type = type.elem();
            }
        }
    }
}
