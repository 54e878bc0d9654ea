package io.goroscope.collector.plan;

/**
 * Finds the instruction of an amd64 function that runs exactly once in each call.
 *
 * <p>Most functions begin with a check of the stack's size: {@code cmp rsp,[r14+16]; jbe grow}, and {@code grow} calls
 * {@code runtime.morestack} and jumps back to the start, so the start runs twice in a call that grows its stack. From
 * Go 1.21 the {@code push rbp} after the {@code jbe} runs once and is emulated by the kernel. Before, a
 * {@code sub rsp,N} stands there, which is not; then the {@code jbe} itself is the place, and hits with CF or ZF set
 * (it will be taken) are not calls.
 *
 * <p>In gccgo's code the branch after {@code cmp rsp,fs:0x70} is the place, and no hit of it is to be ignored: its
 * {@code __morestack} calls the body on a new segment, and the check is not run again.
 *
 * <p>A function without the check is straight until its first jump: the first instruction there that the kernel
 * emulates is the place, unless a loop comes back to it. Counted there, a call that faults before it is not seen.
 */
final class Amd64Entry {

    /** The longest known stack check, that of a huge frame in Go 1.15, has 8 instructions. */
    private static final int LONGEST_CHECK = 16;

    /** Up to 9 integer and 15 floating-point arguments are saved before the call of morestack. */
    private static final int LONGEST_SPILL = 48;

    private final Decoded aside;
    private final StackGrowth growth;

    /** @param aside its own, for code off the main path */
    Amd64Entry(StackGrowth growth, Decoded aside) {
        this.growth = growth;
        this.aside = aside;
    }

    /** The place behind a stack check, or null for a function without one. Decodes no more than the check. */
    EntryChoice afterStackCheck(GoFunction function, byte[] code, Decoded decoded) {
        int check = -1;
        boolean threadLocal = false;
        for (int i = 0; i < LONGEST_CHECK && decoded.has(i); i++) {
            int at = decoded.offset(i);
            int length = decoded.length(i);
            threadLocal |= decoded.usesThreadLocal(i);
            if (X86.isPush(code, at, length)) {
                if (check >= 0 && i == check + 1 && growth.restartsFunction()) {
                    return new EntryChoice(at, 0, false, false, threadLocal);
                }
                break;
            }
            if (X86.isSubRsp(code, at, length)) {
                break;
            }
            X86.Flow flow = decoded.flow(i);
            if (flow == X86.Flow.BRANCH && growsStack(function, code, X86.target(code, at, length))) {
                check = i;
            } else if (flow != X86.Flow.NEXT) {
                break;
            }
        }
        if (check >= 0 && !growth.restartsFunction()) {
            return new EntryChoice(decoded.offset(check), 0, false, false, threadLocal);
        }
        if (check < 0 || !X86.isJbe(code, decoded.offset(check))) {
            return null;
        }
        return new EntryChoice(decoded.offset(check), 0, true, false, threadLocal);
    }

    private boolean growsStack(GoFunction function, byte[] code, long target) {
        if (target < 0 || target >= function.size()) {
            return false;
        }
        aside.start(code, (int) target, (int) function.size(), function.address());
        for (int i = 0; i < LONGEST_SPILL && aside.has(i); i++) {
            switch (aside.flow(i)) {
                case NEXT -> {}
                case CALL -> {
                    return growth.isMorestack(function.address() + X86.target(code, aside.offset(i), aside.length(i)));
                }
                default -> {
                    return false;
                }
            }
        }
        return false;
    }

    /**
     * The place in a function without a stack check.
     *
     * @param costly true to take one that the kernel single-steps where there is none that it emulates
     * @return null where there is none
     */
    EntryChoice inStraightLine(GoFunction function, Amd64Code code, boolean costly) {
        Decoded decoded = code.decoded();
        byte[] bytes = code.bytes();
        EntryChoice stepped = null;
        int lowered = 0;
        for (int i = 0; i < decoded.count(); i++) {
            int at = decoded.offset(i);
            int length = decoded.length(i);
            boolean maybeLoop = code.isJumpedTo(at) || (i > 0 && (code.hasTableJump() || code.hasIndirectJump()));
            // Nothing jumps to a push: each would lower the stack further.
            if (maybeLoop && !(X86.isPush(bytes, at, length) && !code.isJumpedTo(at))) {
                break;
            }
            if (X86.emulated(bytes, at, length)) {
                return new EntryChoice(at, lowered, false, false, code.usesThreadLocalBeforeCall());
            }
            if (stepped == null && X86.probeable(bytes, at, length)) {
                stepped = new EntryChoice(at, lowered, false, true, code.usesThreadLocalBeforeCall());
            }
            if (decoded.flow(i) != X86.Flow.NEXT) {
                break;
            }
            int by = decoded.lowersStackBy(i);
            if (by == X86Stack.UNKNOWN) {
                break;
            }
            lowered += by;
        }
        return costly ? stepped : null;
    }

    /**
     * The place in a function without a stack check at which its arguments are still as they were passed: as {@link
     * #inStraightLine}, or else the first instruction, unless it runs again in a loop.
     */
    EntryChoice withArguments(GoFunction function, Amd64Code code, boolean costly) {
        EntryChoice choice = inStraightLine(function, code, costly);
        if (choice != null && leavesArguments(code, choice.offset())) {
            return choice;
        }
        Decoded decoded = code.decoded();
        boolean once = decoded.count() > 0 && !code.isJumpedTo(0) && X86.probeable(code.bytes(), 0, decoded.length(0));
        return costly && once ? new EntryChoice(0, 0, false, true, code.usesThreadLocalBeforeCall()) : null;
    }

    /** Whether no instruction before an offset writes a register, but for the stack pointer. */
    private static boolean leavesArguments(Amd64Code code, int offset) {
        Decoded decoded = code.decoded();
        for (int i = 0; i < decoded.count() && decoded.offset(i) < offset; i++) {
            int at = decoded.offset(i);
            int length = decoded.length(i);
            boolean harmless = X86.emulated(code.bytes(), at, length)
                    || X86.isSubRsp(code.bytes(), at, length)
                    || comparesOrStores(code.bytes(), at);
            if (!harmless) {
                return false;
            }
        }
        return true;
    }

    /**
     * Compares, tests, and moves into memory, by their opcodes (Intel SDM, volume 2, appendix A); what is not known to be
     * one of these is taken for something else.
     */
    private static boolean comparesOrStores(byte[] code, int from) {
        int at = from;
        while (at < code.length && ((code[at] & 0xf0) == 0x40 || code[at] == 0x66)) {
            at++;
        }
        if (at + 1 >= code.length) {
            return false;
        }
        int modrm = code[at + 1] & 0xff;
        boolean toMemory = modrm >> 6 != 3;
        int extension = modrm >> 3 & 7;
        return switch (code[at] & 0xff) {
            case 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x84, 0x85, 0xa8, 0xa9 -> true;
            case 0x80, 0x81, 0x83 -> extension == 7;
            case 0xf6, 0xf7 -> extension == 0;
            case 0x88, 0x89, 0xc6, 0xc7 -> toMemory;
            default -> false;
        };
    }
}
