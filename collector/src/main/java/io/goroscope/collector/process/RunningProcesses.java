package io.goroscope.collector.process;

import io.goroscope.schemas.UserException;
import java.io.File;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The processes of this host, as /proc lists them. */
public final class RunningProcesses {

    private static final File PROC = new File("/proc");

    private RunningProcesses() {}

    /** All that run now, by id; those that end meanwhile are gone when somebody looks. */
    public static IntStream ids() {
        String[] names = PROC.list();
        if (names == null) {
            throw new UserException("cannot list the processes of this host: /proc cannot be read");
        }
        return Stream.of(names)
                .filter(name -> !name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9'))
                .mapToInt(Integer::parseInt);
    }

    /** The link to the file that a process runs. */
    public static Path executable(int pid) {
        return Path.of("/proc", String.valueOf(pid), "exe");
    }
}
