package io.goroscope.collector.watch;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.plan.Image;
import io.goroscope.collector.process.RunningProcesses;
import io.goroscope.collector.rules.FileFacts;
import io.goroscope.collector.rules.ProcessFacts;
import io.goroscope.collector.rules.Rule;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Which rules may want what runs a file. */
final class FileJudge {

    private static final String DELETED = " (deleted)";

    private final List<Rule> rules;

    FileJudge(List<Rule> rules) {
        this.rules = rules;
    }

    /**
     * Judges a file; most are none of ours, and are not even opened.
     *
     * @param file where it can be opened
     * @param path as its processes see it
     * @throws UserException if a rule names its path and it may not be read
     */
    Build judge(FileKey key, Path file, String path) {
        List<Rule> byPath =
                rules.stream().filter(rule -> rule.processes().fitsPath(path)).toList();
        if (byPath.isEmpty()) {
            return new Build(key, path, "", List.of());
        }
        try (GoBinary binary = GoBinary.open(file, path)) {
            Image image = binary.image();
            FileFacts facts = new FileFacts(path, image.module(), image.buildId());
            return new Build(
                    key,
                    path,
                    image.buildId(),
                    byPath.stream()
                            .filter(rule -> rule.processes().fitsFile(facts))
                            .toList());
        } catch (UserException e) {
            boolean named =
                    byPath.stream().anyMatch(rule -> !rule.processes().binary().isEmpty());
            if (named && e.getCause() instanceof AccessDeniedException) {
                throw e;
            }
            return new Build(key, path, "", List.of()); // no Go program
        }
    }

    /** The rule that a process belongs to, by what it asks of the process; what it asks of the file holds. */
    static Optional<Rule> ruleOf(List<Rule> ofFile, int pid) {
        ProcessFacts facts = new ProcessFacts(pid);
        return ofFile.stream()
                .filter(rule -> rule.processes().fitsProcess(facts))
                .findFirst();
    }

    /** The path of what a process runs, as it sees it; empty where it has ended or may not be looked at. */
    static Optional<String> pathOf(int pid) {
        try {
            String path =
                    Files.readSymbolicLink(RunningProcesses.executable(pid)).toString();
            return Optional.of(path.endsWith(DELETED) ? path.substring(0, path.length() - DELETED.length()) : path);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The way to a process's file: its path where that leads to it here, since it works longer; else by the process. */
    static Path fileOf(FileKey key, String path, int pid) {
        Path here = Path.of(path);
        return FileKey.of(here).filter(key::equals).isPresent() ? here : RunningProcesses.executable(pid);
    }
}
