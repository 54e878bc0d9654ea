package io.goroscope.collector.kernel;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.plan.Image;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.plan.Place;
import io.goroscope.collector.plan.RuntimeLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A plan by another hand than the planner's: from {@code go tool objdump}, for the current Go version on amd64, not PIE. What
 * it finds is what the rules of the design say: {@code push rbp} after the stack check, or first; every {@code ret}.
 */
final class ObjdumpPlan {

    private static final long TEXT_BASE = 0x400000;
    private static final RuntimeLayout LAYOUT = new RuntimeLayout(false, 152, 0, 8, -8, 0);

    private ObjdumpPlan() {}

    /** @param pattern regular expression of function names, as {@code go tool objdump -s} takes it */
    static ImagePlan of(Path binary, String pattern) throws IOException, InterruptedException {
        List<FunctionPlan> functions = new ArrayList<>();
        int index = 0;
        for (Map.Entry<String, List<String[]>> function :
                disassemble(binary, pattern).entrySet()) {
            FunctionPlan plan = plan(index, function.getKey(), function.getValue());
            if (plan != null) {
                functions.add(plan);
                index++;
            }
        }
        return new ImagePlan(image(binary), LAYOUT, functions, markers(binary), 0);
    }

    static Image image(Path binary) throws IOException {
        return new Image(
                binary,
                binary.toString(),
                GoBinary.buildId(binary),
                Image.Compiler.GC,
                "amd64",
                "go1.26.8",
                "counted",
                "",
                Map.of(),
                (long) Files.getAttribute(binary, "unix:dev"),
                (long) Files.getAttribute(binary, "unix:ino"));
    }

    static String name(ImagePlan plan, int function) {
        return plan.functions().stream()
                .map(FunctionPlan::function)
                .filter(candidate -> candidate.index() == function)
                .findFirst()
                .orElseThrow()
                .name();
    }

    private static List<Place> markers(Path binary) throws IOException, InterruptedException {
        Map<String, Place.Kind> kinds = Map.of(
                "runtime.gopanic", Place.Kind.PANIC,
                "runtime.deferreturn", Place.Kind.DEFER_RETURN,
                "runtime.Goexit", Place.Kind.GOEXIT,
                "runtime.gdestroy", Place.Kind.GOROUTINE_END);
        List<Place> markers = new ArrayList<>();
        for (Map.Entry<String, List<String[]>> function : disassemble(
                        binary, "^runtime.(gopanic|deferreturn|Goexit|gdestroy)$")
                .entrySet()) {
            Place.Kind kind = kinds.get(function.getKey());
            Place.GoroutineSource source =
                    kind == Place.Kind.GOROUTINE_END ? Place.GoroutineSource.ARGUMENT : Place.GoroutineSource.REGISTER;
            markers.add(place(kind, source, entry(function.getValue())));
        }
        return markers;
    }

    private static FunctionPlan plan(int index, String name, List<String[]> code) {
        long entry = entry(code);
        if (entry == 0) {
            return null;
        }
        List<Place> returns = new ArrayList<>();
        for (String[] instruction : code) {
            if (instruction[1].equals("RET")) {
                returns.add(place(Place.Kind.RETURN, Place.GoroutineSource.REGISTER, address(instruction)));
            }
        }
        long start = address(code.get(0));
        long size = address(code.get(code.size() - 1)) - start;
        return new FunctionPlan.Probeable(
                new GoFunction(index, name, start, size, "", 0, false, 0),
                place(Place.Kind.ENTRY, Place.GoroutineSource.REGISTER, entry),
                returns);
    }

    private static Place place(Place.Kind kind, Place.GoroutineSource source, long address) {
        return new Place(kind, address, address - TEXT_BASE, source, 0, false, kind == Place.Kind.RETURN);
    }

    /** The first push rbp, if it is among the first instructions; else 0. */
    private static long entry(List<String[]> code) {
        for (String[] instruction : code.subList(0, Math.min(4, code.size()))) {
            if (instruction[1].equals("PUSHQ BP")) {
                return address(instruction);
            }
        }
        return 0;
    }

    private static long address(String[] instruction) {
        return Long.decode(instruction[0]);
    }

    /** Name to instructions {address, text}, in order of address. */
    private static Map<String, List<String[]>> disassemble(Path binary, String pattern)
            throws IOException, InterruptedException {
        Map<String, List<String[]>> functions = new LinkedHashMap<>();
        List<String[]> current = null;
        for (String line : CountedProgram.output(List.of("go", "tool", "objdump", "-s", pattern, binary.toString()))) {
            if (line.startsWith("TEXT ")) {
                current = new ArrayList<>();
                functions.put(line.substring(5, line.indexOf("(SB)")), current);
            } else if (current != null && !line.isBlank()) {
                String[] columns = line.strip().split("\t+", 4);
                current.add(new String[] {columns[1].strip(), columns[3].strip()});
            }
        }
        return functions;
    }
}
