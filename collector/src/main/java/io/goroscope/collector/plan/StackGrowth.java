package io.goroscope.collector.plan;

import io.goroscope.collector.binary.GoBinary;
import org.agrona.collections.Long2ObjectHashMap;

/** Knows the runtime's function that a stack check calls, of either compiler. */
final class StackGrowth {

    private final GoBinary binary;
    private final boolean restartsFunction;
    private final Long2ObjectHashMap<Boolean> known = new Long2ObjectHashMap<>();

    StackGrowth(GoBinary binary) {
        this.binary = binary;
        this.restartsFunction = binary.image().compiler() == Image.Compiler.GC;
    }

    /** True for gc, where a function that grew its stack starts anew; gccgo goes on behind the check. */
    boolean restartsFunction() {
        return restartsFunction;
    }

    /** True for the address of {@code runtime.morestack} and its variants, or gccgo's {@code __morestack}. */
    boolean isMorestack(long address) {
        return known.computeIfAbsent(address, a -> {
            int index = binary.functionAt(a);
            return index >= 0
                    && binary.functionName(index).startsWith(restartsFunction ? "runtime.morestack" : "__morestack");
        });
    }
}
