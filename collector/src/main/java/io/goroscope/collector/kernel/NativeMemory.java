package io.goroscope.collector.kernel;

import java.nio.charset.StandardCharsets;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** Zeroed native memory for arguments of system calls, freed with the pointer. */
final class NativeMemory {

    private static final Runtime RUNTIME = Runtime.getSystemRuntime();

    private NativeMemory() {}

    /** @param bytes at least 1 */
    static Pointer allocate(int bytes) {
        return Memory.allocateDirect(RUNTIME, bytes, true);
    }

    static Pointer string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Pointer pointer = allocate(bytes.length + 1);
        pointer.put(0, bytes, 0, bytes.length);
        return pointer;
    }

    static Pointer longs(long[] values) {
        Pointer pointer = allocate(Math.max(1, values.length * Long.BYTES));
        pointer.put(0, values, 0, values.length);
        return pointer;
    }
}
