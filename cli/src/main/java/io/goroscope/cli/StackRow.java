package io.goroscope.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.goroscope.collector.symbols.StackSymbols.Frame;
import java.util.List;

/**
 * One way by which a function was called.
 *
 * @param function its name
 * @param frames the function first, then its callers; empty where the stack found no room
 * @param count calls that came so
 */
record StackRow(String function, List<Frame> frames, long count) {

    void append(StringBuilder text) {
        if (frames.isEmpty()) {
            text.append("  ").append(function).append("\n  (no room for the stack: raise --max-stacks)\n");
        }
        for (Frame frame : frames) {
            text.append("  ").append(frame.function());
            if (!frame.file().isEmpty()) {
                text.append(" (").append(frame.file());
                if (frame.line() > 0) {
                    text.append(':').append(frame.line());
                }
                text.append(')');
            }
            text.append(frame.inlined() ? " [inlined]\n" : "\n");
        }
        text.append("    ").append(count).append("\n\n");
    }

    void write(ArrayNode stacks) {
        ObjectNode stack = stacks.addObject();
        stack.put("name", function);
        stack.put("count", count);
        ArrayNode all = stack.putArray("frames");
        for (Frame frame : frames) {
            ObjectNode one = all.addObject();
            one.put("function", frame.function());
            one.put("file", frame.file());
            one.put("line", frame.line());
            one.put("inlined", frame.inlined());
        }
    }
}
