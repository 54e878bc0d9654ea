package io.goroscope.collector.process;

import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Claims by a file that all collectors of a host share: one byte of it for each process (its id and its start) and label,
 * at an offset that is their hash, locked by {@code fcntl(2)}. Nothing is ever written, and the kernel releases the locks of a
 * collector that dies, however it does.
 *
 * <p>Such locks belong to the process: two collectors in one JVM tell each other apart as well, but the first that
 * closes its locks lets go of both's. May be used by several threads.
 */
public final class ProcessLocks implements Claims, AutoCloseable {

    private static final String FOLDER = "goroscope";
    private static final String FILE = "processes.lock";
    private static final Path TABLE = Path.of("/proc/locks");
    private static final Pattern ROW = Pattern.compile("\\d+: POSIX +ADVISORY +WRITE +(\\d+) \\S+ (\\d+) \\2");

    private final FileChannel file;
    private final String label;
    private final Map<Long, Taken> taken = new HashMap<>();

    private static final class Taken {
        private final FileLock lock;
        private int times = 1;

        Taken(FileLock lock) {
            this.lock = lock;
        }
    }

    private ProcessLocks(FileChannel file, String label) {
        this.file = file;
        this.label = label;
    }

    /**
     * Opens the file of this host.
     *
     * @param label the collector's; those of different labels do not exclude each other. May be empty
     * @throws UserException if there is no place for it
     */
    public static ProcessLocks open(String label) {
        List<String> tried = new ArrayList<>();
        for (Path folder : folders()) {
            try {
                return open(folder, label);
            } catch (IOException e) {
                tried.add(folder.toString());
            }
        }
        throw new UserException("cannot lock the processes that are traced: none of " + String.join(", ", tried)
                + " can be written; give this user a folder in XDG_RUNTIME_DIR");
    }

    static ProcessLocks open(Path folder, String label) throws IOException {
        Files.createDirectories(folder);
        return new ProcessLocks(
                FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE), label);
    }

    /** The host's own folder first, where the collector is in a container that sees the host's processes. */
    private static List<Path> folders() {
        String ofUser = System.getenv("XDG_RUNTIME_DIR");
        return Stream.of(
                        Optional.of(Path.of("/proc/1/root/run")),
                        Optional.of(Path.of("/run")),
                        Optional.ofNullable(ofUser)
                                .filter(text -> !text.isEmpty())
                                .map(Path::of),
                        Optional.of(Path.of(System.getProperty("java.io.tmpdir"))))
                .flatMap(Optional::stream)
                .map(parent -> parent.resolve(FOLDER))
                .toList();
    }

    @Override
    public synchronized boolean take(ProcessIdentity process) {
        long offset = offset(process);
        Taken known = taken.get(offset);
        if (known != null) {
            known.times++;
            return true;
        }
        try {
            FileLock lock = file.tryLock(offset, 1, false);
            if (lock == null) {
                return false;
            }
            taken.put(offset, new Taken(lock));
            return true;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot lock pid=" + process.pid(), e);
        }
    }

    @Override
    public synchronized void release(ProcessIdentity process) {
        long offset = offset(process);
        Taken known = taken.get(offset);
        if (known != null && --known.times == 0) {
            taken.remove(offset);
            try {
                known.lock.release();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot unlock pid=" + process.pid(), e);
            }
        }
    }

    /**
     * Looks, before anything is attached, whether a process is free.
     *
     * @throws UserException if another collector has it
     */
    public void requireFree(ProcessIdentity process) {
        if (!take(process)) {
            throw refusal(process);
        }
        release(process);
    }

    private UserException refusal(ProcessIdentity process) {
        return new UserException(refusal(process.pid(), holder(process)));
    }

    /** What is said of a process that another collector has. */
    public static String refusal(int pid, String holder) {
        return "pid=" + pid + " is traced already by " + (holder.isEmpty() ? "another collector" : holder)
                + "; stop that one, or give this one a --label of its own";
    }

    @Override
    public String holder(ProcessIdentity process) {
        String offset = String.valueOf(offset(process));
        try (Stream<String> rows = Files.lines(TABLE)) {
            return rows.map(ROW::matcher)
                    .filter(Matcher::find)
                    .filter(row -> row.group(2).equals(offset) && !row.group(1).equals("0"))
                    .map(row -> "the collector with pid=" + row.group(1))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    /** A hash in 62 bits (FNV-1a, 64 bits): that two processes share one is not to be expected in a host's life. */
    private long offset(ProcessIdentity process) {
        long hash = 0xcbf29ce484222325L;
        String text = process.pid() + ":" + process.startTicks() + ":" + label;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash >>> 2;
    }

    /** Lets go of all. */
    @Override
    public synchronized void close() {
        taken.clear();
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + FILE, e);
        }
    }
}
