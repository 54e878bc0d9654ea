package io.goroscope.collector.config;

import io.goroscope.collector.config.Setting.Section;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.plan.FunctionPatterns;
import io.goroscope.collector.rules.FunctionChoice;
import io.goroscope.collector.rules.ProcessChoice;
import io.goroscope.collector.rules.Rule;
import io.goroscope.schemas.UserException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the keys of a configuration mean, and what they may be. */
final class ConfigurationReader {

    /** Every key that the environment and the command line can set. */
    static final List<String> KEYS = List.of(
            "kafka.bootstrap-servers",
            "kafka.config",
            "kafka.topic-prefix",
            "spool.folder",
            "spool.max-mib",
            "collector.label",
            "collector.lanes",
            "budget.process-percent",
            "budget.host-percent",
            "metrics.listen",
            "metrics.port",
            "rules");

    private static final int NO_PORT = -1;
    private static final int MOST_LANES = 256;
    private static final int MOST_PORT = 65535;
    private static final int MOST_MIB = 1 << 20;
    private static final int MOST_PID = 1 << 22;
    private static final double WHOLE = 100;
    private static final double MOST_HOST_PERCENT = 100 * 1024.0;

    private ConfigurationReader() {}

    static Configuration read(Section root) {
        SectionReader all = new SectionReader("", root);
        SectionReader kafka = all.section("kafka");
        SectionReader spool = all.section("spool");
        SectionReader collector = all.section("collector");
        SectionReader budget = all.section("budget");
        SectionReader metrics = all.section("metrics");
        Configuration configuration = new Configuration(
                new Configuration.Kafka(
                        kafka.text("bootstrap-servers", "localhost:9092"),
                        path(kafka, "config"),
                        kafka.text("topic-prefix", "")),
                new Configuration.Spool(path(spool, "folder"), spool.number("max-mib", 1024, 1, MOST_MIB)),
                new Configuration.Identity(collector.text("label", ""), collector.number("lanes", 4, 1, MOST_LANES)),
                new Configuration.Budget(
                        budget.decimal("process-percent", 0, 0, WHOLE),
                        budget.decimal("host-percent", 0, 0, MOST_HOST_PERCENT)),
                new Configuration.Metrics(
                        metrics.text("listen", "localhost"), metrics.number("port", NO_PORT, 0, MOST_PORT)),
                rules(all));
        List.of(kafka, spool, collector, budget, metrics, all).forEach(SectionReader::end);
        return configuration;
    }

    private static List<Rule> rules(SectionReader all) {
        List<Rule> rules = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (SectionReader section : all.sections("rules")) {
            String name = section.text("name", "rule-" + (rules.size() + 1));
            if (!names.add(name)) {
                throw section.wrong("name", "'" + name + "' is the name of another rule");
            }
            rules.add(new Rule(name, processes(section), functions(section), section.text("service", "")));
            section.end();
        }
        return rules;
    }

    private static ProcessChoice processes(SectionReader rule) {
        SectionReader section = rule.section("processes");
        ProcessChoice choice;
        try {
            choice = new ProcessChoice(
                    section.text("binary", ""),
                    section.text("module", ""),
                    section.text("build-id", ""),
                    section.text("cgroup", ""),
                    section.text("container", ""),
                    section.text("unit", ""),
                    section.number("pid", 0, 1, MOST_PID));
        } catch (IllegalArgumentException e) {
            throw new UserException(section.place() + ": " + e.getMessage(), e);
        }
        section.end();
        if (choice.isEmpty()) {
            throw rule.wrong("processes", "must say which: binary, module, build-id, cgroup, container, unit or pid");
        }
        return choice;
    }

    private static FunctionChoice functions(SectionReader rule) {
        SectionReader section = rule.section("functions");
        List<String> include = section.texts("include");
        boolean regex = section.truth("regex");
        FunctionChoice choice = new FunctionChoice(
                include,
                section.texts("exclude"),
                regex,
                section.word("mode", List.of("pairs", "count")).equals("pairs")
                        ? SessionOptions.Mode.PAIRS
                        : SessionOptions.Mode.COUNT,
                section.truth("costly"),
                section.truth("all"));
        section.end();
        if (include.isEmpty()) {
            throw rule.wrong("functions", "must have 'include': patterns such as 'main.*'");
        }
        for (String key : List.of("include", "exclude")) {
            try {
                FunctionPatterns.of(section.texts(key).isEmpty() ? include : section.texts(key), regex);
            } catch (UserException e) {
                throw section.wrong(key, "is wrong: " + e.getMessage());
            }
        }
        return choice;
    }

    private static Path path(SectionReader section, String key) {
        String text = section.text(key, "");
        try {
            return text.isEmpty() ? null : Path.of(text);
        } catch (InvalidPathException e) {
            throw section.wrong(key, "'" + text + "' is no path: " + e.getReason());
        }
    }
}
