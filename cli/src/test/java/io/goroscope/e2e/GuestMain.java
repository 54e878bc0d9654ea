package io.goroscope.e2e;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.goroscope.collector.kernel.HitCost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What is run inside a machine: the first word says what, and each finding is a line of JSON.
 *
 * <pre>
 *   truth MODE,… FLAG,… NAME=BINARY…   each program in each mode: KernelRow
 *   beside MODE FLAG,… BINARY          two sessions at once, as two collectors: two KernelRows
 *   cost                               a return executed in BPF, and one single-stepped: two HitCosts
 * </pre>
 */
final class GuestMain {

    private static final JsonMapper JSON = new JsonMapper();

    private GuestMain() {}

    public static void main(String[] words) throws Exception {
        switch (words[0]) {
            case "truth" ->
                truth(words[1].split(","), words[2].split(","), List.of(words).subList(3, words.length));
            case "beside" -> beside(KernelRow.Mode.valueOf(words[1]), words[2].split(","), Path.of(words[3]));
            case "cost" -> {
                print(HitCost.measure(Path.of("/tmp")).orElseThrow());
                System.setProperty("goroscope.execute.returns", "false");
                print(HitCost.measure(Path.of("/tmp")).orElseThrow());
            }
            default -> throw new IllegalArgumentException("no job " + words[0]);
        }
    }

    private static void truth(String[] modes, String[] flags, List<String> programs) throws IOException {
        for (String program : programs) {
            String[] parts = program.split("=", 2);
            for (String mode : modes) {
                print(row(parts[0], Path.of(parts[1]), KernelRow.Mode.valueOf(mode), flags));
            }
        }
    }

    /** One that fails is a finding, and the next ones go on. */
    static KernelRow row(String name, Path binary, KernelRow.Mode mode, String... flags) {
        try {
            return KernelRow.run(name, binary, mode, flags);
        } catch (RuntimeException e) {
            return KernelRow.failed(name, mode, e);
        }
    }

    private static void beside(KernelRow.Mode mode, String[] flags, Path binary) throws IOException {
        for (EngineRun run : EngineRun.beside(
                binary, EngineRun.Pairs.AS_BUILT, List.of(mode.options(), mode.options()), pid -> {}, flags)) {
            print(KernelRow.of("two collectors", mode, run));
        }
    }

    private static void print(Object finding) throws IOException {
        System.out.println(JSON.writeValueAsString(finding));
    }
}
