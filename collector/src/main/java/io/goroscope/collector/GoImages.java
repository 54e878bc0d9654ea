package io.goroscope.collector;

import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The files with Go code that a process runs. */
final class GoImages {

    private static final Pattern LIBGO = Pattern.compile("(/\\S*/libgo\\.so\\.\\d+\\S*)");
    private static final Pattern EXE = Pattern.compile("/proc/\\d+/exe");
    private static final Pattern ROOT = Pattern.compile("/proc/\\d+/root(/.*)");

    private GoImages() {}

    /**
     * The executable, as {@code /proc/PID/exe}, which still is the right file when its path was replaced; and gccgo's
     * shared library where it is mapped, as the process sees it.
     *
     * @throws UserException if the process is gone or may not be looked at
     */
    static List<Path> of(int pid) {
        Path process = Path.of("/proc", String.valueOf(pid));
        List<Path> images = new ArrayList<>();
        images.add(process.resolve("exe"));
        try {
            // The link of a kernel thread or a zombie has no target.
            Files.readSymbolicLink(process.resolve("exe"));
            Set<String> libraries = new LinkedHashSet<>();
            for (String line : Files.readAllLines(process.resolve("maps"), StandardCharsets.UTF_8)) {
                Matcher matcher = LIBGO.matcher(line);
                if (matcher.find()) {
                    libraries.add(matcher.group(1));
                }
            }
            libraries.forEach(library -> images.add(Path.of(process + "/root" + library)));
        } catch (NoSuchFileException e) {
            throw new UserException(
                    Files.exists(process)
                            ? "cannot trace pid=" + pid + ": it has no executable (a kernel thread, or it has ended)"
                            : "cannot trace pid=" + pid + ": no such process",
                    e);
        } catch (AccessDeniedException e) {
            throw new UserException(
                    "cannot look at pid=" + pid + ": permission denied; run as root or with CAP_SYS_PTRACE", e);
        } catch (IOException e) {
            throw new UserException("cannot look at pid=" + pid + ": " + e.getMessage(), e);
        }
        return images;
    }

    /** The path that a user knows: where {@code /proc/PID/exe} points, and what is behind {@code /proc/PID/root}. */
    static String displayPath(Path image) {
        Matcher root = ROOT.matcher(image.toString());
        if (root.matches()) {
            return root.group(1);
        }
        if (EXE.matcher(image.toString()).matches()) {
            try {
                return Files.readSymbolicLink(image).toString();
            } catch (IOException e) {
                return image.toString(); // gone since: opening it will say so
            }
        }
        return image.toAbsolutePath().normalize().toString();
    }
}
