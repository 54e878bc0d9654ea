package io.goroscope.collector.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a rule may ask of a process; read from /proc when it is asked. */
public final class ProcessFacts {

    private static final int GROUP_FIELD = 2;

    private final int pid;
    private List<String> groups;

    public ProcessFacts(int pid) {
        this.pid = pid;
    }

    int pid() {
        return pid;
    }

    /** Paths of its control groups: one by version 2, several by version 1; none where it is gone. */
    List<String> controlGroups() {
        if (groups == null) {
            // Lines such as 0::/system.slice/shop.service
            try (Stream<String> lines = Files.lines(Path.of("/proc", String.valueOf(pid), "cgroup"))) {
                groups = lines.map(line -> line.split(":", GROUP_FIELD + 1))
                        .filter(fields -> fields.length > GROUP_FIELD)
                        .map(fields -> fields[GROUP_FIELD])
                        .distinct()
                        .toList();
            } catch (IOException | UncheckedIOException e) {
                groups = List.of();
            }
        }
        return groups;
    }

    /** The names on these paths. */
    Stream<String> controlGroupNames() {
        return controlGroups().stream().flatMap(path -> Stream.of(path.split("/")));
    }
}
