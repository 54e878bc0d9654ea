package io.goroscope.streams.pairing;

import io.goroscope.schemas.batch.BatchDescriptor;

/**
 * The key of a stack: a goid, an address of g and a thread id may be the same number, so the two low bits say what it
 * is. Addresses of user space have 57 bits at most, and goids are counted from 1.
 */
final class Identity {

    static final int KIND_BITS = 2;

    private static final int GOROUTINE = 0;
    private static final int SYSTEM = 1;
    private static final int THREAD = 2;
    /** gccgo's goroutines, so that one stack never mixes two orders of keys. */
    private static final int SEGMENTED_GOROUTINE = 3;

    private Identity() {}

    /** The key for an event. */
    static long of(long id, int what) {
        if ((what & (BatchDescriptor.SYSTEM_STACK | BatchDescriptor.OFF_STACK | BatchDescriptor.SEGMENTED)) == 0) {
            return (id << KIND_BITS) | GOROUTINE;
        }
        if ((what & BatchDescriptor.OFF_STACK) != 0) {
            return (id << KIND_BITS) | THREAD;
        }
        if ((what & BatchDescriptor.SYSTEM_STACK) != 0) {
            return (id << KIND_BITS) | SYSTEM;
        }
        return (id << KIND_BITS) | SEGMENTED_GOROUTINE;
    }

    /** The key for a marker that runs on a system stack and names a goroutine. */
    static long ofGoroutine(long goid, int what) {
        return of(goid, what & BatchDescriptor.SEGMENTED);
    }

    /** The number that a key was made from. */
    static long id(long identity) {
        return identity >> KIND_BITS;
    }
}
