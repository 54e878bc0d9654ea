package io.goroscope.collector.call;

import io.goroscope.collector.binary.SourceFrame;
import io.goroscope.collector.capture.TracedFunction;
import io.goroscope.collector.kernel.CaptureRecord;
import io.goroscope.collector.value.Register;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The callers in a record, as text. */
final class CallFrames {

    private CallFrames() {}

    /** Empty where none were asked for. The immediate caller's address is at SP; the others are behind saved frame pointers. */
    static List<String> of(TracedFunction function, CaptureRecord record, boolean wanted) {
        List<String> stack = new ArrayList<>();
        if (!wanted) {
            return stack;
        }
        long base = record.register(Register.BASE);
        byte[] back = record.memory(record.register(Register.SP), 8);
        if (back != null) {
            add(
                    stack,
                    function,
                    ByteBuffer.wrap(back).order(ByteOrder.LITTLE_ENDIAN).getLong(),
                    base);
        }
        for (long frame : record.frames()) {
            if (frame == 0) {
                break;
            }
            add(stack, function, frame, base);
        }
        return stack;
    }

    /** The call is before the address that it returns to. Inlined callers have frames of their own. */
    private static void add(List<String> stack, TracedFunction function, long address, long base) {
        List<SourceFrame> frames = function.types().frames(address - 1, base);
        if (frames.isEmpty()) {
            stack.add("0x" + Long.toHexString(address));
        }
        for (SourceFrame frame : frames) {
            String line = frame.file().isEmpty() ? "" : " " + frame.file() + ":" + frame.line();
            stack.add(frame.function() + line + (frame.inlined() ? " (inlined)" : ""));
        }
    }
}
