package io.goroscope.cli.trace;

import io.goroscope.collector.call.CapturedCall;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Where calls are printed. */
interface TraceOutput {

    /** Before the first call. */
    void begin();

    /**
     * Prints a call.
     *
     * @param wallOffsetNs what to add to the call's time to have ns since 1970
     */
    void print(CapturedCall call, long wallOffsetNs);

    /** Standard output with a buffer, which the caller flushes when there is a pause. */
    static PrintStream stdout() {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
                false,
                StandardCharsets.UTF_8);
    }
}
