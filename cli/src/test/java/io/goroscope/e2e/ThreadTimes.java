package io.goroscope.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * CPU time of a process's threads, by their names: what another process takes away from a measured one shows in neither,
 * as it does in throughput.
 */
record ThreadTimes(Map<String, Long> byNameNs) {

    private static final double NS_PER_MS = 1e6;
    private static final double NS_PER_S = 1e9;
    private static final int DEAREST = 8;

    /** As of now; threads that have ended are not in it. */
    static ThreadTimes of(String pid) {
        Map<String, Long> times = new HashMap<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc", pid, "task"))) {
            for (Path task : tasks.toList()) {
                add(task, times);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the threads of pid=" + pid, e);
        }
        return new ThreadTimes(times);
    }

    private static void add(Path task, Map<String, Long> times) throws IOException {
        try {
            String[] onCpu = Files.readString(task.resolve("schedstat")).split(" ");
            times.merge(Files.readString(task.resolve("comm")).strip(), Long.parseLong(onCpu[0]), Long::sum);
        } catch (NoSuchFileException e) {
            // It has ended meanwhile.
        }
    }

    /** What was used between two moments, by each name. */
    ThreadTimes since(ThreadTimes before) {
        Map<String, Long> used = new HashMap<>();
        byNameNs.forEach((name, ns) -> used.put(name, ns - before.byNameNs.getOrDefault(name, 0L)));
        return new ThreadTimes(used);
    }

    /** That of all threads, s. */
    double totalS() {
        return byNameNs.values().stream().mapToLong(Long::longValue).sum() / NS_PER_S;
    }

    /** That of the threads of a name, s. */
    double ofS(String name) {
        return byNameNs.getOrDefault(name, 0L) / NS_PER_S;
    }

    /** The names with most, in ms. */
    String dearest() {
        List<Map.Entry<String, Long>> sorted = byNameNs.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(DEAREST)
                .toList();
        return sorted.stream()
                .map(entry -> String.format(Locale.ROOT, "%s %.0f", entry.getKey(), entry.getValue() / NS_PER_MS))
                .collect(Collectors.joining(", "));
    }
}
