package io.goroscope.cli;

import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.FunctionPlan.InlinedOnly;
import io.goroscope.collector.plan.FunctionPlan.Probeable;
import java.io.IOException;
import java.io.Writer;

/** The last line of {@code list}. */
final class ListTotals {

    private int cheap;
    private int costly;
    private int refused;
    private int inlinedOnly;
    private int leftOut;

    void add(FunctionPlan plan) {
        if (plan instanceof Probeable probeable) {
            if (probeable.entry().singleStepped()) {
                costly++;
            } else {
                cheap++;
            }
        } else if (plan instanceof InlinedOnly) {
            inlinedOnly++;
        } else {
            refused++;
        }
    }

    void leaveOut(int functions) {
        leftOut += functions;
    }

    private int matched() {
        return cheap + costly + refused + inlinedOnly;
    }

    void write(Writer out) throws IOException {
        out.append("functions matched: ").append(String.valueOf(matched()));
        out.append("  cheap: ").append(String.valueOf(cheap));
        out.append("  costly: ").append(String.valueOf(costly));
        out.append("  refused: ").append(String.valueOf(refused));
        out.append("  inlined only: ").append(String.valueOf(inlinedOnly)).append('\n');
        if (inlinedOnly > 0) {
            out.append("what exists only inlined has no address to probe; compile without inlining to see its calls:")
                    .append(" go build -gcflags=all=-l\n");
        }
        if (leftOut > 0) {
            out.append("left out of often-called packages (runtime, sync, reflect, ...): ")
                    .append(String.valueOf(leftOut))
                    .append("; --all takes them\n");
        }
    }

    void writeJson(Writer out) throws IOException {
        out.append("{\"totals\":{\"matched\":")
                .append(String.valueOf(matched()))
                .append(",\"cheap\":")
                .append(String.valueOf(cheap))
                .append(",\"costly\":")
                .append(String.valueOf(costly))
                .append(",\"refused\":")
                .append(String.valueOf(refused))
                .append(",\"inlined_only\":")
                .append(String.valueOf(inlinedOnly))
                .append(",\"left_out\":")
                .append(String.valueOf(leftOut))
                .append("}}\n");
    }
}
