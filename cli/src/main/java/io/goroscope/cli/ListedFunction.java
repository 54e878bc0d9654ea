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
import java.io.Writer;
import java.util.List;
import java.util.Locale;

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
            return "counted, not timed: no return of its own";
        }
        return entry.flagFiltered() ? "at the stack check's branch" : "";
    }

    private String file() {
        return function.file().isEmpty() ? "-" : function.file() + ":" + function.line();
    }

    private String address() {
        return function.address() == 0 ? "-" : "0x" + Long.toHexString(function.address());
    }

    private String probes() {
        return places == 0 ? "-" : "1+" + returns;
    }

    static void writeTable(List<ListedFunction> rows, Writer out) throws IOException {
        int name = 8;
        int file = 9;
        for (ListedFunction row : rows) {
            name = Math.max(name, Math.min(WIDEST_NAME, row.function.name().length()));
            file = Math.max(file, Math.min(WIDEST_FILE, row.file().length()));
        }
        StringBuilder line = new StringBuilder();
        String image = "";
        write(out, line, name, file, "FUNCTION", "ADDRESS", "FILE:LINE", "SIZE", "PLACES", "INLINED", "KIND", "");
        for (ListedFunction row : rows) {
            if (!row.image.equals(image)) {
                image = row.image;
                out.append(image).append(":\n");
            }
            write(
                    out,
                    line,
                    name,
                    file,
                    row.function.name(),
                    row.address(),
                    row.file(),
                    row.function.size() == 0 ? "-" : String.valueOf(row.function.size()),
                    row.probes(),
                    String.valueOf(row.function.inlinedCopies()),
                    row.kind,
                    row.reason);
        }
    }

    private static void write(Writer out, StringBuilder line, int name, int file, String... cells) throws IOException {
        line.setLength(0);
        int[] widths = {name, 10, file, -7, -6, -7, 7};
        for (int i = 0; i < widths.length; i++) {
            int pad = Math.abs(widths[i]) - cells[i].length();
            if (widths[i] < 0) {
                line.append(" ".repeat(Math.max(0, pad))).append(cells[i]);
            } else {
                line.append(cells[i]).append(" ".repeat(Math.max(0, pad)));
            }
            line.append("  ");
        }
        out.append(line.append(cells[widths.length]).toString().stripTrailing()).append('\n');
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
