package io.goroscope.schemas.batch;

import io.goroscope.schemas.WireSchemas;
import io.goroscope.schemas.avro.EventBatch;

/**
 * The layout of an event batch on the wire, and the bits of its packed fields.
 *
 * <pre>
 *  C3 01 │ fingerprint, 8 bytes little endian                       single-object encoding
 *  ──────┴──────────────────────────────────────────────────────
 *  source { process { host, boot_id, pid, start_ticks, exec_id },  ┐
 *           collector, epoch, lane, lanes }                        │ the same bytes in every
 *  exe, service                                                    │ batch of a lane: its
 *  images [ { build_id, path } … ]                                 ┘ {@link LaneSource}
 *  sequence, base_time_ns, wall_offset_ns, lost
 *  lifecycle [ { before, time_ns, kind, function, detail } … ]     nearly always empty
 *  events    [ { delta_ns, goid, depth, function,
 *                what, generation, segment } … ]                   one block, about 11 bytes each
 *  captures  [ { event, tid, values, … } … ]                       nearly always empty; blocks have their
 *                                                                  size before them, to be skipped at once
 *
 *  All numbers are zigzag varints.
 *
 *  function   30        24 23                              0
 *            ┌────────────┬─────────────────────────────────┐
 *            │ image      │ number of the function in it    │
 *            └────────────┴─────────────────────────────────┘
 *  what        7     6     5     4   3           0
 *            ┌─────┬─────┬─────┬─────┬─────────────┐
 *            │segm.│no id│ off │syst.│ kind        │
 *            └─────┴─────┴─────┴─────┴─────────────┘
 * </pre>
 */
public final class BatchDescriptor {

    /** A call began. */
    public static final int ENTRY = 0;
    /** A call ended by {@code ret}. */
    public static final int RETURN = 1;
    /** A call ended by a jump into another function. */
    public static final int TAIL = 2;
    /** {@code runtime.gopanic} was called. */
    public static final int PANIC = 3;
    /** {@code runtime.deferreturn} was called. */
    public static final int DEFER_RETURN = 4;
    /** {@code runtime.Goexit} was called. */
    public static final int GOEXIT = 5;
    /** The goroutine ended. */
    public static final int GOROUTINE_END = 6;

    /** The greatest kind that is in use. */
    public static final int MAX_KIND = GOROUTINE_END;

    /** Mask of the kind in {@code what}. */
    public static final int KIND_MASK = 0xF;
    /** On a system stack (g0): the identity is the address of g. */
    public static final int SYSTEM_STACK = 1 << 4;
    /** Outside the goroutine's stack, as in a signal handler: the identity is the thread's id. */
    public static final int OFF_STACK = 1 << 5;
    /** The identity could not be read; {@code goid} is 0 and means nothing. */
    public static final int NO_IDENTITY = 1 << 6;
    /** Segmented stack (gccgo): {@code depth} is SP. */
    public static final int SEGMENTED = 1 << 7;
    /** All bits that are in use. */
    public static final int WHAT_MASK = 0xFF;

    /** Bits to shift {@code function} by to get the image's index. */
    public static final int IMAGE_SHIFT = 24;
    /** Mask of the function's number in its image. */
    public static final int NUMBER_MASK = (1 << IMAGE_SHIFT) - 1;
    /** Most images a process may have. */
    public static final int MAX_IMAGES = 128;

    /** Most events in one batch. */
    public static final int MAX_EVENTS = 1 << 16;
    /** Largest batch in bytes; below a broker's default limit of 1 MiB. */
    public static final int MAX_BYTES = 512 * 1024;
    /** Bound on the bytes of one encoded event: seven varints. */
    public static final int MAX_EVENT_BYTES = 10 + 10 + 10 + 5 + 5 + 5 + 10;

    /** Fingerprint of the schema that this version writes. */
    public static final long FINGERPRINT = WireSchemas.fingerprint(EventBatch.getClassSchema());

    /**
     * Fingerprint of the schema before that: laid out the same but for the fields of a capture, and no collector wrote
     * any then.
     */
    static final long FINGERPRINT_BEFORE_CAPTURES = 0x270a3df803dbd40cL;

    private BatchDescriptor() {}

    /** Packs an image's index and a function's number. */
    public static int function(int image, int number) {
        return image << IMAGE_SHIFT | number;
    }

    /** Index of the image of a function id. */
    public static int image(int function) {
        return function >>> IMAGE_SHIFT;
    }
}
