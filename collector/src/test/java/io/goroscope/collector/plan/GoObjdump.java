package io.goroscope.collector.plan;

import io.goroscope.collector.GoPrograms;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The truth about a binary by Go's own tools: {@code go tool objdump} and {@code go tool nm}. */
final class GoObjdump {

    private static final Pattern HEADING = Pattern.compile("^TEXT (\\S.*)\\(SB\\) .*");
    private static final Pattern LINE =
            Pattern.compile("^\\s+\\S+:-?\\d+\\s+0x([0-9a-f]+)\\s+[0-9a-f?]+\\s+(.*?)\\s*$");

    private GoObjdump() {}

    record Instruction(long address, String text) {}

    /** Instructions of each function whose name matches a regular expression, by Go's own disassembler. */
    static Map<String, List<Instruction>> functions(Path program, String expression) {
        String output = GoPrograms.run(
                Map.of(),
                program.getParent(),
                List.of(GoPrograms.go(), "tool", "objdump", "-s", expression, program.toString()));
        Map<String, List<Instruction>> functions = new LinkedHashMap<>();
        List<Instruction> current = new ArrayList<>();
        for (String line : output.split("\n", -1)) {
            Matcher heading = HEADING.matcher(line);
            Matcher instruction = LINE.matcher(line);
            if (heading.matches()) {
                current = new ArrayList<>();
                functions.put(heading.group(1), current);
            } else if (instruction.matches()) {
                current.add(new Instruction(Long.parseLong(instruction.group(1), 16), instruction.group(2)));
            }
        }
        return functions;
    }

    /** Address by name of every function, by {@code go tool nm}. */
    static Map<String, Long> addresses(Path program) {
        String output = GoPrograms.run(
                Map.of(), program.getParent(), List.of(GoPrograms.go(), "tool", "nm", program.toString()));
        Map<String, Long> addresses = new LinkedHashMap<>();
        for (String line : output.split("\n", -1)) {
            String[] fields = line.strip().split("\\s+", 3);
            if (fields.length == 3 && fields[1].equalsIgnoreCase("t")) {
                addresses.put(fields[2], Long.parseLong(fields[0], 16));
            }
        }
        return addresses;
    }
}
