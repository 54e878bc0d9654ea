package io.goroscope.cli.trace;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.goroscope.collector.capture.TracedFunction.Item;
import io.goroscope.collector.kernel.CaptureRecord;
import io.goroscope.collector.value.Value;
import io.goroscope.collector.value.ValueText;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Prints events as JSON, one object a line. */
final class TraceJson implements TraceOutput {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;
    private final long wallMinusMonotonicNs;

    TraceJson(PrintStream out, long wallMinusMonotonicNs) {
        this.out = out;
        this.wallMinusMonotonicNs = wallMinusMonotonicNs;
    }

    @Override
    public void begin() {}

    @Override
    public void print(TraceEvent event) {
        CaptureRecord record = event.record();
        ObjectNode line = JSON.createObjectNode();
        line.put("time_ns", record.timeNs() + wallMinusMonotonicNs);
        line.put("pid", record.tgid());
        line.put("tid", record.tid());
        if (record.hasGoroutine()) {
            line.put("goid", record.identity());
        } else {
            line.putNull("goid");
        }
        line.put("comm", record.comm());
        line.put("function", event.function().name());
        line.put("event", event.isReturn() ? "return" : "entry");
        if (event.durationNs() >= 0) {
            line.put("duration_ns", event.durationNs());
        }
        ArrayNode args = line.putArray("args");
        for (Item item : event.items()) {
            args.add(item(item));
        }
        if (event.function().format() != null) {
            line.put("text", ValueFormat.of(event.function().format(), event.items()));
        }
        if (!event.stack().isEmpty()) {
            ArrayNode stack = line.putArray("stack");
            event.stack().forEach(stack::add);
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
