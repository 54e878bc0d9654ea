package io.goroscope.collector.kernel;

/**
 * BPF instructions by hand, for programs of a few lines that try what the kernel allows. Encoding: the kernel's {@code
 * Documentation/bpf/standardization/instruction-set.rst}, little endian.
 */
final class Instructions {

    private Instructions() {}

    /** {@code to = *(u64 *)(from + offset)} */
    static long loadLong(int to, int from, int offset) {
        return encode(0x79, to, from, offset, 0);
    }

    /** {@code *(u64 *)(to + offset) = from} */
    static long storeLong(int to, int from, int offset) {
        return encode(0x7b, to, from, offset, 0);
    }

    /** {@code to = value} */
    static long moveImmediate(int to, int value) {
        return encode(0xb7, to, 0, 0, value);
    }

    static long exit() {
        return encode(0x95, 0, 0, 0, 0);
    }

    private static long encode(int opcode, int to, int from, int offset, int immediate) {
        return opcode | (long) (to | from << 4) << 8 | (offset & 0xffffL) << 16 | (long) immediate << 32;
    }
}
