package io.goroscope.collector.config;

import io.goroscope.collector.config.Setting.Place;
import io.goroscope.collector.config.Setting.Section;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Lays the sources of a configuration over each other: the file, then the environment, then the command line. */
public final class Layers {

    /** What comes before a key in the environment: {@code budget.process-percent} is GOROSCOPE_BUDGET_PROCESS_PERCENT. */
    private static final String ENVIRONMENT = "GOROSCOPE_";

    /** The name that every command reads. */
    private static final String SERVERS = "kafka.bootstrap-servers";

    private static final String SERVERS_OF_ALL = "GOROSCOPE_BOOTSTRAP_SERVERS";

    /**
     * One setting of the command line.
     *
     * @param option as the user wrote it, for messages
     * @param key such as {@code budget.process-percent}
     * @param value YAML
     */
    public record Given(String option, String key, String value) {}

    private Layers() {}

    /**
     * Reads a configuration.
     *
     * @param file the YAML file, or null
     * @param environment such as {@code System.getenv()}
     * @param overrides of the command line; a later one goes before an earlier one
     * @throws UserException what is wrong, and on which line
     */
    public static Configuration read(Path file, Map<String, String> environment, List<Given> overrides) {
        Section root = file == null ? Section.empty(new Place("the configuration", 0)) : read(file);
        for (String key : ConfigurationReader.KEYS) {
            String name = variable(key);
            if (key.equals(SERVERS) && !environment.containsKey(name)) {
                name = SERVERS_OF_ALL;
            }
            String value = environment.get(name);
            if (value != null && !value.isEmpty()) {
                put(root, name, key, value);
            }
        }
        for (Given each : overrides) {
            if (!ConfigurationReader.KEYS.contains(each.key())) {
                throw new UserException(each.option() + ": unknown key '" + each.key() + "'; known are "
                        + String.join(", ", ConfigurationReader.KEYS));
            }
            put(root, each.option(), each.key(), each.value());
        }
        return ConfigurationReader.read(root);
    }

    /** The environment variable of a key. */
    public static String variable(String key) {
        return ENVIRONMENT + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private static Section read(Path file) {
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return YamlSource.file(file.toString(), in);
        } catch (IOException e) {
            throw new UserException(
                    "cannot read --config " + file + ": " + e.getClass().getSimpleName() + " " + e.getMessage(), e);
        }
    }

    private static void put(Section root, String source, String key, String value) {
        Place place = new Place(source, 0);
        Section section = root;
        String[] words = key.split("\\.");
        for (int i = 0; i < words.length - 1; i++) {
            Setting.Key name = new Setting.Key(words[i], place);
            // What is there and is no section is refused by its line, unless it is overridden.
            if (!(section.entries().get(name) instanceof Section)) {
                section.entries().put(name, Section.empty(place));
            }
            section = (Section) section.entries().get(name);
        }
        section.entries().put(new Setting.Key(words[words.length - 1], place), YamlSource.value(source, value));
    }
}
