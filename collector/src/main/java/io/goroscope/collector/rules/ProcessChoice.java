package io.goroscope.collector.rules;

import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which processes: all conditions that are there must hold.
 *
 * @param binary glob of the executable's path as the process sees it ({@code *} within a folder, {@code **} across), or empty
 * @param module glob of the main module's path ({@code *} stands for anything), or empty
 * @param buildId the build id or its first digits, or empty
 * @param cgroup glob of a control group's path ({@code **} for those below as well), or empty
 * @param container the container's id or its first digits, or empty
 * @param unit name of the systemd unit, such as {@code shop.service}, or empty
 * @param pid process id, or 0
 */
public record ProcessChoice(
        String binary, String module, String buildId, String cgroup, String container, String unit, int pid) {

    /** A shorter one would be found in names of other things. */
    private static final int LEAST_CONTAINER_DIGITS = 12;

    private static final int LEAST_BUILD_DIGITS = 7;

    public ProcessChoice {
        requireGlob("binary", binary);
        requireGlob("cgroup", cgroup);
        if (!binary.isEmpty() && !binary.startsWith("/") && !binary.startsWith("*")) {
            throw new IllegalArgumentException("binary must be a whole path, is '" + binary + "'");
        }
        requireDigits("container", container, LEAST_CONTAINER_DIGITS);
        requireDigits("build-id", buildId, LEAST_BUILD_DIGITS);
    }

    private static void requireGlob(String key, String glob) {
        try {
            matcher(glob);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(key + " '" + glob + "' is no path pattern: " + e.getDescription(), e);
        }
    }

    private static void requireDigits(String key, String text, int least) {
        if (!text.isEmpty() && !text.matches("[0-9a-f]{" + least + ",}")) {
            throw new IllegalArgumentException(
                    key + " must be at least " + least + " hexadecimal digits, is '" + text + "'");
        }
    }

    private static PathMatcher matcher(String glob) {
        return FileSystems.getDefault().getPathMatcher("glob:" + glob);
    }

    /** True where no condition is there. */
    public boolean isEmpty() {
        return !asksFile() && !asksProcess();
    }

    private boolean asksFile() {
        return !binary.isEmpty() || !module.isEmpty() || !buildId.isEmpty();
    }

    /** True where not every process of a file is meant. */
    public boolean asksProcess() {
        return !cgroup.isEmpty() || !container.isEmpty() || !unit.isEmpty() || pid != 0;
    }

    /** Whether the file's path alone fits, which is cheaper to know than {@link #fitsFile}. */
    public boolean fitsPath(String path) {
        return binary.isEmpty() || matches(binary, path);
    }

    /** Whether what is asked of the file holds. */
    public boolean fitsFile(FileFacts file) {
        return fitsPath(file.path())
                && (module.isEmpty() || file.module().matches(wildcard(module)))
                && file.buildId().startsWith(buildId);
    }

    /** Whether what is asked of the process itself holds. */
    public boolean fitsProcess(ProcessFacts process) {
        return (pid == 0 || pid == process.pid())
                && (cgroup.isEmpty() || process.controlGroups().stream().anyMatch(path -> matches(cgroup, path)))
                && (container.isEmpty() || process.controlGroupNames().anyMatch(this::isContainer))
                && (unit.isEmpty() || process.controlGroupNames().anyMatch(unit::equals));
    }

    /** Names such as {@code docker-ID.scope}, {@code cri-containerd-ID.scope}, {@code ID}. */
    private boolean isContainer(String name) {
        int at = name.indexOf(container);
        return at == 0 || (at > 0 && name.charAt(at - 1) == '-');
    }

    private static boolean matches(String glob, String path) {
        try {
            return matcher(glob).matches(Path.of(path));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static String wildcard(String glob) {
        StringBuilder expression = new StringBuilder();
        for (String part : glob.split("\\*", -1)) {
            expression.append(expression.isEmpty() ? "" : ".*").append(part.isEmpty() ? "(?:)" : quote(part));
        }
        return expression.toString();
    }

    private static String quote(String text) {
        return Pattern.quote(text);
    }
}
