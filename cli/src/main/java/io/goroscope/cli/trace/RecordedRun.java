package io.goroscope.cli.trace;

import io.goroscope.cli.Interruption;
import io.goroscope.collector.call.CapturedCall;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.schemas.avro.CapturedRecord;
import io.goroscope.schemas.capture.CaptureReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.function.Predicate;

/** One run of {@code trace} over calls that were recorded. */
final class RecordedRun {

    private final RecordedSource source;
    private final Predicate<CapturedCall> wanted;
    private final TraceRun.Settings settings;
    private final PrintStream out = TraceOutput.stdout();
    private final TraceOutput output;
    private final long startNs = System.nanoTime();
    private long printed;

    RecordedRun(RecordedSource source, Predicate<CapturedCall> wanted, TraceRun.Settings settings) {
        this.source = source;
        this.wanted = wanted;
        this.settings = settings;
        this.output = settings.json() ? new TraceJson(out) : new TraceText(out, settings.sinceStart(), 0);
    }

    /** Runs to the end of the file; with a topic, to where the user wants it to end. */
    void run() {
        if (source.file() != null) {
            readFile(source.file());
        } else {
            readTopic();
        }
    }

    private void readTopic() {
        try (TopicCalls topic = source.open(this::print)) {
            System.err.println("Printing calls of " + source.name() + "... Hit Ctrl-C to end.");
            begin();
            while (!isOver()) {
                topic.poll();
                out.flush();
            }
            topic.warn();
        }
    }

    private void readFile(Path file) {
        RecordedCalls calls = new RecordedCalls(() -> {}, this::print);
        try (CaptureReader reader = CaptureReader.open(file)) {
            begin();
            for (CapturedRecord record = reader.next(); record != null && !isOver(); record = reader.next()) {
                Topics.Kind kind = Topics.DEFAULT.kind(record.getTopic());
                if (kind == Topics.Kind.FUNCTIONS) {
                    calls.name(Records.bytes(record.getValue()));
                } else if (kind == Topics.Kind.EVENTS) {
                    calls.batch(Records.bytes(record.getValue()));
                }
            }
        } catch (IOException e) {
            throw new UserException("cannot read capture " + file + ": " + e.getMessage(), e);
        } finally {
            out.flush();
            calls.warn();
        }
    }

    private void begin() {
        output.begin();
        out.flush();
    }

    private boolean isOver() {
        return printed >= settings.mostEvents()
                || Interruption.isRequested()
                || (settings.durationS() > 0 && System.nanoTime() - startNs >= settings.durationS() * 1e9);
    }

    private void print(CapturedCall call, long wallOffsetNs) {
        if (printed < settings.mostEvents() && wanted.test(call)) {
            output.print(call, wallOffsetNs);
            printed++;
        }
    }
}
