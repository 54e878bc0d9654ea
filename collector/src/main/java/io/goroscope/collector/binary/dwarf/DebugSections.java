package io.goroscope.collector.binary.dwarf;

import io.goroscope.collector.binary.Bytes;
import io.goroscope.collector.binary.MalformedException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The debug sections of a file, inflated when they are first asked for. */
public final class DebugSections {

    /** Debug information of the largest Go programs is some 100 MB; a header can claim anything. */
    private static final long MOST_BYTES = 1L << 30;

    /** Deflate makes at most 1032 bytes of one (zlib's own documentation), so a claim of more is a lie. */
    private static final long LARGEST_RATIO = 1032;

    private static final int COMPRESSION_HEADER = 24;
    private static final int ELF_COMPRESSED_ZLIB = 1;

    /** Finds a section by its name. */
    @FunctionalInterface
    public interface Finder {
        /** Its bytes as they are in the file, or empty. */
        Optional<Raw> find(String name);
    }

    /**
     * A section as it is in the file.
     *
     * @param compressed true where the ELF header flags it as compressed
     */
    public record Raw(Bytes bytes, boolean compressed) {}

    private final Finder finder;
    private final Map<String, Bytes> read = new HashMap<>();

    public DebugSections(Finder finder) {
        this.finder = finder;
    }

    /** True where there is any debug information. */
    public boolean exist() {
        return finder.find(".debug_info").isPresent()
                || finder.find(".zdebug_info").isPresent();
    }

    /**
     * A section's bytes; none where the file does not have it.
     *
     * @param name without prefix, such as {@code info}
     */
    Bytes get(String name) {
        return read.computeIfAbsent(name, key -> finder.find(".debug_" + key)
                .map(raw -> raw.compressed() ? inflateElf(raw.bytes()) : raw.bytes())
                .or(() -> finder.find(".zdebug_" + key).map(raw -> inflateGnu(raw.bytes())))
                .orElseGet(() -> new Bytes(ByteBuffer.allocate(0))));
    }

    /** gABI: {@code Elf64_Chdr} of type, reserved, size (8 bytes), alignment (8 bytes). */
    private static Bytes inflateElf(Bytes section) {
        if (section.i32(0) != ELF_COMPRESSED_ZLIB) {
            throw new MalformedException("a debug section is compressed by method " + section.i32(0));
        }
        return inflate(section, COMPRESSION_HEADER, section.i64(8));
    }

    /** {@code ZLIB}, then the size, big-endian: what GNU tools and Go up to 1.18 called {@code .zdebug_}. */
    private static Bytes inflateGnu(Bytes section) {
        if (!section.matches(0, new byte[] {'Z', 'L', 'I', 'B'})) {
            return section;
        }
        return inflate(section, 12, Long.reverseBytes(section.i64(4)));
    }

    private static Bytes inflate(Bytes section, int from, long size) {
        long input = section.size() - from;
        if (size < 0 || size > MOST_BYTES || size / LARGEST_RATIO > input) {
            throw new MalformedException("a debug section claims to inflate to " + size + " bytes");
        }
        Inflater inflater = new Inflater();
        try {
            byte[] bytes = new byte[(int) size];
            inflater.setInput(section.from(from).view());
            int done = 0;
            while (done < bytes.length) {
                int more = inflater.inflate(bytes, done, bytes.length - done);
                if (more == 0) {
                    throw new MalformedException("a debug section ends after " + done + " of " + size + " bytes");
                }
                done += more;
            }
            return new Bytes(ByteBuffer.wrap(bytes));
        } catch (DataFormatException e) {
            throw new MalformedException("a compressed debug section is broken: " + e.getMessage());
        } finally {
            inflater.end();
        }
    }
}
