package io.goroscope.collector.kernel;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Type;
import java.nio.file.Path;
import jnr.ffi.Pointer;

/**
 * Two functions as the Go compiler begins and ends them, in a file of their own, and a loop around each that has a
 * goroutine's address in r14. The kernel puts uprobes into any file that is mapped executable; it need not be ELF.
 *
 * <pre>
 * 00  loop A: push r14; mov r14,rdi        10  loop B, the same around fn B
 * 05          call fn A; dec rsi; jnz 05
 * 0f          ...
 * fn:         push rbp; pop rbp; ret
 * </pre>
 */
final class CalibrationCode implements AutoCloseable {

    /** Where the loops begin. */
    private static final int LOOP_A = 0;

    private static final int LOOP_B = 32;

    /** The function whose entry alone is probed. */
    static final int ENTRY_ONLY = 64;

    /** The function whose entry and return are probed. */
    static final int ENTRY_AND_RETURN = 96;

    /** A {@code ret} that nothing leads to. */
    static final int NEVER_REACHED = 128;

    /** Where a function's {@code ret} is. */
    static final int RETURN_OFFSET = 2;

    /** Bytes of a function. */
    static final int SIZE = 3;

    private static final int LENGTH = 4096;
    private static final int PROT_READ_EXEC = 5;
    private static final int MAP_PRIVATE = 2;
    private static final int G_BYTES = 256;
    private static final int GOID_OFFSET = 152;
    private static final CallContext CALL = CallContext.getCallContext(
            Type.SINT64, new Type[] {Type.SINT64, Type.SINT64}, CallingConvention.DEFAULT, false);

    private final long address;
    private final Pointer g;

    private CalibrationCode(long address, Pointer g) {
        this.address = address;
        this.g = g;
    }

    static byte[] bytes() {
        byte[] code = new byte[LENGTH];
        loop(code, LOOP_A, ENTRY_ONLY);
        loop(code, LOOP_B, ENTRY_AND_RETURN);
        put(code, NEVER_REACHED, 0xc3);
        for (int function : new int[] {ENTRY_ONLY, ENTRY_AND_RETURN}) {
            put(code, function, 0x55, 0x5d, 0xc3);
        }
        return code;
    }

    static CalibrationCode map(Path file) {
        try (Fd fd = new Fd(Libc.instance().open(file.toString(), 0))) {
            Pointer mapped = Libc.instance().mmap(null, LENGTH, PROT_READ_EXEC, MAP_PRIVATE, fd.number(), 0);
            if (mapped.address() == -1) {
                throw new KernelException("mapping " + file + " executable", Errno.last());
            }
            // A goroutine on a stack that is all of the address space.
            Pointer g = NativeMemory.allocate(G_BYTES);
            g.putLong(Long.BYTES, Long.MAX_VALUE);
            g.putLong(GOID_OFFSET, 1);
            return new CalibrationCode(mapped.address(), g);
        }
    }

    /** How long a call of a function takes, ns, on average over {@code calls} of them. */
    double nsPerCall(int function, int calls) {
        long loop = address + (function == ENTRY_ONLY ? LOOP_A : LOOP_B);
        long start = System.nanoTime();
        Invoker.getInstance().invokeL2(CALL, loop, g.address(), calls);
        return (System.nanoTime() - start) / (double) calls;
    }

    @Override
    public void close() {
        Libc.instance().munmap(address, LENGTH);
    }

    private static void loop(byte[] code, int at, int function) {
        put(code, at, 0x41, 0x56, 0x49, 0x89, 0xfe); // push r14; mov r14, rdi
        put(code, at + 5, 0xe8, function - (at + 10), 0, 0, 0); // call function
        put(code, at + 10, 0x48, 0xff, 0xce, 0x75, 0xf6); // dec rsi; jnz call
        put(code, at + 15, 0x41, 0x5e, 0xc3); // pop r14; ret
    }

    private static void put(byte[] code, int at, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            code[at + i] = (byte) bytes[i];
        }
    }
}
