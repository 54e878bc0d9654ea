package io.goroscope.streams.lane;

import io.goroscope.streams.snapshot.SnapshotSink;
import java.util.ArrayList;
import java.util.List;

/** The pieces of a lane that have to be sent or saved, each of them once. */
final class Changes {

    private List<Tracked> unsent = new ArrayList<>();
    private List<Tracked> unsaved = new ArrayList<>();

    void add(Tracked piece) {
        if (!piece.unsent) {
            piece.unsent = true;
            unsent.add(piece);
        }
        addUnsaved(piece);
    }

    void addUnsaved(Tracked piece) {
        if (!piece.unsaved) {
            piece.unsaved = true;
            unsaved.add(piece);
        }
    }

    /** Adds a piece that was saved before it was sent. */
    void addUnsent(Tracked piece) {
        if (!piece.unsent) {
            piece.unsent = true;
            unsent.add(piece);
        }
    }

    boolean hasUnsent() {
        return !unsent.isEmpty();
    }

    void send(OutputSink out) {
        settle(unsent);
        List<Tracked> sending = unsent;
        unsent = new ArrayList<>();
        for (Tracked piece : sending) {
            piece.unsent = false;
            piece.send(out);
        }
    }

    /** A piece that settles may change others, which come to the end of the list. */
    private static void settle(List<Tracked> pieces) {
        for (int i = 0; i < pieces.size(); i++) {
            pieces.get(i).settle();
        }
    }

    void save(SnapshotSink sink) {
        settle(unsaved);
        List<Tracked> saving = unsaved;
        unsaved = new ArrayList<>();
        for (Tracked piece : saving) {
            piece.unsaved = false;
            piece.save(sink);
        }
    }
}
