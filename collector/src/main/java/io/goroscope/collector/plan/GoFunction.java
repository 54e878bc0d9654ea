package io.goroscope.collector.plan;

/**
 * A function of an image.
 *
 * @param index its number in the image, deterministic from the file alone: for gc its place in pclntab, for gccgo its
 *     place among the symbols ordered by address. With the build id it is the function's name on the wire.
 * @param name as the Go linker writes it: {@code main.(*T).Do}, {@code main.Map[go.shape.int]}, {@code main.f.func1}
 * @param address virtual address of its first instruction
 * @param size bytes of code
 * @param file source file, or empty where unknown
 * @param line line of the function's start, or 0
 * @param assembly true for a function written in assembly, whose conventions are its own
 * @param inlinedCopies how many times the compiler inlined it elsewhere: calls that no probe here can see
 */
public record GoFunction(
        int index, String name, long address, long size, String file, int line, boolean assembly, int inlinedCopies) {

    /** The same with another place in the source. */
    public GoFunction withSource(String otherFile, int otherLine) {
        return new GoFunction(index, name, address, size, otherFile, otherLine, assembly, inlinedCopies);
    }
}
