package io.goroscope.collector.binary;

import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Where gccgo's thread-local {@code runtime.g} is from the thread pointer (fs base).
 *
 * <p>In a program with libgo inside, the program's own thread-local block ends at the thread pointer, and the file says
 * it all. With the shared libgo the block lies below those of the modules that were loaded before it: libgo is loaded
 * at the start, so its block is in the static area, and its distance from the thread pointer is the same in every
 * thread of a process. It is the sum that the loader makes (glibc's {@code _dl_determine_tlsoffset}): for each module in
 * the order of the link map, up to libgo, add its block's size and round up to its alignment.
 * <pre>
 *    … | libgo's block | executable's block | thread pointer
 *      ^ g = thread pointer − offset, plus the symbol's place in the block
 * </pre>
 */
public final class GccgoThreadLocal {

    private static final String SYMBOL = "runtime.g";

    private GccgoThreadLocal() {}

    /**
     * What a module contributes to the sum.
     *
     * @param address of its {@code PT_TLS} segment, of which only the remainder by the alignment matters
     * @param size in memory, bytes; 0 for a module without thread-local variables
     * @param alignment bytes
     * @param goroutine offset of {@code runtime.g} in the block; empty where the module does not define it
     */
    public record Block(long address, long size, long alignment, OptionalLong goroutine) {}

    /**
     * Reads it from a module's file.
     *
     * @throws UserException if it is no ELF file
     */
    public static Block read(Path module) {
        try (Mapping mapping = Mapping.of(module, module.toString())) {
            return block(ElfGate.open(new Bytes(mapping.bytes()), module.toString()));
        } catch (IOException | MalformedException e) {
            throw new UserException("cannot read the library " + module + ": " + e.getMessage(), e);
        }
    }

    /**
     * For a process.
     *
     * @param linkMap the modules in the order in which the loader has them (the executable first, then what it was
     *     linked with, in that order); at least up to the one that defines {@code runtime.g}
     * @return the offset from the thread pointer, bytes, negative; empty if no module of the list defines it
     */
    public static OptionalLong offset(List<Block> linkMap) {
        long offset = 0;
        for (Block block : linkMap) {
            if (block.size() > 0) {
                long unit = Math.max(1, block.alignment());
                long first = -block.address() & (unit - 1);
                offset = roundUp(offset + block.size() - first, unit) + first;
            }
            if (block.goroutine().isPresent()) {
                return OptionalLong.of(block.goroutine().getAsLong() - offset);
            }
        }
        return OptionalLong.empty();
    }

    /** For a program with its own {@code runtime.g}; 0 for one that uses the shared libgo, and for libgo itself. */
    static long inStaticProgram(Elf elf) {
        return elf.isSharedLibrary() ? 0 : offset(List.of(block(elf))).orElse(0);
    }

    private static Block block(Elf elf) {
        OptionalLong symbol = symbol(elf);
        return elf.segments().stream()
                .filter(s -> s.type() == Elf.PT_TLS)
                .findFirst()
                .map(s -> new Block(s.address(), s.memorySize(), s.alignment(), symbol))
                .orElse(new Block(0, 0, 1, OptionalLong.empty()));
    }

    private static OptionalLong symbol(Elf elf) {
        long[] found = {-1};
        Symbols.forEach(elf, Symbols.Symbol.THREAD_LOCAL, s -> {
            if (s.isDefined() && s.name().equals(SYMBOL)) {
                found[0] = s.value();
            }
        });
        return found[0] < 0 ? OptionalLong.empty() : OptionalLong.of(found[0]);
    }

    private static long roundUp(long size, long unit) {
        return (size + unit - 1) / unit * unit;
    }
}
