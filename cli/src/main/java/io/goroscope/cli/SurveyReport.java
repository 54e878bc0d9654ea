package io.goroscope.cli;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.config.Configuration;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.rules.Rule;
import io.goroscope.collector.watch.Survey;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code collect --check}: which processes and functions the rules would take now. */
final class SurveyReport {

    private static final int NAMES = 5;

    private SurveyReport() {}

    static void print(Configuration configuration, List<Survey.Finding> findings, PrintWriter out) {
        out.printf("%-8s %-16s %9s %7s  %s%n", "PID", "RULE", "FUNCTIONS", "PLACES", "FILE");
        Map<String, TraceTarget> targets = new LinkedHashMap<>();
        for (Survey.Finding finding : findings) {
            String pid = finding.pid() == 0 ? "-" : String.valueOf(finding.pid());
            if (finding.target() == null) {
                out.printf("%-8s %-16s %s%n", pid, finding.rule().isEmpty() ? "-" : finding.rule(), finding.problem());
            } else {
                targets.put(finding.rule() + ", " + finding.path(), finding.target());
                out.printf(
                        "%-8s %-16s %9d %7d  %s%n",
                        pid,
                        finding.rule(),
                        finding.target().probeable().size(),
                        places(finding.target()),
                        finding.path());
            }
        }
        targets.forEach((name, target) -> functions(name, target, out));
        for (Rule rule : configuration.rules()) {
            if (findings.stream().noneMatch(finding -> finding.rule().equals(rule.name()))) {
                out.printf("%nrule %s: nothing of it runs now%n", rule.name());
            }
        }
        out.flush();
    }

    private static void functions(String name, TraceTarget target, PrintWriter out) {
        List<String> names = target.probeable().stream()
                .map(function -> function.function().name())
                .toList();
        int refused = target.plans().stream()
                        .mapToInt(plan -> plan.functions().size())
                        .sum()
                - names.size();
        out.printf("%n%s:%n", name);
        names.stream().limit(NAMES).forEach(each -> out.println("  " + each));
        if (names.size() > NAMES) {
            out.printf("  and %d more; all of them with: goroscope list%n", names.size() - NAMES);
        }
        if (refused > 0) {
            out.printf("  %d that match cannot be probed; goroscope list says why%n", refused);
        }
    }

    private static int places(TraceTarget target) {
        return target.probeable().stream()
                .mapToInt((FunctionPlan.Probeable function) ->
                        1 + function.returns().size())
                .sum();
    }
}
