package io.goroscope.cli.demo;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.schemas.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a demo traces, as the user said it.
 *
 * @param path the executable, or null where a process is meant
 * @param pid the process, or 0 for all that run the executable
 * @param patterns functions
 */
record DemoTarget(Path path, int pid, List<String> patterns) {

    private static final Pattern PID = Pattern.compile("\\d{1,9}");

    private static final String MODULE = "github.com/prometheus/prometheus/";

    /**
     * What is worth a look in Prometheus: the ways of a scrape, a query and a rule, from a few calls a second to some
     * thousand (each appended sample). Measured on 2.42 under the demo's own load; what runs tens of thousands of times a
     * second (iterators, the lexer) is left out, since the demo is to be a light guest on a laptop too.
     */
    private static final List<String> PROMETHEUS_FUNCTIONS = List.of(
            MODULE + "scrape.(*scrapeLoop).scrapeAndReport",
            MODULE + "scrape.(*scrapeLoop).append",
            MODULE + "scrape.(*targetScraper).scrape",
            MODULE + "tsdb.(*headAppender).Append*",
            MODULE + "tsdb.(*headAppender).Commit",
            MODULE + "tsdb.(*headAppender).log",
            MODULE + "tsdb.(*blockQuerier).Select",
            MODULE + "tsdb/wlog.(*WL).Log",
            MODULE + "tsdb/wlog.(*WL).flushPage",
            MODULE + "promql.(*Engine).exec*",
            MODULE + "promql.(*Engine).populateSeries",
            MODULE + "promql.(*evaluator).eval",
            MODULE + "promql.(*evaluator).rangeEval",
            MODULE + "promql.(*evaluator).aggregation",
            MODULE + "promql/parser.ParseExpr",
            MODULE + "rules.(*Group).Eval*",
            MODULE + "rules.(*RecordingRule).Eval",
            MODULE + "web/api/v1.(*API).queryRange",
            MODULE + "web/api/v1.(*API).respond",
            "net/http.serverHandler.ServeHTTP",
            "net/http.(*Transport).roundTrip",
            "net/http.(*conn).readRequest");

    DemoTarget {
        patterns = List.copyOf(patterns);
    }

    /** The demo's own Prometheus. */
    static DemoTarget prometheus(Path executable, List<String> patterns) {
        return new DemoTarget(executable, 0, patterns.isEmpty() ? PROMETHEUS_FUNCTIONS : patterns);
    }

    /**
     * What {@code --target} says: a process id, or the path of an executable.
     *
     * @throws UserException if the process does not exist
     */
    static DemoTarget parse(String text, List<String> patterns) {
        List<String> wanted = patterns.isEmpty() ? List.of("main.*") : patterns;
        if (!PID.matcher(text).matches()) {
            return new DemoTarget(Path.of(text), 0, wanted);
        }
        int pid = Integer.parseInt(text);
        if (ProcessHandle.of(pid).isEmpty()) {
            throw new UserException("cannot trace pid=" + pid + ": no such process");
        }
        return new DemoTarget(null, pid, wanted);
    }

    /** Reads the binary and plans the probes: seconds, for a big one. */
    TraceTarget resolve() {
        List<String> specs = new ArrayList<>();
        for (String each : patterns) {
            specs.add(path == null ? each : path + ":" + each);
        }
        return TraceTarget.resolve(new TraceTarget.Request(specs, pid, null, false, PlanOptions.TIMING));
    }
}
