package io.goroscope.collector.kernel;

import io.goroscope.collector.plan.RuntimeLayout;
import java.util.List;
import jnr.ffi.Pointer;

/**
 * The constants of a session, as the BPF programs have them: {@code struct session} in {@code goroscope.bpf.c}. The kernel
 * freezes them before it verifies the programs, so that what a session does not need costs nothing at a hit.
 *
 * <pre>
 *     0 slots   4 shards   8 any_process   12 markers
 *    16 layouts: 8 times
 *         0 goroutine_tls_offset (8 bytes)   8 goid_offset   12 stack_lo_offset   16 segmented
 *        20 morestack_low_bits   24 morestack_code (two times 8 bytes)
 *   336 registers_writable   340 adjustable
 * </pre>
 */
final class SessionConfig {

    static final int BYTES = 344;

    private static final long LAYOUTS = 16;
    private static final long LAYOUT_BYTES = 40;
    private static final long REGISTERS_WRITABLE = 336;
    private static final long ADJUSTABLE = 340;

    /** Length of the code around __morestack's call that tells it from others. */
    static final int SIGNATURE_BYTES = 16;

    /** How much of it lies before the return address. */
    static final int SIGNATURE_BEFORE = 3;

    private SessionConfig() {}

    /**
     * A layout as the programs need it.
     *
     * @param code for segmented stacks the 8 bytes of code from {@link #SIGNATURE_BEFORE} bytes before {@link
     *     RuntimeLayout#morestackReturnAddress} on, as a number in native byte order; else 0
     * @param codeAfter the 8 bytes after these
     */
    record Layout(RuntimeLayout runtime, long code, long codeAfter) {}

    static Pointer write(
            int slots,
            int shards,
            boolean anyProcess,
            boolean markers,
            List<Layout> layouts,
            boolean registersWritable,
            boolean adjustable) {
        Pointer data = NativeMemory.allocate(BYTES);
        data.putInt(0, slots);
        data.putInt(4, shards);
        data.putInt(8, anyProcess ? 1 : 0);
        data.putInt(12, markers ? 1 : 0);
        data.putInt(REGISTERS_WRITABLE, registersWritable ? 1 : 0);
        data.putInt(ADJUSTABLE, adjustable ? 1 : 0);
        for (int i = 0; i < layouts.size(); i++) {
            RuntimeLayout runtime = layouts.get(i).runtime();
            long at = LAYOUTS + i * LAYOUT_BYTES;
            data.putLong(at, runtime.goroutineTlsOffset());
            data.putInt(at + 8, runtime.goidOffset());
            data.putInt(at + 12, runtime.stackLoOffset());
            data.putInt(at + 16, runtime.segmentedStacks() ? 1 : 0);
            data.putInt(at + 20, (int) (runtime.morestackReturnAddress() & 0xfff));
            data.putLong(at + 24, layouts.get(i).code());
            data.putLong(at + 32, layouts.get(i).codeAfter());
        }
        return data;
    }
}
