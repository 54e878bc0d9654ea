package io.goroscope.collector.plan;

/**
 * What an arm64 instruction does, as far as probing needs it. Every instruction is one little-endian 32-bit word.
 *
 * <p>Encodings: Arm Architecture Reference Manual (DDI 0487), chapter C4. What the kernel does with a probed one:
 * {@code arm_probe_decode_insn} in {@code arch/arm64/kernel/probes/decode-insn.c}, which {@code uprobes.c} beside it asks
 * (Linux 6.12 and later):
 * <pre>
 *   simulated          b, bl, b.cond, cbz, cbnz, tbz, tbnz, br, blr, ret, adr, adrp
 *   refused            svc, brk, hlt and their kin, eret, msr, mrs but of daif, hints but for a list that has nop and bti,
 *                      exclusive loads and stores, loads of a literal
 *   single-stepped     all else
 * </pre>
 * So a {@code ret} is cheap here, unlike on amd64. Older kernels simulated {@code ldr} and {@code ldrsw} of a literal as
 * well, wrongly; that is left to kprobes since, and nothing is planned on it. Later ones may simulate more, which costs
 * nothing not to know. This is what the source says: no arm64 machine was at hand to run it.
 */
final class Arm64 {

    static final int SIZE = 4;

    /** The register that is SP or zero, depending on the instruction. */
    private static final int SP = 31;

    private static final int LOWER_OR_SAME = 9;

    private Arm64() {}

    static X86.Flow flow(int word) {
        if ((word & 0x7c000000) == 0x14000000) {
            return word < 0 ? X86.Flow.CALL : X86.Flow.JUMP;
        }
        if (isConditional(word)) {
            return X86.Flow.BRANCH;
        }
        return switch (word & 0xfffffc1f) {
            case 0xd61f0000 -> X86.Flow.INDIRECT_JUMP;
            case 0xd65f0000 -> X86.Flow.RETURN;
            default -> stops(word) ? X86.Flow.STOP : X86.Flow.NEXT;
        };
    }

    /** Undefined, a breakpoint, or what Go's assembler writes behind a call that does not return. */
    private static boolean stops(int word) {
        boolean exception = (word & 0xff000000) == 0xd4000000;
        boolean systemCall = (word & 0x00e0001f) == 0x00000001;
        return word >>> 16 == 0 || word == 0xbea71700 || (exception && !systemCall);
    }

    private static boolean isConditional(int word) {
        return (word & 0xff000010) == 0x54000000 // b.cond
                || (word & 0x7c000000) == 0x34000000; // cbz, cbnz, tbz, tbnz
    }

    /** Where a direct jump, branch or call goes, bytes from the instruction. */
    static long distance(int word) {
        if ((word & 0x7c000000) == 0x14000000) {
            return (long) (word << 6 >> 6) * SIZE;
        }
        boolean test = (word & 0x7e000000) == 0x36000000;
        return test ? (long) (word << 13 >> 18) * SIZE : (long) (word << 8 >> 13) * SIZE;
    }

    /** {@code b.ls}: taken if C is clear or Z is set. */
    static boolean isBranchIfLowerOrSame(int word) {
        return (word & 0xff00001f) == (0x54000000 | LOWER_OR_SAME);
    }

    /** A load from a constant that stands among the code. */
    static boolean isLiteralLoad(int word) {
        return (word & 0x3b000000) == 0x18000000;
    }

    /** Size of such a constant, bytes. */
    static int literalSize(int word) {
        boolean vector = (word & 0x04000000) != 0;
        int size = word >>> 30;
        return vector ? 4 << size : size == 1 ? 8 : 4;
    }

    /** True where the kernel simulates the instruction: a probe on it costs no single step. */
    static boolean simulated(int word) {
        return (word & 0x7c000000) == 0x14000000
                || isConditional(word)
                || (word & 0x1f000000) == 0x10000000 // adr, adrp
                || (word & 0xff9ffc1f) == 0xd61f0000; // br, blr, ret
    }

    /** True where the kernel accepts a probe. */
    static boolean probeable(int word) {
        if (simulated(word)) {
            return true;
        }
        boolean exclusive = (word & 0x3f000000) == 0x08000000;
        // Exceptions, and the whole of the system instructions: nothing that compiled code begins with.
        boolean system = (word & 0xff000000) == 0xd4000000 || (word & 0xff000000) == 0xd5000000;
        boolean nop = word == 0xd503201f;
        return word >>> 16 != 0 && !exclusive && !isLiteralLoad(word) && (!system || nop);
    }

    /** By how much the instruction lowers SP, bytes, or {@link X86Stack#UNKNOWN}. */
    static int lowersStackBy(int word) {
        int base = word >> 5 & 31;
        if ((word & 0x1f000000) == 0x11000000) { // add, sub of a number
            boolean setsFlags = (word & 0x20000000) != 0;
            if (setsFlags || (word & 31) != SP) {
                return 0;
            }
            int amount = (word >> 10 & 0xfff) << ((word & 0x00400000) != 0 ? 12 : 0);
            boolean subtracts = (word & 0x40000000) != 0;
            return base != SP || word >= 0 ? X86Stack.UNKNOWN : subtracts ? amount : -amount;
        }
        if (base == SP) {
            if ((word & 0x3b200400) == 0x38000400) { // one register, before or after moving the base
                return -(word << 11 >> 23);
            }
            if ((word & 0x3a800000) == 0x28800000) { // two registers, likewise
                int size = (word & 0x04000000) != 0 ? 4 << (word >>> 30) : word < 0 ? 8 : 4;
                return -(word << 10 >> 25) * size;
            }
            if ((word & 0xbe800000) == 0x0c800000) { // vectors, likewise
                return X86Stack.UNKNOWN;
            }
        }
        boolean extended = (word & 0x1f200000) == 0x0b200000 && (word & 0x20000000) == 0; // add, sub of a register
        boolean logical = (word & 0x1f800000) == 0x12000000 && (word & 0x60000000) != 0x60000000; // and, orr, eor
        return (extended || logical) && (word & 31) == SP ? X86Stack.UNKNOWN : 0;
    }
}
