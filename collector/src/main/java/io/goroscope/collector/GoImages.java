package io.goroscope.collector;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.symbols.MemoryMap;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files with Go code that a process runs, by paths that lead to the very files that it has in memory: through
 * {@code /proc/PID/exe} and {@code /proc/PID/root}, so in containers too, and through {@code /proc/PID/map_files} where the
 * name is gone or stands for another file by now.
 */
final class GoImages {

    private static final Pattern EXE = Pattern.compile("/proc/\\d+/exe");
    private static final Pattern ROOT = Pattern.compile("/proc/\\d+/root(/.*)");
    private static final Pattern MAPPED = Pattern.compile("/proc/\\d+/map_files/.*");
    private static final Pattern LIBGO = Pattern.compile("libgo\\.so\\.\\d.*");
    private static final String DELETED = " (deleted)";

    private GoImages() {}

    /**
     * The executable, and the shared libraries with Go code: gccgo's libgo, and what gc made by {@code c-shared}, {@code
     * plugin} or {@code shared}. An executable that is no Go program is left out where a library is one.
     *
     * @throws UserException if the process is gone or may not be looked at
     */
    static List<Path> of(int pid) {
        Path exe = executable(pid);
        List<Path> libraries = new ArrayList<>();
        for (MemoryMap.Region region : libraries(pid)) {
            if (isLibgo(region) || GoBinary.isGo(region.file())) {
                libraries.add(region.file());
            }
        }
        List<Path> images = new ArrayList<>();
        // Where nothing is Go, the executable is what the user has to be told about.
        if (libraries.isEmpty() || libraries.stream().anyMatch(GoImages::isLibgo) || GoBinary.isGo(exe)) {
            images.add(exe);
        }
        images.addAll(libraries);
        return images;
    }

    /** The libgo that a process has loaded. */
    static Optional<Path> libgo(int pid) {
        return libraries(pid).stream()
                .filter(GoImages::isLibgo)
                .map(MemoryMap.Region::file)
                .findFirst();
    }

    /** What a path means to a process, such as one in a container; empty if it does not exist there. */
    static Optional<Path> seenBy(int pid, Path path) {
        if (!path.isAbsolute()) {
            return Optional.empty();
        }
        Path exe = executable(pid);
        if (displayPath(exe).equals(path.toString())) {
            return Optional.of(exe); // also if the file was replaced since
        }
        for (MemoryMap.Region region : libraries(pid)) {
            if (region.path().equals(path.toString())) {
                return Optional.of(region.file());
            }
        }
        Path inside = Path.of("/proc/" + pid + "/root" + path);
        return Files.exists(inside) ? Optional.of(inside) : Optional.empty();
    }

    private static Path executable(int pid) {
        Path exe = Path.of("/proc", String.valueOf(pid), "exe");
        try {
            // The link of a kernel thread or a zombie has no target.
            Files.readSymbolicLink(exe);
            return exe;
        } catch (IOException e) {
            throw unreadable(pid, e);
        }
    }

    private static List<MemoryMap.Region> libraries(int pid) {
        String executable = displayPath(executable(pid));
        Set<String> seen = new HashSet<>(Set.of(executable));
        List<MemoryMap.Region> libraries = new ArrayList<>();
        try {
            for (MemoryMap.Region region : MemoryMap.read(pid).regions()) {
                if (seen.add(region.path())) {
                    libraries.add(region);
                }
            }
        } catch (IOException e) {
            throw unreadable(pid, e);
        }
        return libraries;
    }

    private static boolean isLibgo(MemoryMap.Region region) {
        return LIBGO.matcher(Path.of(region.path()).getFileName().toString()).matches();
    }

    /** True for a path of gccgo's shared library, whatever way it is written. */
    static boolean isLibgo(Path image) {
        Path name = Path.of(displayPath(image)).getFileName();
        return name != null && LIBGO.matcher(name.toString()).matches();
    }

    private static UserException unreadable(int pid, IOException e) {
        Path process = Path.of("/proc", String.valueOf(pid));
        if (e instanceof NoSuchFileException) {
            return new UserException(
                    Files.exists(process)
                            ? "cannot trace pid=" + pid + ": it has no executable (a kernel thread, or it has ended)"
                            : "cannot trace pid=" + pid + ": no such process",
                    e);
        }
        if (e instanceof AccessDeniedException) {
            return new UserException(
                    "cannot look at pid=" + pid + ": permission denied; run as root or with CAP_SYS_PTRACE", e);
        }
        return new UserException("cannot look at pid=" + pid + ": " + e.getMessage(), e);
    }

    /** The path that a user knows: where a link of /proc points, and what is behind {@code /proc/PID/root}. */
    static String displayPath(Path image) {
        Matcher root = ROOT.matcher(image.toString());
        if (root.matches()) {
            return root.group(1);
        }
        if (EXE.matcher(image.toString()).matches()
                || MAPPED.matcher(image.toString()).matches()) {
            try {
                String target = Files.readSymbolicLink(image).toString();
                return target.endsWith(DELETED) ? target.substring(0, target.length() - DELETED.length()) : target;
            } catch (IOException e) {
                return image.toString(); // gone since: opening it will say so
            }
        }
        return image.toAbsolutePath().normalize().toString();
    }
}
