package io.goroscope.streams.testing;

import io.goroscope.streams.pairing.AbandonReason;
import io.goroscope.streams.pairing.CallSink;
import java.util.ArrayList;
import java.util.List;

/** Writes down what a pairing finds, one line each. */
public final class RecordingSink implements CallSink {

    /** One line each. */
    public final List<String> lines = new ArrayList<>();

    @Override
    public void entered(int function, long timeNs) {
        // The events themselves say so.
    }

    @Override
    public void paired(int function, int caller, long durationNs, long selfNs, long timeNs, long identity, int what) {
        lines.add(
                "paired f" + function + " by " + caller + " in " + durationNs + " self " + selfNs + " of " + identity);
    }

    @Override
    public void abandoned(int function, AbandonReason reason, long openNs, long timeNs) {
        lines.add("abandoned f" + function + " " + reason);
    }

    @Override
    public void unmatched(int function, long timeNs) {
        lines.add("unmatched f" + function);
    }

    @Override
    public void uncertain(int function, long timeNs) {
        lines.add("uncertain f" + function);
    }
}
