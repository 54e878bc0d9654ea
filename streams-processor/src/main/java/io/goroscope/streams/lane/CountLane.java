package io.goroscope.streams.lane;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.BadRecordException.Reason;
import io.goroscope.schemas.avro.FunctionCount;
import io.goroscope.schemas.avro.FunctionCounts;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.LaneSource;
import io.goroscope.streams.snapshot.ByteReader;
import io.goroscope.streams.snapshot.ByteWriter;

/** The exact counters of one process. They are cumulative, so the last value is all there is to keep. */
final class CountLane extends Lane {

    private long lastNs;

    CountLane(int number, LaneSource source, long createdNs, ByteWriter writer) {
        super(number, source, createdNs, writer);
    }

    static void check(FunctionCounts record) throws BadRecordException {
        check(record.getSource().getLane() == -1, "lane", record.getSource().getLane());
        int images = record.getImages().size();
        check(images >= 1 && images <= BatchDescriptor.MAX_IMAGES, "images", images);
        check(record.getSequence() >= 0, "sequence", record.getSequence());
        check(Math.abs(record.getTimeNs()) <= TimeRules.MAX_TIME_NS, "time_ns", record.getTimeNs());
        check(Math.abs(record.getWallOffsetNs()) <= TimeRules.MAX_TIME_NS, "wall_offset_ns", record.getWallOffsetNs());
        for (FunctionCount count : record.getCounts()) {
            if (count.getFunction() >>> BatchDescriptor.IMAGE_SHIFT >= images) {
                throw new BadRecordException(Reason.FUNCTION, "function=" + count.getFunction() + " images=" + images);
            }
            check(count.getCalls() >= 0, "calls", count.getCalls());
            check(count.getLost() >= 0, "lost", count.getLost());
        }
    }

    private static void check(boolean holds, String field, long value) throws BadRecordException {
        if (!holds) {
            throw new BadRecordException(Reason.VALUE, field + "=" + value);
        }
    }

    void apply(FunctionCounts record, long recordTimestampMs) {
        if (record.getSequence() < nextSequence) {
            return;
        }
        long wallNs = record.getTimeNs() + record.getWallOffsetNs();
        lastNs = wallNs;
        if (isRetired()) {
            revive(wallNs);
        }
        sawTimestamp(recordTimestampMs);
        nextSequence = record.getSequence() + 1;
        for (FunctionCount count : record.getCounts()) {
            FunctionSeries series = function(count.getFunction());
            series.calls = count.getCalls();
            series.lost = count.getLost();
            series.updatedNs = wallNs;
            changes().add(series);
        }
        if (record.getEnded()) {
            end(wallNs);
        } else {
            goOn();
        }
        changes().addUnsaved(this);
    }

    @Override
    void supersede() {
        end(lastNs);
        changes().addUnsaved(this);
    }

    @Override
    void send(OutputSink out) {
        // Health is the matter of lanes of events.
    }

    @Override
    void saveMore(ByteWriter out) {
        out.number(lastNs);
    }

    @Override
    void loadMore(ByteReader in) {
        lastNs = in.number();
    }
}
