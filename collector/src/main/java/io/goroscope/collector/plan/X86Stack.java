package io.goroscope.collector.plan;

/** What an amd64 instruction does to the stack pointer. */
final class X86Stack {

    /** The instruction changes SP by an amount that is not known. */
    static final int UNKNOWN = Integer.MIN_VALUE;

    private X86Stack() {}

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
            case "sub" -> writesStackPointer(operands) ? immediate(code, at, length) : 0;
            case "add" -> writesStackPointer(operands) ? negated(immediate(code, at, length)) : 0;
            case "lea" -> writesStackPointer(operands) ? negated(displacement(code, at, length, operands)) : 0;
            default -> writesStackPointer(operands) ? UNKNOWN : 0;
        };
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
        int modrm = X86.opcodeAt(code, at, length) + 1;
        if (!operands.startsWith("rsp, [rsp ") || (code[modrm + 1] & 0xff) != 0x24) {
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
