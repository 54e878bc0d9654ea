package io.goroscope.collector.binary;

import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.plan.Image;
import io.goroscope.collector.plan.RuntimeLayout;
import io.goroscope.collector.value.RuntimeTypes;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a compiler left in a file about its functions and its runtime: one way to read it for each compiler. */
interface GoProgram {

    Image.Compiler compiler();

    BuildInfo buildInfo();

    /** How many functions there are, numbered in order of their addresses. */
    int size();

    /** Virtual address of a function's first instruction. */
    long address(int index);

    String name(int index);

    /** All that is known of a function, with how often it was inlined. */
    GoFunction function(int index, String name, int inlinedCopies);

    /** The part of a function's code that lies elsewhere, as a stretch of code under the function's index. */
    default Optional<GoFunction> coldPart(int index) {
        return Optional.empty();
    }

    /** True for a copy that the compiler specialised: it may leave arguments out, or pass them as it likes. */
    default boolean isClone(int index) {
        return false;
    }

    /** How often each function was inlined into another, by name. */
    Map<String, Integer> inlinedCopies();

    /** The functions that one was inlined into; empty where nobody knows. */
    default List<String> inlinedInto(String function) {
        return List.of();
    }

    /**
     * The source position of an instruction of a function, innermost inlined copy first; the last is the function.
     *
     * @param address inside the function
     */
    default List<SourceFrame> framesAt(int index, long address) {
        return List.of(new SourceFrame(name(index), "", 0, false));
    }

    /** True where Go code keeps {@code g}, and passes arguments, in gc's registers. */
    boolean goroutineInRegister();

    /** How the runtime's type data is laid out; empty where that is not known. */
    Optional<RuntimeTypes.Layout> typeLayout();

    /**
     * Where the runtime keeps a goroutine's identity.
     *
     * @param displayPath for messages
     */
    RuntimeLayout layout(String displayPath);
}
