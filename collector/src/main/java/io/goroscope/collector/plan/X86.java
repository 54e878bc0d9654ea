package io.goroscope.collector.plan;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What an amd64 instruction does, as far as probing needs it, read from its bytes.
 *
 * <p>Encodings: Intel SDM volume 2. What the kernel emulates: {@code arch/x86/kernel/uprobes.c}
 * ({@code branch_setup_xol_ops}, {@code push_setup_xol_ops}); measured on 6.18: {@code push}, {@code call rel32},
 * {@code jmp}, {@code jcc} and {@code nop} take 0.4–1.9 µs a hit, all else is single-stepped.
 */
final class X86 {

    /** What an instruction does to control. */
    enum Flow {
        /** Goes on to the next one. */
        NEXT(0),
        /** {@code jmp rel8} or {@code rel32}. */
        JUMP(1),
        /** {@code jcc rel8} or {@code rel32}. */
        BRANCH(2),
        /** {@code call rel32}. */
        CALL(3),
        /** {@code jmp} through a register or memory. */
        INDIRECT_JUMP(4),
        /** {@code ret}. */
        RETURN(5),
        /** Does not go on: {@code ud2}, {@code hlt}, {@code int3}. */
        STOP(6);

        private static final Flow[] ALL = values();

        private final int code;

        Flow(int code) {
            this.code = code;
        }

        /** Its number in an answer of {@link X86Decoder}, 0 to 7. */
        int code() {
            return code;
        }

        static Flow of(int code) {
            return ALL[code];
        }
    }

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private X86() {}

    /** The little-endian number at an offset. */
    static int int32(byte[] code, int at) {
        return (int) INT.get(code, at);
    }

    /** Offset of the opcode: after the legacy prefixes and REX. */
    static int opcodeAt(byte[] code, int at, int length) {
        int i = at;
        int end = at + length - 1;
        while (i < end && isLegacyPrefix(code[i] & 0xff)) {
            i++;
        }
        return i < end && (code[i] & 0xf0) == 0x40 ? i + 1 : i;
    }

    private static boolean isLegacyPrefix(int b) {
        return switch (b) {
            case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3 -> true;
            default -> false;
        };
    }

    static boolean hasPrefix(byte[] code, int at, int length, int prefix) {
        int end = at + length - 1;
        for (int i = at; i < end && isLegacyPrefix(code[i] & 0xff); i++) {
            if ((code[i] & 0xff) == prefix) {
                return true;
            }
        }
        return false;
    }

    static Flow flow(byte[] code, int at, int length) {
        int op = opcodeAt(code, at, length);
        int opcode = code[op] & 0xff;
        return switch (opcode) {
            case 0xe9, 0xeb -> Flow.JUMP;
            case 0xe8 -> Flow.CALL;
            case 0xc2, 0xc3, 0xca, 0xcb -> Flow.RETURN;
            case 0xe0, 0xe1, 0xe2, 0xe3 -> Flow.BRANCH;
            case 0xcc, 0xf4 -> Flow.STOP;
            case 0xff -> isJumpExtension(modrmExtension(code, op + 1, at + length)) ? Flow.INDIRECT_JUMP : Flow.NEXT;
            case 0x0f -> twoByteFlow(op + 1 < at + length ? code[op + 1] & 0xff : 0);
            default -> (opcode & 0xf0) == 0x70 ? Flow.BRANCH : Flow.NEXT;
        };
    }

    private static Flow twoByteFlow(int second) {
        if ((second & 0xf0) == 0x80) {
            return Flow.BRANCH;
        }
        return second == 0x0b ? Flow.STOP : Flow.NEXT;
    }

    private static boolean isJumpExtension(int extension) {
        return extension == 4 || extension == 5;
    }

    private static int modrmExtension(byte[] code, int at, int end) {
        return at < end ? (code[at] >> 3) & 7 : -1;
    }

    /** {@code jmp [base + index*8]}: a jump table rather than a call in tail position. */
    static boolean isTableJump(byte[] code, int at, int length) {
        int op = opcodeAt(code, at, length);
        if (op + 2 >= at + length) {
            return false;
        }
        int modrm = code[op + 1] & 0xff;
        return (modrm & 7) == 4 && modrm >>> 6 != 3 && (code[op + 2] & 0xc0) == 0xc0;
    }

