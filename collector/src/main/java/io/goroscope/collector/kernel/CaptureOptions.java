package io.goroscope.collector.kernel;

import io.goroscope.collector.value.RuntimeTypes;
import java.util.List;
import java.util.Set;

/**
 * What a capture session is to do.
 *
 * @param processIds the processes whose hits count; empty for every process
 * @param followChildren whether their children count as well
 * @param sample one goroutine in so many is taken, at least 1
 * @param mostBytes of a string or slice inside an interface, at most {@link CaptureOp#MOST_BYTES}
 * @param reach how many pointers inside an interface are followed
 * @param frames most frames of a stack, at most 64
 * @param texts strings that filters compare with, at most 64 bytes each
 * @param types how the images' runtime types are laid out
 */
public record CaptureOptions(
        Set<Integer> processIds,
        boolean followChildren,
        int sample,
        int mostBytes,
        int reach,
        int frames,
        List<byte[]> texts,
        RuntimeTypes.Layout types) {
    public CaptureOptions {
        processIds = Set.copyOf(processIds);
        texts = List.copyOf(texts);
    }
}
