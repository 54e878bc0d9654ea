package io.goroscope.streams.pairing;

import io.goroscope.streams.snapshot.ByteReader;
import io.goroscope.streams.snapshot.ByteWriter;
import java.nio.ByteBuffer;

/** Saves all frames of a pairing and reads them into another one, as after a restart. */
final class SavedPairing {

    private final Pairing restored;
    private int parts;

    /** @param sink of the new pairing */
    SavedPairing(Pairing pairing, CallSink sink) {
        restored = new Pairing(sink);
        FrameSnapshot saved = new FrameSnapshot(pairing, 0);
        FrameSnapshot read = new FrameSnapshot(restored, 0);
        ByteWriter counters = new ByteWriter();
        saved.saveCounters(counters);
        read.loadCounters(new ByteReader(counters.toBytes()));
        saved.save((key, value) -> {
            parts++;
            read.load(group(ByteBuffer.wrap(key)), part(ByteBuffer.wrap(key)), value);
        });
    }

    Pairing restored() {
        return restored;
    }

    /** How many entries it took. */
    int parts() {
        return parts;
    }

    static int group(ByteBuffer key) {
        return key.getInt(1 + Integer.BYTES);
    }

    static int part(ByteBuffer key) {
        return key.getInt(1 + 2 * Integer.BYTES);
    }
}
