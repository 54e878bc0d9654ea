package io.goroscope.collector.plan;

/**
 * One instruction to probe.
 *
 * @param kind what the instruction's execution means
 * @param address virtual address in the image, as its program headers number it
 * @param fileOffset offset of the instruction in the file, bytes: what uprobes are attached by
 * @param goroutine how the program finds {@code g} here
 * @param spDelta bytes by which SP is below its value at the call (0 for a place before any {@code sub rsp});
 *     a multiple of 8
 * @param flagFiltered true where hits at which the branch will be taken are not calls (the {@code jbe} of Go up to
 *     1.20, taken with CF or ZF set, which a growing stack runs twice; {@code b.ls} on arm64, taken with C clear or Z
 *     set)
 * @param singleStepped true where the kernel cannot emulate the instruction and has to single-step it
 */
public record Place(
        Kind kind,
        long address,
        long fileOffset,
        GoroutineSource goroutine,
        int spDelta,
        boolean flagFiltered,
        boolean singleStepped) {

    /** What it means that the instruction ran. The order is that of {@code Event.what} on the wire: only append. */
    public enum Kind {
        /** A call began. */
        ENTRY,
        /** A call ended by {@code ret}. */
        RETURN,
        /** A call ended by a jump into another function, which returns in its stead. */
        TAIL,
        /** {@code runtime.gopanic} was called. */
        PANIC,
        /** {@code runtime.deferreturn} was called: frames below its caller's are gone. */
        DEFER_RETURN,
        /** {@code runtime.Goexit} was called. */
        GOEXIT,
        /** The goroutine ended; its identity comes from the marker's argument, not from the current {@code g}. */
        GOROUTINE_END
    }

    /** Where {@code g} is when the instruction runs. */
    public enum GoroutineSource {
        /** In r14 (x28 on arm64): Go code of Go 1.17 and later. */
        REGISTER,
        /** In thread-local storage, at {@link RuntimeLayout#goroutineTlsOffset()}: older Go, assembly, and gccgo. */
        THREAD_LOCAL,
        /**
         * In the first integer argument register, of {@code runtime.gdestroy} and {@code goexit0}: rax by Go's own
         * convention, rdi by gccgo's, x0 on arm64.
         */
        ARGUMENT,
        /** The first argument on the stack, 8 bytes above SP at the call: the same markers up to Go 1.16. */
        STACK_ARGUMENT
    }
}
