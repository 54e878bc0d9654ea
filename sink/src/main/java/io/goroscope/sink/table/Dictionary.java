package io.goroscope.sink.table;

import io.goroscope.schemas.avro.DictionaryKey;
import io.goroscope.schemas.avro.FunctionInfo;
import io.goroscope.schemas.avro.ImageInfo;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Names of functions and origins of images, from {@code goroscope.functions}. */
public final class Dictionary {

    private record FunctionId(String buildId, int function) {}

    /**
     * What is kept of a function; a build may have a hundred thousand.
     *
     * @param name as the Go linker writes it
     * @param file source file, or empty
     * @param line line, or 0
     * @param inlinedCopies copies inlined elsewhere, whose calls are not seen
     * @param timed whether its returns are probed; counted only where not
     */
    public record Function(String name, String file, int line, int inlinedCopies, boolean timed) {}

    private final Map<FunctionId, Function> functions = new HashMap<>();
    private final Map<String, ImageInfo> images = new HashMap<>();

    Dictionary() {}

    /** Takes a record; null for a tombstone. */
    void apply(DictionaryKey key, FunctionInfo value) {
        FunctionId id = new FunctionId(key.getBuildId(), key.getFunction());
        if (value == null) {
            functions.remove(id);
        } else {
            functions.put(
                    id,
                    new Function(
                            value.getName(),
                            value.getFile(),
                            value.getLine(),
                            value.getInlinedCopies(),
                            value.getReturns() > 0));
        }
    }

    /** Takes a record; null for a tombstone. */
    void apply(DictionaryKey key, ImageInfo value) {
        if (value == null) {
            images.remove(key.getBuildId());
        } else {
            images.put(key.getBuildId(), value);
        }
    }

    void clear() {
        functions.clear();
        images.clear();
    }

    /** The function with a number in a build, where its name has come. */
    public Optional<Function> function(String buildId, int function) {
        return Optional.ofNullable(functions.get(new FunctionId(buildId, function)));
    }

    /** The image of a build, where its record has come. */
    public Optional<ImageInfo> image(String buildId) {
        return Optional.ofNullable(images.get(buildId));
    }
}
