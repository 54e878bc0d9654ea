package io.goroscope.streams.lane;

import io.goroscope.streams.snapshot.SnapshotSink;

/** A piece of state with an output record and a snapshot entry of its own, both of which lag behind it. */
abstract class Tracked {

    boolean unsent;
    boolean unsaved;

    /** Takes in what was counted for it elsewhere. Comes before {@link #send} and {@link #save} of any piece. */
    void settle() {}

    /** Sends the output record. */
    abstract void send(OutputSink out);

    /** Saves the snapshot entry. */
    abstract void save(SnapshotSink sink);
}
