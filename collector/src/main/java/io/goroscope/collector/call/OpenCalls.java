package io.goroscope.collector.call;

import io.goroscope.collector.kernel.CaptureRecord;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Entries whose returns are still to come: by process, goroutine, function and frame. A call that never returns stays until
 * a frame of its goroutine at the same depth takes its place, or too many others came.
 */
final class OpenCalls {

    private static final int MOST = 1 << 16;

    private record Key(int tgid, long identity, long depth, int call) {}

    private final Map<Key, CaptureRecord> open = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, CaptureRecord> eldest) {
            return size() > MOST;
        }
    };

    void entered(CaptureRecord entry, int call) {
        open.put(key(entry, call), entry);
    }

    /** The entry that belongs to a return; null where it was not seen. */
    CaptureRecord returned(CaptureRecord exit, int call) {
        return open.remove(key(exit, call));
    }

    private static Key key(CaptureRecord record, int call) {
        return new Key(record.tgid(), record.identity(), record.depth(), call);
    }
}
