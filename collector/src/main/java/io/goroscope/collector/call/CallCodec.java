package io.goroscope.collector.call;

import io.goroscope.collector.capture.TracedFunction.Item;
import io.goroscope.collector.spec.Format;
import io.goroscope.collector.spec.SpecException;
import io.goroscope.schemas.avro.Capture;
import java.util.List;

/** Calls as {@code Capture.avsc} has them, in a batch of their goroutine's lane, and back. */
public final class CallCodec {

    private CallCodec() {}

    /**
     * To Avro. The stack is left out: its names are in no record.
     *
     * @param function as {@code Event.function}
     * @param lost calls that were lost before it, since the collector began
     */
    public static Capture encode(CapturedCall call, int function, long lost) {
        return new Capture(
                0,
                call.tid(),
                new ValueEncoder().encode(call.items()),
                List.of(),
                call.timeNs(),
                call.identity(),
                call.depth(),
                function,
                call.what(),
                call.comm(),
                call.durationNs(),
                call.format() == null ? null : call.format().text(),
                lost);
    }

    /**
     * And back.
     *
     * @param function the function's name
     */
    public static CapturedCall decode(Capture capture, int pid, String function) {
        List<Item> items = ValueDecoder.decode(capture.getValues());
        return new CapturedCall(
                capture.getTimeNs(),
                pid,
                capture.getTid(),
                capture.getIdentity(),
                capture.getDepth(),
                capture.getWhat(),
                capture.getComm(),
                function,
                capture.getDurationNs(),
                format(capture.getFormat(), items.size()),
                items,
                List.of());
    }

    /** Null where there is none, or not the one that the values were captured for. */
    private static Format format(String text, int values) {
        if (text == null) {
            return null;
        }
        try {
            Format format = Format.parse(text);
            return format.verbs().size() == values ? format : null;
        } catch (SpecException e) {
            return null;
        }
    }
}
