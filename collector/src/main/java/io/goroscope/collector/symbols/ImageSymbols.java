package io.goroscope.collector.symbols;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.schemas.UserException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The functions of one file, by address. */
final class ImageSymbols implements AutoCloseable {

    private final GoBinary binary;

    private ImageSymbols(GoBinary binary) {
        this.binary = binary;
    }

    /** Opens a file; empty for one that is gone or has no Go functions. */
    static Optional<ImageSymbols> open(Path file, String displayPath) {
        try {
            return Optional.of(new ImageSymbols(GoBinary.open(file, displayPath)));
        } catch (UserException e) {
            return Optional.empty();
        }
    }

    /**
     * The function at an address and what was inlined into it there, the innermost first; empty where there is none.
     *
     * @param address as the program headers number it
     */
    List<StackSymbols.Frame> frames(long address) {
        int index = binary.functionAt(address);
        if (index < 0) {
            return List.of();
        }
        GoFunction function = binary.function(index);
        if (address - function.address() >= function.size()) {
            return List.of();
        }
        return binary.framesAt(address).stream()
                .map(frame -> new StackSymbols.Frame(frame.function(), frame.file(), frame.line(), frame.inlined()))
                .toList();
    }

    /** The address of an offset in the file; −1 where none is. */
    long address(long offset) {
        return binary.address(offset);
    }

    @Override
    public void close() {
        binary.close();
    }
}
