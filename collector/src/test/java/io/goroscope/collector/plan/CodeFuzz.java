package io.goroscope.collector.plan;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Fuzz target: code of either architecture that is none. */
public final class CodeFuzz {

    /** Longer inputs only repeat themselves. */
    private static final int LONGEST = 512;

    private CodeFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        byte[] data = Arrays.copyOf(input, Math.min(input.length, LONGEST));
        // capstone is not asked here: fuzzing a native library finds its faults and not ours.
        for (int at = 0; at < data.length; ) {
            int answer = X86Decoder.decode(data, at, data.length);
            int length = X86Decoder.length(answer);
            if (answer != 0 && (length == 0 || at + length > data.length)) {
                throw new IllegalStateException(length + " bytes at " + at + " of " + data.length);
            }
            if (answer != 0) {
                X86.flow(data, at, length);
                X86.emulated(data, at, length);
                X86Stack.loweredBy(data, at, length);
            }
            at += Math.max(1, length);
        }
        ByteBuffer words = ByteBuffer.wrap(data);
        Arm64Code code = new Arm64Code(0x10000, words);
        for (int i = 0; i < code.count(); i++) {
            Arm64.lowersStackBy(code.word(i));
            Arm64.probeable(code.word(i));
        }
    }
}
