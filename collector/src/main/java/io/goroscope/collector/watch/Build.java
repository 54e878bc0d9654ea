package io.goroscope.collector.watch;

import io.goroscope.collector.rules.Rule;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One file that processes run, and what was attached to it. Changed by the watch's thread only. */
final class Build {

    final FileKey key;
    final String path;
    final String buildId;
    /** The rules that may want processes of it, by what they ask of the file; in their order. */
    final List<Rule> rules;

    private final Map<Rule, WatchedScope> scopes = new LinkedHashMap<>();
    private final Set<Rule> failed = new HashSet<>();
    private Path file;
    private int unused;

    Build(FileKey key, String path, String buildId, List<Rule> rules) {
        this.key = key;
        this.path = path;
        this.buildId = buildId;
        this.rules = List.copyOf(rules);
        this.file = Path.of(path);
    }

    Map<Rule, WatchedScope> scopes() {
        return scopes;
    }

    /** Rules that could not be attached: tried once for each file, since it would fail again. */
    Set<Rule> failed() {
        return failed;
    }

    /** Where it was opened when it was met first. */
    Path file() {
        return file;
    }

    void openBy(Path way) {
        file = way;
    }

    /** Counts how often nobody was found to need it. */
    int unused(boolean now) {
        unused = now ? unused + 1 : 0;
        return unused;
    }

    /** True while its path still leads to it. */
    boolean isInstalled() {
        return FileKey.of(Path.of(path)).filter(key::equals).isPresent();
    }
}
