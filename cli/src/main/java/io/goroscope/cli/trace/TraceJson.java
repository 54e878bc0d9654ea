package io.goroscope.cli.trace;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.goroscope.collector.call.CapturedCall;
import io.goroscope.collector.capture.TracedFunction.Item;
import io.goroscope.collector.value.Value;
import io.goroscope.collector.value.ValueText;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Prints calls as JSON, one object a line. */
final class TraceJson implements TraceOutput {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;

    TraceJson(PrintStream out) {
        this.out = out;
    }

    @Override
    public void begin() {}

    @Override
    public void print(CapturedCall call, long wallOffsetNs) {
        ObjectNode line = JSON.createObjectNode();
        line.put("time_ns", call.timeNs() + wallOffsetNs);
        line.put("pid", call.pid());
        line.put("tid", call.tid());
        if (call.hasGoroutine()) {
            line.put("goid", call.identity());
        } else {
            line.putNull("goid");
        }
        line.put("comm", call.comm());
        line.put("function", call.function());
        line.put("event", call.isReturn() ? "return" : "entry");
        if (call.durationNs() >= 0) {
            line.put("duration_ns", call.durationNs());
        }
        ArrayNode args = line.putArray("args");
        for (Item item : call.items()) {
            args.add(item(item));
        }
        if (call.format() != null) {
            line.put("text", ValueFormat.of(call.format(), call.items()));
        }
        if (!call.stack().isEmpty()) {
            ArrayNode stack = line.putArray("stack");
            call.stack().forEach(stack::add);
        }
        out.println(line);
    }

    private static ObjectNode item(Item item) {
        ObjectNode node = JSON.createObjectNode();
        node.put("name", item.name());
        Value value = item.value();
        node.put("type", value instanceof Value.Dynamic dynamic ? dynamic.type() : item.type());
        Value content = value instanceof Value.Dynamic dynamic ? dynamic.value() : value;
        if (content instanceof Value.Integer number) {
            node.put("value", number.bits());
        } else if (content instanceof Value.Float number && Double.isFinite(number.number())) {
            node.put("value", number.number());
        } else if (content instanceof Value.Bool bool) {
            node.put("value", bool.truth());
        } else if (content instanceof Value.Text text) {
            node.put("value", new String(text.bytes(), StandardCharsets.UTF_8));
            if (text.bytes().length < text.length()) {
                node.put("truncated", true);
            }
        } else if (content instanceof Value.Nil) {
            node.putNull("value");
        } else if (content instanceof Value.Redacted) {
            node.putNull("value");
            node.put("redacted", true);
        } else if (content instanceof Value.Fault) {
            node.putNull("value");
            node.put("fault", true);
        } else {
            node.put("value", ValueText.of(value));
        }
        node.put("text", ValueText.of(value));
        return node;
    }
}
