package io.goroscope.collector;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.plan.FunctionPatterns;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.collector.plan.Planner;
import io.goroscope.schemas.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be traced: the plan of each image, and of which processes.
 *
 * @param plans one for each image
 * @param pids the processes; empty for every process that runs one of the images
 */
public record TraceTarget(List<ImagePlan> plans, List<Integer> pids) {

    public TraceTarget {
        plans = List.copyOf(plans);
        pids = List.copyOf(pids);
    }

    /**
     * What a user asks for.
     *
     * @param specs {@code BINARY:PATTERN}, or patterns alone where a process or a command says which binary
     * @param pid the one process, or 0
     * @param command executable of the command to be started, or null
     * @param regularExpressions true where patterns are regular expressions
     */
    public record Request(List<String> specs, int pid, Path command, boolean regularExpressions, PlanOptions options) {}

    /**
     * Finds the binaries, and plans.
     *
     * @throws UserException if a binary cannot be read or is no Go program, or no function matches
     */
    public static TraceTarget resolve(Request request) {
        Map<Path, List<String>> patterns = new LinkedHashMap<>();
        for (String text : request.specs()) {
            TargetSpec spec = TargetSpec.parse(text, request.pid() != 0 || request.command() != null);
            for (Path binary : binaries(spec, request)) {
                patterns.computeIfAbsent(binary, key -> new ArrayList<>()).add(spec.pattern());
            }
        }
        List<ImagePlan> plans = new ArrayList<>();
        patterns.forEach((binary, texts) -> plans.add(plan(binary, texts, request)));
        if (plans.stream().allMatch(plan -> plan.functions().isEmpty())) {
            throw new UserException(noMatch(patterns));
        }
        plans.removeIf(plan -> plan.functions().isEmpty());
        return new TraceTarget(plans, request.pid() == 0 ? List.of() : List.of(request.pid()));
    }

    /** Functions that can be probed. */
    public List<FunctionPlan.Probeable> probeable() {
        return plans.stream()
                .flatMap(plan -> plan.functions().stream())
                .filter(FunctionPlan.Probeable.class::isInstance)
                .map(FunctionPlan.Probeable.class::cast)
                .toList();
    }

    private static List<Path> binaries(TargetSpec spec, Request request) {
        if (spec.binary() != null) {
            return List.of(spec.binary());
        }
        return request.pid() != 0 ? GoImages.of(request.pid()) : List.of(request.command());
    }

    private static ImagePlan plan(Path binary, List<String> texts, Request request) {
        FunctionPatterns patterns = request.regularExpressions()
                ? FunctionPatterns.regularExpressions(texts)
                : FunctionPatterns.wildcards(texts);
        try (GoBinary go = GoBinary.open(binary, displayPath(binary))) {
            return Planner.plan(go, patterns, request.options());
        }
    }

    /** {@code /proc/PID/exe} is a link that still works when the file was replaced; its target is what a user knows. */
    private static String displayPath(Path binary) {
        return GoImages.displayPath(binary);
    }

    private static String noMatch(Map<Path, List<String>> patterns) {
        StringBuilder message = new StringBuilder("no function matches ");
        patterns.forEach((binary, texts) -> {
            message.append('\'')
                    .append(String.join("', '", texts))
                    .append("' in ")
                    .append(displayPath(binary));
        });
        return message.append("; see what there is with: goroscope list BINARY:'*'")
                .toString();
    }
}
