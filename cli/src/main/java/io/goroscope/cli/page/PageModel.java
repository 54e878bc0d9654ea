package io.goroscope.cli.page;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.avro.LatencyWindow;
import io.goroscope.schemas.avro.Totals;
import io.goroscope.schemas.avro.WindowKey;
import io.goroscope.sink.feed.FeedHandler;
import io.goroscope.sink.feed.FeedRecord;
import io.goroscope.sink.table.PipelineView;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** All that the page knows: the sink's tables, and windows. May be used from several threads. */
final class PageModel implements FeedHandler {

    private final PipelineView view = new PipelineView();
    private final WindowTable windows = new WindowTable();
    private final CompletableFuture<Void> firstPair = new CompletableFuture<>();

    @Override
    public void apply(FeedRecord record) throws BadRecordException {
        if (record.key() instanceof WindowKey window) {
            apply(window, (LatencyWindow) record.value());
        } else {
            view.apply(record);
        }
        if (record.value() instanceof Totals totals
                && totals.getSummary().getLatency().getCount() > 0) {
            firstPair.complete(null);
        }
    }

    private void apply(WindowKey key, LatencyWindow value) throws BadRecordException {
        try {
            synchronized (windows) {
                windows.apply(key, value, System.currentTimeMillis());
            }
        } catch (IllegalArgumentException e) {
            throw new BadRecordException(BadRecordException.Reason.VALUE, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void reset() {
        view.reset();
        synchronized (windows) {
            windows.clear();
        }
    }

    PipelineView view() {
        return view;
    }

    /** Reads the windows while nobody writes them. */
    <T> T windows(Function<WindowTable, T> read) {
        synchronized (windows) {
            return read.apply(windows);
        }
    }

    /** Completes when the first paired call is known here. */
    CompletableFuture<Void> firstPair() {
        return firstPair;
    }
}
