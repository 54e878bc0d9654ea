package io.goroscope.collector.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.rules.FunctionChoice;
import io.goroscope.collector.rules.ProcessChoice;
import io.goroscope.collector.rules.Rule;
import io.goroscope.schemas.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {

    private static final String EVERYTHING = """
            kafka:
              bootstrap-servers: kafka:9093
              config: /etc/goroscope/client.properties
              topic-prefix: test.
            spool: {folder: /var/lib/goroscope/spool, max-mib: 64}
            collector: {label: canary, lanes: 2}
            budget: {process-percent: 2.5, host-percent: 10}
            metrics: {listen: 0.0.0.0, port: 9466}
            rules:
              - name: shop
                service: checkout
                processes:
                  binary: /opt/*/bin/shop
                  module: example.com/shop
                  build-id: 0123abc
                  cgroup: /system.slice/**
                  container: 0123456789ab
                  unit: shop.service
                  pid: 42
                functions:
                  include: ['main.*', 'main.(*T).Do']
                  exclude: main.debug*
                  mode: count
                  costly: true
                  all: true
              - processes: {module: example.com/*}
                functions: {include: '^main', regex: true}
            """;

    @TempDir
    private Path folder;

    @Test
    void shouldReadEveryKey() throws Exception {
        Configuration all = read(EVERYTHING, Map.of(), List.of());

        assertThat(all.kafka())
                .isEqualTo(new Configuration.Kafka("kafka:9093", Path.of("/etc/goroscope/client.properties"), "test."));
        assertThat(all.spool()).isEqualTo(new Configuration.Spool(Path.of("/var/lib/goroscope/spool"), 64));
        assertThat(all.collector()).isEqualTo(new Configuration.Identity("canary", 2));
        assertThat(all.budget()).isEqualTo(new Configuration.Budget(2.5, 10));
        assertThat(all.metrics()).isEqualTo(new Configuration.Metrics("0.0.0.0", 9466));
        assertThat(all.rules())
                .containsExactly(
                        new Rule(
                                "shop",
                                new ProcessChoice(
                                        "/opt/*/bin/shop",
                                        "example.com/shop",
                                        "0123abc",
                                        "/system.slice/**",
                                        "0123456789ab",
                                        "shop.service",
                                        42),
                                new FunctionChoice(
                                        List.of("main.*", "main.(*T).Do"),
                                        List.of("main.debug*"),
                                        false,
                                        SessionOptions.Mode.COUNT,
                                        true,
                                        true),
                                "checkout"),
                        new Rule(
                                "rule-2",
                                new ProcessChoice("", "example.com/*", "", "", "", "", 0),
                                new FunctionChoice(
                                        List.of("^main"), List.of(), true, SessionOptions.Mode.PAIRS, false, false),
                                ""));
        assertThat(all.rules().get(0).functions().patterns().matches("main.debugPrint"))
                .isFalse();
    }

    @Test
    void shouldLetTheEnvironmentGoBeforeTheFileAndOptionsBeforeBoth() throws Exception {
        Map<String, String> values = new HashMap<>(Map.of(
                "kafka.bootstrap-servers", "other:9092",
                "kafka.config", "/other.properties",
                "kafka.topic-prefix", "other.",
                "spool.folder", "/other",
                "spool.max-mib", "7",
                "collector.label", "other",
                "collector.lanes", "7",
                "budget.process-percent", "7",
                "budget.host-percent", "7",
                "metrics.listen", "127.0.0.7"));
        values.put("metrics.port", "7");
        values.put("rules", "[{processes: {pid: 7}, functions: {include: main.seven}}]");
        assertThat(values.keySet()).containsExactlyInAnyOrderElementsOf(ConfigurationReader.KEYS);
        Configuration file = read(EVERYTHING, Map.of(), List.of());
        Map<String, String> environment = new HashMap<>();
        values.forEach((key, value) -> environment.put(Layers.variable(key), value));
        List<Layers.Given> given = values.entrySet().stream()
                .map(entry -> new Layers.Given("--set", entry.getKey(), entry.getValue()))
                .toList();

        Configuration byEnvironment = read(EVERYTHING, environment, List.of());
        assertThat(byEnvironment.rules().get(0).processes().pid()).isEqualTo(7);
        assertThat(byEnvironment)
                .isEqualTo(read(EVERYTHING, Map.of(), given))
                .isEqualTo(read("", environment, List.of()));
        assertThat(List.of(byEnvironment.kafka(), byEnvironment.spool(), byEnvironment.budget()))
                .doesNotContain(file.kafka(), file.spool(), file.budget());
        assertThat(read("", Map.of("GOROSCOPE_BOOTSTRAP_SERVERS", "known:1"), List.of())
                        .kafka()
                        .bootstrapServers())
                .isEqualTo("known:1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            budget: {process: 3}                  | 1: unknown key 'budget.process'; known are host-percent, process-percent
            \\nspol: {folder: /x}                 | 2: unknown key 'spol'; known are budget, collector, kafka, metrics, rules, spool
            \\n\\nspool: {max-mib: lots}          | 3: spool.max-mib must be a whole number from 1 to 1048576, is 'lots'
            budget: {process-percent: 0}x         | is no YAML
            budget: {process-percent: -1}         | 1: budget.process-percent must be a number above 0.0 and up to 100.0, is '-1'
            collector: {lanes: 257}               | 1: collector.lanes must be a whole number from 1 to 256, is '257'
            metrics: {port: 70000}                | 1: metrics.port must be a whole number from 0 to 65535, is '70000'
            rules: {a: b}                         | 1: rules must be a list: lines that begin with '- '
            rules: [shop]                         | 1: rules[0] must be keys and values
            rules:\\n - functions: {include: x}   | 2: rules[0].processes must say which: binary, module, build-id, cgroup, container, unit or pid
            rules:\\n - processes: {pid: 1}       | 2: rules[0].functions must have 'include': patterns such as 'main.*'
            rules:\\n - processes: {binary: shop} | 2: binary must be a whole path, is 'shop'
            rules:\\n - processes: {binary: '/[a'} | 2: binary '/[a' is no path pattern: Missing ']
            rules:\\n - processes: {container: shop} | 2: container must be at least 12 hexadecimal digits, is 'shop'
            rules:\\n - processes: {pid: 1}\\n   functions: {include: '(', regex: true} | 3: rules[0].functions.include is wrong: cannot read the regular expression '('
            rules:\\n - processes: {pid: 1}\\n   functions: {include: x, mode: all} | 3: rules[0].functions.mode must be one of pairs, count, is 'all'
            spool: [a]                            | 1: spool must be keys and values
            kafka: {config: [a, b]}               | 1: kafka.config must be one value
            collector: {label: a, label: b}       | 1: key 'label' stands there twice
            a: &x [*x]                            | 1: is nested too deeply
            """)
    void shouldSayWhatIsWrongAndOnWhichLine(String text, String message) throws Exception {
        assertThatThrownBy(() -> read(text.replace("\\n", "\n"), Map.of(), List.of()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message)
                .hasMessageStartingWith(folder.resolve("collector.yaml") + ":");
    }

    @Test
    void shouldBeDocumentedKeyByKey() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "configuration.md"));
        assertThat(ConfigurationReader.KEYS).allMatch(key -> page.contains("| `" + key + "` |"));
    }

    private Configuration read(String text, Map<String, String> environment, List<Layers.Given> given)
            throws Exception {
        return Layers.read(Files.writeString(folder.resolve("collector.yaml"), text), environment, given);
    }
}
