package io.goroscope.collector.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.capture.TracedFunction.Item;
import io.goroscope.collector.spec.Format;
import io.goroscope.collector.value.GoType;
import io.goroscope.collector.value.GoType.Kind;
import io.goroscope.collector.value.Value;
import io.goroscope.collector.value.ValueText;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.avro.Capture;
import io.goroscope.schemas.avro.EventBatch;
import io.goroscope.schemas.avro.ImageRef;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.ProcessId;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.BatchEncoder;
import io.goroscope.schemas.batch.LaneSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CallCodecTest {

    private static final Format FORMAT = Format.parse("100%% %-5.2s|%d");

    /** Whatever a value is, what comes back reads the same. */
    @Property(tries = 500)
    void shouldGiveBackWhatReadsTheSame(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        List<Item> items = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            Value value = value(random, 3);
            items.add(new Item("a" + i, fieldType(value), value));
        }
        CapturedCall call = new CapturedCall(
                17,
                42,
                43,
                1,
                800,
                BatchDescriptor.RETURN,
                "server",
                "main.f",
                25,
                items.size() == 2 ? FORMAT : null,
                items,
                List.of());

        CapturedCall back = CallCodec.decode(throughABatch(CallCodec.encode(call, 5, 3)), 42, "main.f");

        assertThat(text(back)).isEqualTo(text(call));
        assertThat(back.withItems(List.of())).isEqualTo(call.withItems(List.of()));
    }

    /** A batch has room for thousands of calls, and one of them is not to take it all. */
    @Test
    void shouldLeaveOutWhatTakesTooMuchRoom() {
        Value text = new Value.Text(new byte[2048], 2048);
        Value many = new Value.Sequence(Collections.nCopies(64, text), 64);
        CapturedCall call = new CapturedCall(
                17,
                42,
                43,
                1,
                800,
                BatchDescriptor.ENTRY,
                "server",
                "main.f",
                -1,
                null,
                List.of(new Item("a", "[]string", many), new Item("b", "int", new Value.Nil())),
                List.of());

        byte[] record = batch(CallCodec.encode(call, 5, 0));

        assertThat(record).hasSizeLessThan(80 * 1024).hasSizeGreaterThan(60 * 1024);
    }

    private static String text(CapturedCall call) {
        return String.join(
                "; ",
                call.items().stream()
                        .map(item -> item.name() + " " + item.type() + " " + ValueText.of(item.value()) + " "
                                + ValueText.plain(item.value()))
                        .toList());
    }

    private static Capture throughABatch(Capture capture) throws Exception {
        return Records.decode(batch(capture), EventBatch.class).getCaptures().get(0);
    }

    private static byte[] batch(Capture capture) {
        LaneSource source = new LaneSource(
                new LaneId(new ProcessId("host", "boot", 42, 4711L, 0), "collector", 17L, 0, 1),
                "/usr/bin/app",
                "app",
                List.of(new ImageRef("b1", "/usr/bin/app")));
        BatchEncoder encoder = new BatchEncoder(source, 0, 16);
        encoder.add(capture);
        return encoder.finish(0, 0);
    }

    private static Value value(Random random, int depth) {
        int kinds = depth == 0 ? 10 : 16;
        return switch (random.nextInt(kinds)) {
            case 0 ->
                new Value.Integer(
                        GoType.simple(random.nextBoolean() ? "time.Duration" : "int64", Kind.INT, 8),
                        random.nextLong());
            case 1 -> new Value.Integer(GoType.simple("uint64", Kind.UINT, 8), random.nextLong());
            case 2 -> number(random);
            case 3 -> new Value.Bool(random.nextBoolean());
            case 4 -> text(random);
            case 5 -> new Value.Function(random.nextBoolean() ? "main.f.func1" : "", random.nextLong());
            case 6 -> new Value.Nil();
            case 7 -> new Value.Fault(random.nextBoolean() ? Value.Why.VECTOR : Value.Why.NOWHERE);
            case 8 ->
                random.nextBoolean() ? new Value.Omitted(random.nextBoolean() ? "main.X" : "") : new Value.Redacted();
            case 9 ->
                new Value.Counted(
                        GoType.simple("map[string]int", random.nextBoolean() ? Kind.MAP : Kind.CHAN, 8),
                        random.nextInt(4) - 1);
            case 10 -> new Value.Complex(number(random), number(random));
            case 11 -> new Value.Sequence(values(random, depth), random.nextInt(5));
            case 12 -> struct(random, depth, random.nextBoolean() ? "time.Time" : "main.T");
            case 13 -> new Value.Pointer(random.nextLong(), random.nextBoolean() ? null : value(random, depth - 1));
            case 14 ->
                new Value.Dynamic(
                        "*errors.errorString", new Value.Pointer(1, struct(random, depth, "errors.errorString")));
            default -> dynamic(value(random, depth - 1));
        };
    }

    private static Value dynamic(Value value) {
        String type = fieldType(value);
        return new Value.Dynamic(type.isEmpty() ? "main.D" : type, value);
    }

    private static Value.Float number(Random random) {
        boolean single = random.nextBoolean();
        double[] some = {0, -0.0, 1.5, Double.NaN, Double.NEGATIVE_INFINITY, random.nextGaussian(), 1e300};
        double number = some[random.nextInt(some.length)];
        return new Value.Float(single ? (float) number : number, single);
    }

    private static Value text(Random random) {
        byte[] bytes = random.nextBoolean() ? "grüße\n".getBytes(java.nio.charset.StandardCharsets.UTF_8) : new byte[9];
        if (bytes.length == 9) {
            random.nextBytes(bytes);
        }
        return new Value.Text(bytes, bytes.length + (random.nextBoolean() ? 0 : 100));
    }

    private static List<Value> values(Random random, int depth) {
        List<Value> values = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            values.add(value(random, depth - 1));
        }
        return values;
    }

    private static Value struct(Random random, int depth, String name) {
        List<Value> values = values(random, depth);
        GoType type = GoType.struct(name, 8, () -> values.stream()
                .map(value ->
                        new GoType.Field("F" + values.indexOf(value), 0, GoType.simple(fieldType(value), Kind.INT, 8)))
                .toList());
        return new Value.Struct(type, values);
    }

    private static String fieldType(Value value) {
        if (value instanceof Value.Integer number) {
            return number.type().name();
        }
        if (value instanceof Value.Struct struct) {
            return struct.type().name();
        }
        return value instanceof Value.Counted counted ? counted.type().name() : "";
    }
}
