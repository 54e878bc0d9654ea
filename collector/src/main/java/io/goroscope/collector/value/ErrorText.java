package io.goroscope.collector.value;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The message of an error, for the types whose {@code Error} method is known to say nothing but what is in their fields.
 * To call the method itself would be to run the traced program's code.
 */
final class ErrorText {

    private ErrorText() {}

    /** Null for what is no error, or one whose message is not known. */
    static String of(Value.Dynamic dynamic) {
        if (dynamic.value() instanceof Value.Text text && dynamic.type().equals("runtime.plainError")) {
            return string(text);
        }
        if (!(dynamic.value() instanceof Value.Pointer pointer) || !(pointer.target() instanceof Value.Struct struct)) {
            return null;
        }
        List<Value> fields = struct.fields();
        return switch (dynamic.type()) {
            // errors.New; fmt.Errorf without and with %w; what they wrap is in the message already
            case "*errors.errorString", "*errors.Error", "*fmt.wrapError", "*fmt.wrapErrors", "*fmt.fmtError" ->
                first(fields);
            case "*fs.PathError", "*os.PathError" -> pathError(fields);
            default -> null;
        };
    }

    private static String first(List<Value> fields) {
        return !fields.isEmpty() && fields.get(0) instanceof Value.Text text ? string(text) : null;
    }

    /** {@code e.Op + " " + e.Path + ": " + e.Err.Error()} ({@code io/fs/fs.go}). */
    private static String pathError(List<Value> fields) {
        if (fields.size() == 3
                && fields.get(0) instanceof Value.Text op
                && fields.get(1) instanceof Value.Text path
                && fields.get(2) instanceof Value.Dynamic cause) {
            String message = of(cause);
            return string(op) + " " + string(path) + ": " + (message != null ? message : ValueText.of(cause));
        }
        return null;
    }

    private static String string(Value.Text text) {
        String have = new String(text.bytes(), StandardCharsets.UTF_8);
        return text.bytes().length < text.length() ? have + "..." : have;
    }
}
