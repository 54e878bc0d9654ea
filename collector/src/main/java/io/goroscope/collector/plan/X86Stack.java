package io.goroscope.collector.plan;

/** What an amd64 instruction does to the stack pointer. */
final class X86Stack {

    /** The instruction changes SP by an amount that is not known. */
    static final int UNKNOWN = Integer.MIN_VALUE;

    /** Not known by the opcode alone. */
    static final int UNDECIDED = Integer.MIN_VALUE + 1;

    private static final int REX_W = 8;
    private static final int REX_R = 4;
    private static final int REX_B = 1;

    private X86Stack() {}

    /** The same by the bytes of the commonest opcodes; {@link #UNDECIDED} for others. */
    static int loweredBy(byte[] code, int at, int length) {
        int op = X86.opcodeAt(code, at, length);
        int opcode = code[op] & 0xff;
        int rex = op > at && (code[op - 1] & 0xf0) == 0x40 ? code[op - 1] : 0;
        if (X86.isNop(code, at, length)) {
            return 0;
        }
        if (op - at > 1 || (op > at && rex == 0)) {
            return prefixed(code, at, length, op, opcode);
        }
        boolean namesSp = (opcode & 7) == 4 && (rex & REX_B) == 0;
        return switch (opcode & 0xf8) {
            case 0x50 -> 8;
            case 0x58 -> namesSp ? UNKNOWN : -8;
            case 0xb8 -> namesSp ? UNKNOWN : 0;
            default -> isOfAccumulator(opcode) ? 0 : withOperands(code, at, length, op, opcode, rex);
        };
    }

    /** Behind prefixes 66, f2, f3: what the accumulator, vector registers, or string instructions write. */
    private static int prefixed(byte[] code, int at, int length, int op, int opcode) {
        for (int i = at; i < op; i++) {
            int prefix = code[i] & 0xff;
            boolean rex = i == op - 1 && (prefix & 0xf0) == 0x40;
            if (!rex && prefix != 0x66 && prefix != 0xf2 && prefix != 0xf3) {
                return UNDECIDED;
            }
        }
        boolean string = opcode == 0xa4 || opcode == 0xa5 || opcode == 0xaa || opcode == 0xab;
        if (string || isOfAccumulator(opcode)) {
            return 0;
        }
        return opcode == 0x0f && op + 1 < at + length && writesVector(code[op + 1] & 0xff) ? 0 : UNDECIDED;
    }

    /** Of the second table: moves, comparisons and arithmetic that write a vector register, flags, or memory. */
    private static boolean writesVector(int second) {
        return switch (second) {
            case 0x10, 0x11, 0x14, 0x15, 0x28, 0x29, 0x2a, 0x2e, 0x2f, 0x51, 0x54, 0x57 -> true;
            case 0x58, 0x59, 0x5a, 0x5c, 0x5d, 0x5e, 0x5f, 0x6e, 0x6f, 0x7f, 0xd4, 0xd6, 0xdb, 0xeb, 0xef -> true;
            default -> false;
        };
    }

    /** Arithmetic of rax with a number: add, or, adc, sbb, and, sub, xor, cmp, test. */
    private static boolean isOfAccumulator(int opcode) {
        return (opcode < 0x40 && (opcode & 7) >= 4 && (opcode & 7) <= 5) || (opcode & 0xfe) == 0xa8;
    }

    private static int withOperands(byte[] code, int at, int length, int op, int opcode, int rex) {
        if (op + 1 >= at + length) {
            return UNDECIDED;
        }
        int modrm = code[op + 1] & 0xff;
        boolean wide = (rex & REX_W) != 0;
        boolean operandIsSp = modrm >= 0xc0 && (modrm & 7) == 4 && (rex & REX_B) == 0;
        boolean registerIsSp = (modrm >> 3 & 7) == 4 && (rex & REX_R) == 0;
        int extension = modrm >> 3 & 7;
        return switch (opcode) {
            case 0x39, 0x3b, 0x85 -> 0; // cmp, test
            case 0x89 -> operandIsSp ? UNKNOWN : 0;
            case 0x8b -> registerIsSp ? UNKNOWN : 0;
            case 0x81, 0x83 -> {
                if (!operandIsSp || extension == 7) {
                    yield 0;
                }
                int amount = wide ? immediate(code, at, length) : UNKNOWN;
                yield extension == 5 ? amount : extension == 0 ? negated(amount) : UNKNOWN;
            }
            case 0x8d -> registerIsSp ? (wide ? negated(displacement(code, at, length)) : UNKNOWN) : 0;
            case 0xc1, 0xd1, 0xd3, 0xf7 -> operandIsSp ? UNDECIDED : 0; // shifts, not, neg, mul, div
            case 0xfe, 0xff -> extension <= 1 && !operandIsSp ? 0 : UNDECIDED; // inc, dec
            case 0x0f -> twoBytes(code, at, length, op, rex);
            default -> UNDECIDED;
        };
    }

