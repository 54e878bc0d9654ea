package io.goroscope.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.FunctionPlan.InlinedOnly;
import io.goroscope.collector.plan.FunctionPlan.Probeable;
import io.goroscope.collector.plan.FunctionPlan.Refused;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.plan.Place;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * One line of {@code list}.
 *
 * @param image the file, where several are listed; else empty
 * @param kind {@code cheap}, {@code costly}, {@code refused} or {@code inlined}
 * @param places how many instructions would be probed: entry and returns
 * @param reason what there is to say beside the kind, or empty
 */
record ListedFunction(String image, GoFunction function, String kind, int returns, int places, String reason) {

    private static final int WIDEST_NAME = 64;
    private static final int WIDEST_FILE = 48;

    /** Lines that one thread makes at a time. */
    private static final int CHUNK = 4096;

    static ListedFunction of(String image, FunctionPlan plan) {
        if (plan instanceof Probeable probeable) {
            Place entry = probeable.entry();
            int returns = probeable.returns().size();
            return new ListedFunction(
                    image,
                    plan.function(),
                    entry.singleStepped() ? "costly" : "cheap",
                    returns,
                    1 + returns,
                    remark(entry, returns));
        }
        if (plan instanceof Refused refused) {
            String reason = refused.reason().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            return new ListedFunction(image, plan.function(), "refused", 0, 0, reason + ": " + refused.detail());
        }
        InlinedOnly inlined = (InlinedOnly) plan;
        return new ListedFunction(image, inlined.function(), "inlined", 0, 0, "exists only inlined");
    }

    private static String remark(Place entry, int returns) {
        if (entry.singleStepped()) {
            return "single-stepped: taken by its exact name or with --costly";
        }
        if (returns == 0) {
            return "counted, not timed: no instruction at which it surely returns";
        }
        return entry.flagFiltered() ? "at the stack check's branch" : "";
    }

    private String file() {
        return function.file().isEmpty() ? "-" : function.file();
    }

    private String address() {
        return function.address() == 0 ? "-" : "0x" + Long.toHexString(function.address());
    }

    private String probes() {
        return places == 0 ? "-" : "1+" + returns;
    }

    private int fileWidth() {
        int line = function.line();
        return file().length() + (function.file().isEmpty() ? 0 : 2 + (line < 1 ? 0 : (int) Math.log10(line)));
    }

    /** Writes a line for each, made on all processors. */
    static void writeTable(List<ListedFunction> rows, OutputStream out) throws IOException {
        int name = 8;
        int file = 9;
        for (ListedFunction row : rows) {
            name = Math.max(name, Math.min(WIDEST_NAME, row.function.name().length()));
            file = Math.max(file, Math.min(WIDEST_FILE, row.fileWidth()));
        }
        int nameWidth = name;
        int fileWidth = file;
        TableLine head = new TableLine(nameWidth, fileWidth);
        head.words("FUNCTION", "ADDRESS", "FILE:LINE", "SIZE", "PLACES", "INLINED", "KIND")
                .end();
        out.write(head.bytes());
        int chunks = (rows.size() + CHUNK - 1) / CHUNK;
        int together = Runtime.getRuntime().availableProcessors();
        for (int from = 0; from < chunks; from += together) {
            List<byte[]> texts = IntStream.range(from, Math.min(chunks, from + together))
                    .parallel()
                    .mapToObj(chunk -> table(rows, chunk * CHUNK, new TableLine(nameWidth, fileWidth)))
                    .toList();
            for (byte[] text : texts) {
                out.write(text);
            }
        }
    }

    private static byte[] table(List<ListedFunction> rows, int from, TableLine line) {
        for (int i = from; i < Math.min(rows.size(), from + CHUNK); i++) {
            ListedFunction row = rows.get(i);
            if (!row.image.equals(i == 0 ? "" : rows.get(i - 1).image)) {
                line.title(row.image);
            }
            row.writeTo(line);
            line.end();
        }
        return line.bytes();
    }

    private void writeTo(TableLine line) {
        line.word(function.name()).word(address());
        if (function.file().isEmpty()) {
            line.word("-");
        } else {
            line.source(function.file(), function.line());
        }
        if (function.size() == 0) {
            line.word("-");
        } else {
            line.number(function.size());
        }
        line.word(probes()).number(function.inlinedCopies()).word(kind).rest(reason);
    }

    static void writeJson(List<ListedFunction> rows, Writer out) throws IOException {
        JsonFactory factory = new JsonFactory();
        for (ListedFunction row : rows) {
            try (JsonGenerator json = factory.createGenerator(out)) {
                json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
                json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
                json.writeStartObject();
                json.writeStringField("name", row.function.name());
                if (!row.image.isEmpty()) {
                    json.writeStringField("image", row.image);
                }
                json.writeStringField("kind", row.kind);
                json.writeNumberField("address", row.function.address());
                json.writeNumberField("size", row.function.size());
                json.writeStringField("file", row.function.file());
                json.writeNumberField("line", row.function.line());
                json.writeNumberField("places", row.places);
                json.writeNumberField("returns", row.returns);
                json.writeNumberField("inlined_copies", row.function.inlinedCopies());
                json.writeStringField("reason", row.reason);
                json.writeEndObject();
            }
            out.append('\n');
        }
    }
}
