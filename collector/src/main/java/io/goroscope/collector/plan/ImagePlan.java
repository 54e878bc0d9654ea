package io.goroscope.collector.plan;

import java.util.List;

/**
 * The plan for one image: the functions asked for, and the runtime's own functions whose calls explain how frames end.
 *
 * @param functions the plan of each function that the patterns matched, in order of {@link GoFunction#index()}; those that exist
 *     only inlined come last, in order of their names
 * @param markers places in the runtime ({@code gopanic}, {@code deferreturn}, {@code Goexit}, the goroutine's end); one
 *     of them is at the same instruction as a function's entry where the patterns match that function too
 * @param leftOut how many functions a pattern such as {@code *} matched that were left out because they run too often
 */
public record ImagePlan(
        Image image, RuntimeLayout layout, List<FunctionPlan> functions, List<Place> markers, int leftOut) {
    public ImagePlan {
        functions = List.copyOf(functions);
        markers = List.copyOf(markers);
    }

    /** The same with another layout, for what depends on the process. */
    public ImagePlan withLayout(RuntimeLayout other) {
        return new ImagePlan(image, other, functions, markers, leftOut);
    }
}
