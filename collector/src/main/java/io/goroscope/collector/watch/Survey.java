package io.goroscope.collector.watch;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.process.RunningProcesses;
import io.goroscope.collector.rules.Rule;
import io.goroscope.schemas.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What rules would take of what runs and lies there now, without attaching anything. */
public final class Survey {

    /**
     * One process, or one file that nobody runs.
     *
     * @param pid or 0
     * @param path its file, as it sees it
     * @param rule name of the rule
     * @param target its functions; null where {@code problem} says why there are none
     */
    public record Finding(int pid, String path, String rule, TraceTarget target, String problem) {}

    private final FileJudge judge;
    private final Map<FileKey, Build> builds = new HashMap<>();
    private final Map<String, Finding> byBuildAndRule = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    private Survey(List<Rule> rules) {
        this.judge = new FileJudge(rules);
    }

    /** Looks at all processes, and at the files that rules name. */
    public static List<Finding> of(List<Rule> rules) {
        Survey survey = new Survey(rules);
        RunningProcesses.ids().sorted().forEach(survey::process);
        for (Rule rule : rules) {
            if (!rule.processes().asksProcess()) {
                PathPattern.files(rule.processes().binary()).forEach(survey::file);
            }
        }
        return survey.findings;
    }

    private void process(int pid) {
        Optional<FileKey> key = FileKey.of(RunningProcesses.executable(pid));
        Optional<String> path = FileJudge.pathOf(pid);
        if (key.isPresent() && path.isPresent()) {
            Path file = FileJudge.fileOf(key.get(), path.get(), pid);
            Build build = build(key.get(), file, path.get());
            FileJudge.ruleOf(build.rules, pid).ifPresent(rule -> find(pid, rule, build, file));
        }
    }

    private void file(Path file) {
        FileKey.of(file).filter(key -> !builds.containsKey(key)).ifPresent(key -> {
            Build build = build(key, file, file.toString());
            build.rules.stream()
                    .filter(rule -> !rule.processes().asksProcess())
                    .findFirst()
                    .ifPresent(rule -> find(0, rule, build, file));
        });
    }

    private Build build(FileKey key, Path file, String path) {
        return builds.computeIfAbsent(key, unknown -> {
            try {
                return judge.judge(key, file, path);
            } catch (UserException e) {
                findings.add(new Finding(0, path, "", null, e.getMessage()));
                return new Build(key, path, "", List.of());
            }
        });
    }

    private void find(int pid, Rule rule, Build build, Path file) {
        Finding same = byBuildAndRule.computeIfAbsent(
                build.path + "\n" + build.buildId + "\n" + rule.name(), unknown -> plan(pid, rule, build, file));
        findings.add(new Finding(pid, build.path, rule.name(), same.target(), same.problem()));
    }

    private static Finding plan(int pid, Rule rule, Build build, Path file) {
        try {
            TraceTarget target = TraceTarget.ofBinary(
                    file, rule.functions().patterns(), rule.functions().planOptions(), pid);
            return new Finding(pid, build.path, rule.name(), target, "");
        } catch (UserException e) {
            return new Finding(pid, build.path, rule.name(), null, e.getMessage());
        }
    }
}