    /** {@code bswap}, {@code bt} by a number, and moves between vector registers and memory. */
    private static int twoBytes(byte[] code, int at, int length, int op, int rex) {
        int second = code[op + 1] & 0xff;
        boolean namesSp = (second & 7) == 4 && (rex & REX_B) == 0;
        if ((second & 0xf8) == 0xc8) {
            return namesSp ? UNDECIDED : 0;
        }
        if (op + 2 >= at + length) {
            return UNDECIDED;
        }
        int modrm = code[op + 2] & 0xff;
        boolean operandIsSp = modrm >= 0xc0 && (modrm & 7) == 4 && (rex & REX_B) == 0;
        return switch (second) {
            case 0xba -> operandIsSp ? UNDECIDED : 0;
            case 0x10, 0x11, 0x28, 0x29, 0x57 -> 0;
            default -> UNDECIDED;
        };
    }

    /**
     * By how much the instruction lowers SP, bytes, or {@link #UNKNOWN}.
     *
     * @param text the instruction in capstone's words, which name what it writes first
     */
    static int loweredBy(byte[] code, int at, int length, String text) {
        int space = text.indexOf(' ');
        String mnemonic = space < 0 ? text : text.substring(0, space);
        String operands = space < 0 ? "" : text.substring(space + 1);
        boolean narrow = X86.hasPrefix(code, at, length, 0x66);
        return switch (mnemonic) {
            case "push", "pushfq" -> narrow ? UNKNOWN : 8;
            case "pop", "popfq" -> narrow || operands.equals("rsp") ? UNKNOWN : -8;
            case "", "leave", "enter", "call", "lcall", "ret", "retf", "iretq" -> UNKNOWN;
            case "cmp", "test" -> 0;
            case "xchg", "xadd", "cmpxchg" -> namesStackPointer(operands) ? UNKNOWN : 0;
            case "sub" -> writesStackPointer(operands) ? whole(operands, immediate(code, at, length)) : 0;
            case "add" -> writesStackPointer(operands) ? whole(operands, negated(immediate(code, at, length))) : 0;
            case "lea" -> writesStackPointer(operands) ? negated(displacement(code, at, length, operands)) : 0;
            default -> writesStackPointer(operands) ? UNKNOWN : 0;
        };
    }

    /** Of the lower half of the register nothing is known: it clears the upper one. */
    private static int whole(String operands, int amount) {
        return operands.startsWith("rsp,") ? amount : UNKNOWN;
    }

    private static int negated(int amount) {
        return amount == UNKNOWN ? UNKNOWN : -amount;
    }

    /** Of {@code sub rsp, imm} and {@code add rsp, imm}: opcodes 83 /n ib and 81 /n id. */
    private static int immediate(byte[] code, int at, int length) {
        return switch (code[X86.opcodeAt(code, at, length)] & 0xff) {
            case 0x83 -> code[at + length - 1];
            case 0x81 -> X86.int32(code, at + length - 4);
            default -> UNKNOWN;
        };
    }

    /** Of {@code lea rsp, [rsp + displacement]}: a SIB byte of 24 says that the base is rsp and there is no index. */
    private static int displacement(byte[] code, int at, int length, String operands) {
        return operands.startsWith("rsp, [rsp ") ? displacement(code, at, length) : UNKNOWN;
    }

    private static int displacement(byte[] code, int at, int length) {
        int modrm = X86.opcodeAt(code, at, length) + 1;
        boolean baseIsSp = (code[modrm] & 7) == 4 && modrm + 1 < at + length && code[modrm + 1] == 0x24;
        if (!baseIsSp || (modrm - 2 >= at && (code[modrm - 2] & REX_B) != 0)) {
            return UNKNOWN;
        }
        return switch ((code[modrm] & 0xff) >>> 6) {
            case 1 -> code[at + length - 1];
            case 2 -> X86.int32(code, at + length - 4);
            default -> UNKNOWN;
        };
    }

    private static boolean writesStackPointer(String operands) {
        int comma = operands.indexOf(',');
        return isStackPointer(comma < 0 ? operands : operands.substring(0, comma));
    }

    private static boolean namesStackPointer(String operands) {
        for (String operand : operands.split(",", -1)) {
            if (isStackPointer(operand.strip())) {
                return true;
            }
        }
        return false;
    }

    /** The register itself, whole or in part; memory that it points to is in brackets. */
    private static boolean isStackPointer(String operand) {
        return switch (operand) {
            case "rsp", "esp", "sp", "spl" -> true;
            default -> false;
        };
    }
}
