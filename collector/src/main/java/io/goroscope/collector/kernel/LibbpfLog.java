package io.goroscope.collector.kernel;

import java.nio.charset.StandardCharsets;
import jnr.ffi.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes what libbpf would print to stderr: to the log, and the last warnings for the cause of a failed load. */
final class LibbpfLog {

    private static final Logger LOG = LoggerFactory.getLogger(LibbpfLog.class);
    private static final int LONGEST_BYTES = 64 * 1024;
    private static final int KEPT_CHARS = 256 * 1024;

    // libbpf calls it as long as the process lives, so it must never be collected
    private static final Libbpf.PrintFunction FUNCTION = LibbpfLog::print;

    private static final StringBuilder WARNINGS = new StringBuilder();

    private LibbpfLog() {}

    static void install() {
        Libbpf.instance().libbpf_set_print(FUNCTION);
    }

    /** The warnings since the last call. */
    static synchronized String takeWarnings() {
        String text = WARNINGS.toString();
        WARNINGS.setLength(0);
        return text;
    }

    private static int print(int level, Pointer format, Pointer arguments) {
        byte[] bytes = new byte[LONGEST_BYTES];
        int length = Libc.instance().vsnprintf(bytes, bytes.length, format, arguments);
        String text = new String(bytes, 0, Math.max(0, Math.min(length, bytes.length - 1)), StandardCharsets.UTF_8);
        if (level == Libbpf.LEVEL_WARN) {
            keep(text);
        }
        LOG.trace("{}", text.stripTrailing());
        return 0;
    }

    private static synchronized void keep(String text) {
        if (WARNINGS.length() < KEPT_CHARS) {
            WARNINGS.append(text);
        }
    }
}
