package io.goroscope.cli.trace;

import io.goroscope.collector.call.CallCodec;
import io.goroscope.collector.call.CapturedCall;
import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.avro.Capture;
import io.goroscope.schemas.avro.DictionaryKey;
import io.goroscope.schemas.avro.FunctionInfo;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.DecodedBatch;
import io.goroscope.schemas.batch.LaneSource;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Calls with their values, out of the records that collectors wrote. Not safe for use by several threads. */
final class RecordedCalls {

    private final Runnable readNames;
    private final Handler handler;
    private final BatchDecoder decoder = new BatchDecoder();
    private final DecodedBatch batch = new DecodedBatch();
    private final Map<DictionaryKey, String> names = new HashMap<>();
    private final Map<ByteBuffer, Lane> lanes = new HashMap<>();
    private final Map<String, Long> lostByStart = new HashMap<>();
    private long badRecords;
    private long missingBatches;

    /** Takes a call. */
    @FunctionalInterface
    interface Handler {
        /**
         * Takes one.
         *
         * @param wallOffsetNs what to add to the call's time to have ns since 1970
         */
        void onCall(CapturedCall call, long wallOffsetNs);
    }

    /** How far a lane was read. */
    private static final class Lane {
        final LaneSource source;
        long next = -1;

        Lane(LaneSource source) {
            this.source = source;
        }
    }

    /** @param readNames has the names taken that have been published by now; called where one is not known */
    RecordedCalls(Runnable readNames, Handler handler) {
        this.readNames = readNames;
        this.handler = handler;
    }

    /** Takes a record of the dictionary. */
    void name(byte[] value) {
        try {
            if (value != null && Records.decode(value) instanceof FunctionInfo function) {
                names.put(new DictionaryKey(function.getBuildId(), function.getFunction()), function.getName());
            }
        } catch (BadRecordException e) {
            badRecords++;
        }
    }

    /** Takes a batch of events. */
    void batch(byte[] value) {
        try {
            decoder.decode(value, batch);
            byte[] source = Arrays.copyOfRange(
                    batch.bytes(), batch.sourceOffset(), batch.sourceOffset() + batch.sourceLength());
            Lane lane = lanes.computeIfAbsent(ByteBuffer.wrap(source), key -> new Lane(LaneSource.decode(source)));
            if (lane.next >= 0 && batch.sequence() < lane.next) {
                return; // sent twice
            }
            missingBatches += lane.next < 0 ? 0 : batch.sequence() - lane.next;
            lane.next = batch.sequence() + 1;
            if (batch.hasCaptures()) {
                for (Capture capture : decoder.captures(batch)) {
                    call(capture, lane.source);
                }
            }
        } catch (BadRecordException e) {
            badRecords++;
        }
    }

    private void call(Capture capture, LaneSource source) {
        lostByStart.merge(source.id().getCollector() + " " + source.id().getEpoch(), capture.getLost(), Math::max);
        handler.onCall(
                CallCodec.decode(capture, source.id().getProcess().getPid(), name(capture.getFunction(), source)),
                batch.wallOffsetNs());
    }

    private String name(int function, LaneSource source) {
        DictionaryKey key = new DictionaryKey(
                source.images().get(BatchDescriptor.image(function)).getBuildId(),
                function & BatchDescriptor.NUMBER_MASK);
        if (!names.containsKey(key)) {
            readNames.run();
        }
        return names.computeIfAbsent(key, unknown -> unknown.getBuildId() + "#" + unknown.getFunction());
    }

    /** Says on stderr what is not there. */
    void warn() {
        long lost = lostByStart.values().stream().mapToLong(Long::longValue).sum();
        if (lost > 0) {
            System.err.println("goroscope: " + lost + " calls were lost in the collector since it began: too many came"
                    + " at once; filter them");
        }
        if (missingBatches > 0) {
            System.err.println("goroscope: " + missingBatches + " batches are missing between those that were read");
        }
        if (badRecords > 0) {
            System.err.println("goroscope: " + badRecords + " records could not be read");
        }
    }
}
