package io.goroscope.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.StackCount;
import io.goroscope.collector.symbols.StackSymbols;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What {@code funccount} prints: tables or JSON on stdout, and what it cost on stderr. */
final class CountReport implements AutoCloseable {

    private static final int HOTTEST = 3;
    private static final long FIRST_WARNING_NS = TimeUnit.SECONDS.toNanos(5);

    private final Tracing tracing;
    private final CountsSink counts;
    private final CallCounts calls;
    private final int top;
    private final FunctionNames names;
    private final CountCost cost;
    private final StackSymbols symbols;
    private Map<List<Object>, Long> stacksBefore = new HashMap<>();
    private long warnAtNs = FIRST_WARNING_NS;

    CountReport(Tracing tracing, TraceTarget target, CountsSink counts, CallCounts.SortKey sort, int top) {
        this.tracing = tracing;
        this.counts = counts;
        this.names = new FunctionNames(target.plans());
        this.calls = new CallCounts(names, counts, sort);
        this.top = top;
        this.cost = new CountCost(target.plans());
        this.symbols = new StackSymbols(target.plans());
    }

    /** What was called since the last time. */
    List<CallCounts.Row> takeRows() {
        return CallCounts.top(calls.take(), top);
    }

    List<CallCounts.Row> hottest(int most) {
        return calls.hottest(top == 0 ? most : Math.min(top, most));
    }

    /** The stacks by which calls came since the last time, the most frequent last. */
    List<StackRow> takeStacks() {
        Map<List<Object>, Long> now = new HashMap<>();
        List<StackRow> rows = new ArrayList<>();
        for (StackCount stack : tracing.stackCounts()) {
            List<Object> key = List.of(stack.tgid(), stack.execId(), stack.function(), stack.addresses());
            long since = stack.calls() - stacksBefore.getOrDefault(key, 0L);
            now.put(key, stack.calls());
            if (since > 0) {
                rows.add(new StackRow(names.of(stack.function()), symbols.frames(stack), since));
            }
        }
        stacksBefore = now;
        return merged(rows);
    }

    /** Several processes, or lives of one, may have come by the same way. */
    private static List<StackRow> merged(List<StackRow> rows) {
        Map<List<Object>, Long> sums = rows.stream()
                .collect(Collectors.groupingBy(
                        row -> List.of(row.function(), row.frames()), Collectors.summingLong(StackRow::count)));
        List<StackRow> merged = new ArrayList<>();
        for (StackRow row : rows) {
            Long sum = sums.remove(List.of(row.function(), row.frames()));
            if (sum != null) {
                merged.add(new StackRow(row.function(), row.frames(), sum));
            }
        }
        merged.sort(Comparator.comparingLong(StackRow::count).thenComparing(StackRow::function));
        return merged;
    }

    void printTable(List<CallCounts.Row> rows, List<StackRow> stacks, boolean timestamp) {
        StringBuilder text = new StringBuilder("\n");
        if (timestamp) {
            text.append(LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS))
                    .append('\n');
        }
        for (StackRow stack : stacks) {
            stack.append(text);
        }
        CallCounts.append(text, rows);
        System.out.print(text);
        System.out.flush();
    }

    void printJson(List<CallCounts.Row> rows, List<StackRow> stacks, boolean withStacks) {
        ObjectNode line = new ObjectMapper().createObjectNode();
        line.put("elapsed_s", tracing.elapsedNs() / 1e9);
        ArrayNode functions = line.putArray("functions");
        for (CallCounts.Row row : rows) {
            functions.addObject().put("name", row.name()).put("count", row.count());
        }
        if (withStacks) {
            ArrayNode all = line.putArray("stacks");
            stacks.forEach(stack -> stack.write(all));
        }
        line.put("lost", tracing.status().lost());
        System.out.println(line);
    }

    /** What the probes have cost so far, and where. */
    String cost() {
        String hottest = calls.hottest(HOTTEST).stream()
                .map(row -> row.name() + " " + row.count())
                .collect(Collectors.joining(", "));
        return cost.text(counts.totals(), tracing.elapsedNs()) + (hottest.isEmpty() ? "" : "; hottest: " + hottest);
    }

    void sayCost() {
        System.err.println("goroscope: " + cost());
    }

    /** Says it unasked, where nothing else is printed: at first after 5 s, then each time after twice as long. */
    boolean warn(boolean ended) {
        if (tracing.elapsedNs() > warnAtNs && !ended) {
            warnAtNs *= 2;
            sayCost();
        }
        return ended;
    }

    @Override
    public void close() {
        symbols.close();
    }
}
