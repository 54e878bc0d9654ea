package io.goroscope.collector.plan;

/**
 * What the BPF programs have to know about the Go runtime in an image.
 *
 * @param segmentedStacks true for gccgo, whose frames are keyed by SP itself, since its stacks never move but have
 *     segments
 * @param goidOffset offset of {@code goid} in {@code struct g}, bytes
 * @param stackLoOffset offset of {@code stack.lo} in {@code struct g}, bytes; unused with segmented stacks
 * @param stackHiOffset offset of {@code stack.hi} in {@code struct g}, bytes; unused with segmented stacks
 * @param goroutineTlsOffset where the thread-local {@code g} is from the thread pointer (fs base), bytes; −8 for gc;
 *     0 where it depends on the process (gccgo with the shared libgo) and nobody has looked at that yet: {@code g} cannot
 *     be read then
 * @param morestackReturnAddress gccgo: virtual address in the image of the instruction after {@code call *%r10} in
 *     {@code __morestack}, else 0
 */
public record RuntimeLayout(
        boolean segmentedStacks,
        int goidOffset,
        int stackLoOffset,
        int stackHiOffset,
        long goroutineTlsOffset,
        long morestackReturnAddress) {

    /** The same with the place of the thread-local {@code g}, bytes from the thread pointer. */
    public RuntimeLayout withGoroutineTlsOffset(long offset) {
        return new RuntimeLayout(
                segmentedStacks, goidOffset, stackLoOffset, stackHiOffset, offset, morestackReturnAddress);
    }
}
