package io.goroscope.collector.spool;

import io.goroscope.schemas.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file of the queue.
 *
 * @param file where it is
 * @param number its place in the queue; also below 0
 * @param dictionary true where it holds the dictionary
 */
record Segment(Path file, long number, boolean dictionary) {

    private static final Pattern NAME = Pattern.compile("(events|dictionary)-(-?\\d{1,18})\\.avro");

    /** The dictionary first, so that names are there before what they name; then by number. */
    static final Comparator<Segment> ORDER =
            Comparator.comparing((Segment s) -> !s.dictionary()).thenComparingLong(Segment::number);

    static Segment of(Path folder, long number, boolean dictionary) {
        String name = (dictionary ? "dictionary-" : "events-") + number + ".avro";
        return new Segment(folder.resolve(name), number, dictionary);
    }

    /** The segments in a folder, oldest first. */
    static List<Segment> in(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(Segment::parse)
                    .flatMap(Optional::stream)
                    .sorted(ORDER)
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static Optional<Segment> parse(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        return name.matches()
                ? Optional.of(new Segment(
                        file, Long.parseLong(name.group(2)), name.group(1).equals("dictionary")))
                : Optional.empty();
    }

    /** True for records that belong into such a segment. */
    static boolean isDictionary(Topics.Kind kind) {
        return kind == Topics.Kind.FUNCTIONS;
    }

    /** Its size, bytes; 0 where it is gone. */
    long bytes() {
        try {
            return Files.size(file);
        } catch (IOException e) {
            // Somebody removed it, or the disk fails: there is nothing to bound.
            return 0;
        }
    }
}
