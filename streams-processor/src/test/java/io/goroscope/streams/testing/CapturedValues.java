package io.goroscope.streams.testing;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.avro.Capture;
import io.goroscope.schemas.avro.Value;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.BatchEncoder;
import io.goroscope.schemas.batch.DecodedBatch;
import io.goroscope.streams.lane.LaneSet;
import io.goroscope.streams.testing.SyntheticProcess.Produced;
import java.util.Arrays;
import java.util.List;

/** Batches as they are where the values of some calls were asked for. */
public final class CapturedValues {

    private static final int CALLS = 50;

    private CapturedValues() {}

    /** The same record with captured calls in it, if it is a batch. */
    public static Produced addedTo(Produced plain) {
        if (plain.input() != LaneSet.Input.EVENTS) {
            return plain;
        }
        try {
            BatchDecoder decoder = new BatchDecoder();
            DecodedBatch batch = new DecodedBatch();
            decoder.decode(plain.value(), batch);
            BatchEncoder encoder = new BatchEncoder(decoder.source(batch), 0, 1);
            for (int i = 0; i < CALLS; i++) {
                encoder.add(capture(i));
            }
            byte[] captures = encoder.finish(0, 0);
            decoder.decode(captures, batch);
            byte[] tail = Arrays.copyOfRange(captures, batch.withoutCaptures().length - 1, captures.length);
            byte[] value = Arrays.copyOf(plain.value(), plain.value().length - 1 + tail.length);
            System.arraycopy(tail, 0, value, plain.value().length - 1, tail.length);
            return new Produced(plain.input(), plain.lane(), value, plain.timestampMs());
        } catch (BadRecordException e) {
            throw new IllegalStateException("a batch of our own is bad", e);
        }
    }

    private static Capture capture(int i) {
        Value path = Value.newBuilder()
                .setName("path")
                .setType("string")
                .setKind("string")
                .setValue("/things/" + i)
                .setLength(9)
                .build();
        return Capture.newBuilder()
                .setEvent(0)
                .setTid(7)
                .setValues(List.of(path, path))
                .build();
    }
}
