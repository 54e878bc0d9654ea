package io.goroscope.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * What one line of {@code trace --json} says of a call.
 *
 * @param event {@code entry} or {@code return}
 * @param names of the values
 * @param values arguments or results, as a person would read them
 * @param text what the format made of them; empty where there was none
 */
record TracedLine(String function, String event, List<String> names, List<String> values, String text) {

    /** Runs {@code trace --json} to its end. */
    static List<TracedLine> of(String... arguments) {
        List<String> words = new ArrayList<>(List.of("trace", "--json"));
        words.addAll(List.of(arguments));
        try (Terminal terminal = Terminal.start(words.toArray(new String[0]))) {
            return terminal.jsonLines().stream().map(TracedLine::of).toList();
        }
    }

    static TracedLine of(JsonNode line) {
        return new TracedLine(
                line.get("function").asText(),
                line.get("event").asText(),
                each(line.get("args"), "name"),
                each(line.get("args"), "text"),
                line.path("text").asText());
    }

    private static List<String> each(JsonNode args, String field) {
        return StreamSupport.stream(args.spliterator(), false)
                .map(arg -> arg.get(field).asText())
                .toList();
    }

    @Override
    public String toString() {
        return function + " " + event + " " + (text.isEmpty() ? values : text);
    }
}
