package io.goroscope.cli;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.ImagePlan;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what could be probed, and what not and why. Reads files; attaches nothing. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Lists functions, and for each one where it would be probed, or why it cannot be.",
        footer = {
            "",
            "PLACES are entry+returns. 'cheap' takes about 1 us a call, 'costly' 10 to 40 times that.",
            "INLINED counts copies in other functions, whose calls no probe sees.",
            "",
            "Examples:",
            "  goroscope list './server:main.*'",
            "  goroscope list -p 4242 'net/http.(*conn).*'",
            "  goroscope list --all --json './server:*'"
        })
final class ListCommand implements Callable<Integer> {

    private static final int WRITE_BUFFER = 1 << 16;

    @Mixin
    private TargetOptions target;

    @Option(names = "--json", description = "Print one JSON object for each function, and one with the totals.")
    private boolean json;

    @Override
    public Integer call() {
        TraceTarget resolved = target.resolveToShow();
        List<ListedFunction> rows = new ArrayList<>();
        ListTotals totals = new ListTotals();
        boolean several = resolved.plans().size() > 1;
        for (ImagePlan plan : resolved.plans()) {
            for (FunctionPlan function : plan.functions()) {
                rows.add(ListedFunction.of(several ? plan.image().displayPath() : "", function));
                totals.add(function);
            }
            totals.leaveOut(plan.leftOut());
        }
        try {
            Writer out = new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), WRITE_BUFFER);
            if (json) {
                ListedFunction.writeJson(rows, out);
                totals.writeJson(out);
            } else {
                ListedFunction.writeTable(rows, System.out);
                totals.write(out);
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to standard output", e);
        }
        return 0;
    }
}