    /**
     * Where a direct jump, branch or call goes, relative to the buffer's start.
     *
     * @param at offset of the instruction whose {@link #flow} is JUMP, BRANCH or CALL
     */
    static long target(byte[] code, int at, int length) {
        int op = opcodeAt(code, at, length);
        int opcode = code[op] & 0xff;
        boolean near = opcode == 0xe9 || opcode == 0xe8 || opcode == 0x0f;
        long displacement = near ? int32(code, at + length - 4) : code[at + length - 1];
        return at + length + displacement;
    }

    /** {@code jbe}: taken if CF or ZF is set. */
    static boolean isJbe(byte[] code, int at) {
        int opcode = code[at] & 0xff;
        return opcode == 0x76 || (opcode == 0x0f && (code[at + 1] & 0xff) == 0x86);
    }

    static boolean isPush(byte[] code, int at, int length) {
        int op = opcodeAt(code, at, length);
        return op - at <= 1 && op == at + length - 1 && (code[op] & 0xf8) == 0x50;
    }

    /** {@code sub rsp, imm}: 48 83 ec ib, or 48 81 ec id. */
    static boolean isSubRsp(byte[] code, int at, int length) {
        return length >= 4
                && (code[at] & 0xff) == 0x48
                && (code[at + 1] & 0xfd) == 0x81
                && (code[at + 2] & 0xff) == 0xec;
    }

    static boolean isNop(byte[] code, int at, int length) {
        int op = opcodeAt(code, at, length);
        int opcode = code[op] & 0xff;
        if (opcode == 0x90) {
            // With REX.B it is xchg r8, rax; with f3 it is pause.
            boolean rexB = op > at && (code[op - 1] & 0xf1) == 0x41;
            return !rexB && !hasPrefix(code, at, length, 0xf3);
        }
        return opcode == 0x0f && (code[op + 1] & 0xff) == 0x1f && length <= 8;
    }

    /** True where the kernel emulates the instruction: a probe on it costs no single step. */
    static boolean emulated(byte[] code, int at, int length) {
        if (!probeable(code, at, length)) {
            return false;
        }
        return switch (flow(code, at, length)) {
            case JUMP, CALL -> !hasPrefix(code, at, length, 0x66);
            case BRANCH -> {
                // loop and jrcxz (e0 to e3) are not emulated.
                int opcode = code[opcodeAt(code, at, length)] & 0xff;
                yield (opcode & 0xfc) != 0xe0 && !hasPrefix(code, at, length, 0x66);
            }
            case NEXT -> isPush(code, at, length) || isNop(code, at, length);
            case INDIRECT_JUMP, RETURN, STOP -> false;
        };
    }

    /**
     * True where the kernel accepts a probe.
     *
     * <p>It refuses prefixes ES, CS, SS, DS and LOCK, and what {@code good_insns_64} of
     * {@code arch/x86/kernel/uprobes.c} leaves out; VEX and EVEX were refused when tried (errno 524) and, in a file
     * that no process maps yet, silently never fire.
     */
    static boolean probeable(byte[] code, int at, int length) {
        for (int i = at; i < at + length - 1 && isLegacyPrefix(code[i] & 0xff); i++) {
            int prefix = code[i] & 0xff;
            if (prefix == 0xf0 || (prefix & 0xe7) == 0x26) {
                return false;
            }
        }
        int op = opcodeAt(code, at, length);
        int opcode = code[op] & 0xff;
        if (opcode == 0x0f) {
            return probeableTwoByte(code[op + 1] & 0xff);
        }
        return switch (opcode) {
            case 0x06, 0x07, 0x0e, 0x16, 0x17, 0x1e, 0x1f, 0x27, 0x2f, 0x37, 0x3f -> false;
            case 0x60, 0x61, 0x62, 0x6c, 0x6d, 0x6e, 0x6f, 0x82, 0x9a, 0xc4, 0xc5, 0xcc, 0xcd, 0xce, 0xcf -> false;
            case 0xd4, 0xd5, 0xd6, 0xe4, 0xe5, 0xe6, 0xe7, 0xea, 0xec, 0xed, 0xee, 0xef -> false;
            case 0xf1, 0xf4, 0xfa, 0xfb, 0x8e, 0x9d -> false;
            default -> true;
        };
    }

    private static boolean probeableTwoByte(int second) {
        return switch (second) {
            case 0x00, 0x01, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x30, 0x34, 0x35, 0x37 -> false;
            case 0x78, 0x79, 0xae, 0xb9, 0xff -> false;
            default -> true;
        };
    }

    /** True for an instruction that reads or writes through the fs segment: thread-local storage. */
    static boolean usesThreadLocal(byte[] code, int at, int length) {
        return hasPrefix(code, at, length, 0x64);
    }
}
