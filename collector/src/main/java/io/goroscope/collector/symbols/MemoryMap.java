package io.goroscope.collector.symbols;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The files whose code a process has in its memory, and where. */
public final class MemoryMap {

    /** {@code start-end perms offset dev inode path} */
    private static final Pattern LINE =
            Pattern.compile("([0-9a-f]{1,16})-([0-9a-f]{1,16}) (\\S{4}) ([0-9a-f]{1,16}) (\\S+) (\\d+)\\s*(.*)");

    /** What no path is made of: bytes that are no UTF-8, the kernel's {@code \\012} for a line's end, a zero. */
    private static final Pattern UNREADABLE = Pattern.compile("\ufffd|\\\\012|\0");

    private static final String DELETED = " (deleted)";

    private final List<Region> regions;

    /**
     * A stretch of code.
     *
     * @param start virtual address
     * @param end the first address behind it
     * @param offset of the start in the file, bytes
     * @param path as the process sees it, without the mark of a deleted file
     * @param file what can be opened: through the process' root, or by the mapping itself where the name is gone
     */
    public record Region(long start, long end, long offset, String path, Path file) {

        boolean contains(long address) {
            return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end) < 0;
        }

        /** Where an address is in the file, bytes. */
        long offsetOf(long address) {
            return address - start + offset;
        }
    }

    private MemoryMap(List<Region> regions) {
        this.regions = List.copyOf(regions);
    }

    /**
     * Reads the map of a process as it is now; empty where it has ended.
     *
     * @throws IOException if it may not be looked at
     */
    public static MemoryMap read(int pid) throws IOException {
        Path process = Path.of("/proc", String.valueOf(pid));
        return parse(process, Files.readAllBytes(process.resolve("maps")));
    }

    /** @param text of the file; a path in it may hold any byte but zero, and the kernel writes a line's end as {@code \\012} */
    static MemoryMap parse(Path process, byte[] text) {
        List<Region> regions = new ArrayList<>();
        for (String line : new String(text, StandardCharsets.UTF_8).split("\n", -1)) {
            parse(process, line).ifPresent(regions::add);
        }
        return new MemoryMap(regions);
    }

    static MemoryMap none() {
        return new MemoryMap(List.of());
    }

    /** Only code that comes from a file. */
    private static Optional<Region> parse(Path process, String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()
                || matcher.group(3).charAt(2) != 'x'
                || !matcher.group(7).startsWith("/")) {
            return Optional.empty();
        }
        String path = matcher.group(7);
        boolean deleted = path.endsWith(DELETED);
        // The links of map_files lead to the very file that is mapped, whatever became of its name, and whatever is in
        // it.
        Path file = deleted || UNREADABLE.matcher(path).find()
                ? process.resolve("map_files").resolve(matcher.group(1) + "-" + matcher.group(2))
                : Path.of(process + "/root" + path);
        return Optional.of(new Region(
                Long.parseUnsignedLong(matcher.group(1), 16),
                Long.parseUnsignedLong(matcher.group(2), 16),
                Long.parseUnsignedLong(matcher.group(4), 16),
                deleted ? path.substring(0, path.length() - DELETED.length()) : path,
                file));
    }

    /** All of them, in order of address. */
    public List<Region> regions() {
        return regions;
    }

    Optional<Region> at(long address) {
        return regions.stream().filter(region -> region.contains(address)).findFirst();
    }
}
