package io.goroscope.collector.binary;

import io.goroscope.collector.plan.GoFunction;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Reads the code of one function after the other, through a window on the file that is read at once: the code of a big
 * program is 40 MB, and mapped pages of it would count as this process's memory.
 *
 * <p>Not safe for use by several threads; each takes its own.
 */
public final class CodeReader {

    private static final int WINDOW = 1 << 18;

    /** Read for a function that does not follow the one before it. */
    private static final int FEW = 1 << 14;

    private final Elf elf;
    private final Mapping file;
    private final byte[] window = new byte[WINDOW];
    private long windowStart;
    private int windowSize;

    CodeReader(Elf elf, Mapping file) {
        this.elf = elf;
        this.file = file;
    }

    /**
     * The code of a function, from the array's start on.
     *
     * @param buffer is filled where it is large enough
     * @return the same, or a larger one
     * @throws MalformedException where the file does not hold it
     */
    public byte[] read(GoFunction function, byte[] buffer) {
        int size = (int) elf.at(function.address()).slice(0, function.size()).size();
        long offset = elf.fileOffset(function.address());
        byte[] code = buffer.length < size ? new byte[size + size / 4] : buffer;
        try {
            if (size > WINDOW) {
                require(file.copy(offset, code, size), size, offset);
                return code;
            }
            if (offset < windowStart || offset + size > windowStart + windowSize) {
                boolean next = offset >= windowStart && offset - windowStart < 2 * WINDOW;
                windowSize = file.copy(offset, window, next ? WINDOW : Math.max(FEW, size));
                windowStart = offset;
                require(windowSize, size, offset);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read code", e);
        }
        System.arraycopy(window, (int) (offset - windowStart), code, 0, size);
        return code;
    }

    private static void require(int read, int size, long offset) {
        if (read < size) {
            throw new MalformedException("the file ends at " + (offset + read) + ", in the middle of a function");
        }
    }
}
