package io.goroscope.collector.kernel;

import io.goroscope.collector.plan.RuntimeLayout;
import java.util.List;
import jnr.ffi.Pointer;

/**
 * The constants of a capture session and the forms of its maps' values, as {@code capture.bpf.c} and {@code capture.h} have
 * them.
 *
 * <pre>
 *     0 sleepable   4 any_process   8 sample   12 most   16 reach   20 type_bytes   24 field_bytes   28 offset_shift
 *    32 itab_type   36 frames
 *    40 how: 2 times 8 times   0 tls_offset (8 bytes)   8 goid_offset   12 segmented
 * </pre>
 */
final class CaptureConfig {

    static final int BYTES = 40 + 2 * Cookie.MAX_LAYOUTS * 16;
    static final int OP_BYTES = 16;
    static final int PROBE_BYTES = 24;
    static final int TEXT_BYTES = 64;
    static final int NO_CODE = -1;

    private static final int NOTES_ENTRY = 1;
    private static final int NEEDS_ENTRY = 2;
    private static final int AGGREGATES = 4;
    private static final int WANTS_VECTORS = 8;

    private CaptureConfig() {}

    static Pointer write(CaptureOptions options, boolean sleepable, List<RuntimeLayout> layouts) {
        Pointer data = NativeMemory.allocate(BYTES);
        boolean gccgo = options.types().gccgo();
        data.putInt(0, sleepable ? 1 : 0);
        data.putInt(4, options.processIds().isEmpty() ? 1 : 0);
        data.putInt(8, options.sample());
        data.putInt(12, options.mostBytes());
        data.putInt(16, options.reach());
        data.putInt(20, options.types().typeBytes());
        data.putInt(24, options.types().fieldBytes());
        data.putInt(28, options.types().shiftedOffsets() ? 1 : 0);
        data.putInt(32, gccgo ? 0 : 8);
        data.putInt(36, options.frames());
        for (int i = 0; i < layouts.size(); i++) {
            RuntimeLayout layout = layouts.get(i);
            how(data, 40 + 32L * i, 0, layout);
            how(data, 40 + 32L * i + 16, layout.goroutineTlsOffset(), layout);
        }
        return data;
    }

    private static void how(Pointer data, long at, long tlsOffset, RuntimeLayout layout) {
        data.putLong(at, tlsOffset);
        data.putInt(at + 8, layout.goidOffset());
        data.putInt(at + 12, layout.segmentedStacks() ? 1 : 0);
    }

    static Pointer op(CaptureOp op) {
        Pointer data = NativeMemory.allocate(OP_BYTES);
        data.putByte(0, (byte) op.code().number());
        data.putByte(1, (byte) op.to());
        data.putByte(2, (byte) op.from());
        data.putByte(3, (byte) op.size());
        data.putInt(4, op.offset());
        data.putLong(8, op.value());
        return data;
    }

    static Pointer probe(CaptureProbe probe, int filter, int recipe) {
        Pointer data = NativeMemory.allocate(PROBE_BYTES);
        data.putLong(0, probe.place().address());
        data.putInt(8, filter);
        data.putInt(12, recipe);
        data.putInt(
                16,
                (probe.notesEntry() ? NOTES_ENTRY : 0)
                        | (probe.needsEntry() ? NEEDS_ENTRY : 0)
                        | (probe.aggregates() ? AGGREGATES : 0)
                        | (probe.wantsVectors() ? WANTS_VECTORS : 0));
        data.putInt(20, probe.partner());
        return data;
    }

    static Pointer text(byte[] text) {
        Pointer data = NativeMemory.allocate(8 + TEXT_BYTES);
        data.putLong(0, text.length);
        data.put(8, text, 0, Math.min(text.length, TEXT_BYTES));
        return data;
    }
}
