package io.goroscope.collector.plan;

/**
 * Finds the length of an amd64 instruction, and what it does to control, for the encodings that compilers emit.
 *
 * <p>It knows what it knows: for any other encoding it answers 0, and capstone is asked ({@link Decoded}). Whatever it
 * does accept has the length that capstone gives: held against it over whole binaries and over made-up bytes of every
 * opcode. It exists for speed: a big program has fifteen million instructions, and a call into a native library takes
 * longer than all of this.
 *
 * <p>Encodings: Intel SDM volume 2, chapter 2 and appendix A. The answer is one number:
 * <pre>
 *   bits  0…3   length, bytes
 *   bits  4…6   flow, {@link X86.Flow#code}
 *   bit   7     has an fs prefix: thread-local storage
 *   bit   8     does not touch the stack pointer; unset where that takes a closer look
 * </pre>
 */
final class X86Decoder {

    private static final int FLOW_SHIFT = 4;
    private static final int THREAD_LOCAL = 1 << 7;
    private static final int STACK_NEUTRAL = 1 << 8;

    /** No instruction is longer (SDM volume 2, 2.3.11). */
    private static final int LONGEST = 15;

    private static final int NO_PREFIX = 1;
    private static final int PREFIX_66 = 2;
    private static final int PREFIX_F3 = 4;
    private static final int PREFIX_F2 = 8;

    /**
     * One-byte opcodes. {@code .} not known here; {@code -} nothing follows; {@code m} ModRM; {@code b} 1 byte;
     * {@code w} 2 bytes; {@code z} 4 bytes, 2 with prefix 66; {@code v} as z, 8 with REX.W; {@code B}, {@code Z} ModRM,
     * then b, z; {@code j} 1 byte of distance, {@code J} 4; {@code L C D f F e E}, and {@code p r s t} of the second table, ModRM with a rule of its own.
     */
    private static final String ONE_BYTE = "mmmmbz..mmmmbz.." // 00, add, or; 0f leads to the second table
            + "mmmmbz..mmmmbz.." // 10, adc, sbb
            + "mmmmbz..mmmmbz.." // 20, and, sub
            + "mmmmbz..mmmmbz.." // 30, xor, cmp
            + "................" // 40, REX
            + "----------------" // 50, push, pop
            + "...m....zZbB...." // 60, movsxd, push, imul
            + "jjjjjjjjjjjjjjjj" // 70, jcc
            + "BZ.Bmmmmmmmm.L.." // 80, arithmetic, test, xchg, mov, lea
            + "----------......" // 90, xchg, cbw, cwd
            + "....--..bz--...." // a0, movs, test, stos
            + "bbbbbbbbvvvvvvvv" // b0, mov
            + "BBw-..CD.-..-..." // c0, shifts, ret, mov, leave, int3
            + "mmmm............" // d0, shifts
            + "........JJ.j...." // e0, call, jmp
            + "......fF......eE"; // f0, test, not, neg, mul, div, inc, dec, call, jmp, push

    /**
     * The answer for a one-byte opcode without prefixes but REX, as far as the opcode alone tells, the opcode counted in
     * its length; 0 where more has to be looked at. Seven in eight instructions are of these.
     */
    private static final byte[] PLAIN = new byte[256];

    /** Set where ModRM follows; flow and the rest are nothing special then. */
    private static final int PLAIN_MODRM = 0x80;

    private static final byte[] FORM = new byte[256];
    /** Size of ModRM, SIB and displacement by ModRM, bytes; SIB may say 4 more where there is no displacement. */
    private static final byte[] MODRM = new byte[256];

    private static final byte[] SECOND_FORM = new byte[256];
    private static final byte[] SECOND_PREFIXES = new byte[256];

    static {
        for (int i = 0; i < 256; i++) {
            FORM[i] = (byte) ONE_BYTE.charAt(i);
            MODRM[i] = (byte) modrmSize(new byte[] {(byte) i, 0}, 0, 2, i);
            PLAIN[i] = (byte)
                    switch (FORM[i]) {
                        case '-' -> 1 | plainFlow(i, false).code() << FLOW_SHIFT;
                        case 'b' -> 2;
                        case 'z' -> 5;
                        case 'j' -> 2 | jumpFlow(i, false).code() << FLOW_SHIFT;
                        case 'J' -> 5 | jumpFlow(i, false).code() << FLOW_SHIFT;
                        case 'm' -> PLAIN_MODRM | 1;
                        case 'B' -> PLAIN_MODRM | 2;
                        case 'Z' -> PLAIN_MODRM | 5;
                        default -> 0;
                    };
        }
        int any = NO_PREFIX | PREFIX_66 | PREFIX_F3 | PREFIX_F2;
        int wide = NO_PREFIX | PREFIX_66;
        second(0x0b, 0x0b, '-', NO_PREFIX); // ud2
        second(0x10, 0x11, 'm', any); // movups, movss, movupd, movsd
        second(0x14, 0x15, 'm', wide); // unpck
        second(0x18, 0x18, 'p', NO_PREFIX); // prefetch
        second(0x1f, 0x1f, 'L', wide); // nop, of memory
        second(0x28, 0x29, 'm', wide); // movaps
        second(0x2a, 0x2a, 'm', PREFIX_F3 | PREFIX_F2); // cvtsi2sd
        second(0x2c, 0x2d, 'm', PREFIX_F3 | PREFIX_F2); // cvttsd2si
        second(0x2e, 0x2f, 'm', wide); // ucomis
        second(0x3a, 0x3a, '3', PREFIX_66); // leads to the third table, of which round is known
        second(0x40, 0x4f, 'm', wide); // cmovcc
        second(0x51, 0x51, 'm', any); // sqrt
        second(0x54, 0x57, 'm', wide); // and, andn, or, xor
        second(0x58, 0x5a, 'm', any); // add, mul, cvt
        second(0x5b, 0x5b, 'm', wide | PREFIX_F3);
        second(0x5c, 0x5f, 'm', any); // sub, min, div, max
        second(0x60, 0x62, 'm', PREFIX_66); // punpckl
        second(0x64, 0x6e, 'm', PREFIX_66); // pcmpgt, pack, movd
        second(0x6f, 0x6f, 'm', PREFIX_66 | PREFIX_F3); // movdqa, movdqu
        second(0x70, 0x70, 'B', PREFIX_66 | PREFIX_F3 | PREFIX_F2); // pshuf
        second(0x74, 0x76, 'm', PREFIX_66); // pcmpeq
        second(0x7e, 0x7f, 'm', PREFIX_66 | PREFIX_F3); // movd, movq, movdqu
        second(0x80, 0x8f, 'J', NO_PREFIX); // jcc
        second(0x90, 0x9f, 's', NO_PREFIX); // setcc
        second(0xa2, 0xa2, '-', NO_PREFIX); // cpuid
        second(0xa3, 0xa3, 'm', wide); // bt
        second(0xa4, 0xa4, 'B', wide); // shld
        second(0xa5, 0xa5, 'm', wide);
        second(0xab, 0xab, 'm', wide); // bts
        second(0xac, 0xac, 'B', wide); // shrd
        second(0xad, 0xad, 'm', wide);
        second(0xaf, 0xb1, 'm', wide); // imul, cmpxchg
        second(0xb3, 0xb3, 'm', wide); // btr
        second(0xb6, 0xb7, 'm', wide); // movzx
        second(0xb8, 0xb8, 'm', PREFIX_F3); // popcnt
        second(0xba, 0xba, 't', wide); // bt by a number
        second(0xbb, 0xbb, 'm', wide); // btc
        second(0xbc, 0xbd, 'm', wide | PREFIX_F3); // bsf, bsr, tzcnt, lzcnt
        second(0xbe, 0xbf, 'm', wide); // movsx
        second(0xc0, 0xc1, 'm', wide); // xadd
        second(0xc6, 0xc6, 'B', wide); // shufps
        second(0xc8, 0xcf, '-', NO_PREFIX); // bswap
        second(0xd4, 0xd4, 'm', PREFIX_66); // paddq
        second(0xd6, 0xd6, 'm', PREFIX_66); // movq
        second(0xd7, 0xd7, 'r', PREFIX_66); // pmovmskb
        second(0xdb, 0xdb, 'm', PREFIX_66); // pand
        second(0xdf, 0xdf, 'm', PREFIX_66); // pandn
        second(0xeb, 0xeb, 'm', PREFIX_66); // por
        second(0xef, 0xef, 'm', PREFIX_66); // pxor
        second(0xf4, 0xf4, 'm', PREFIX_66); // pmuludq
        second(0xf8, 0xfe, 'm', PREFIX_66); // psub, padd
    }

    private X86Decoder() {}

    private static void second(int from, int to, char form, int prefixes) {
        for (int i = from; i <= to; i++) {
            SECOND_FORM[i] = (byte) form;
            SECOND_PREFIXES[i] = (byte) prefixes;
        }
    }

    static int length(int answer) {
        return answer & 15;
    }

    static X86.Flow flow(int answer) {
        return X86.Flow.of((answer >> FLOW_SHIFT) & 7);
    }

    /** True for what does something to control, or uses thread-local storage. */
    static boolean isNotable(int answer) {
        return (answer & (7 << FLOW_SHIFT | THREAD_LOCAL)) != 0;
    }

    static boolean isThreadLocal(int answer) {
        return (answer & THREAD_LOCAL) != 0;
    }

    static boolean isStackNeutral(int answer) {
        return (answer & STACK_NEUTRAL) != 0;
    }

    /** An answer put together from what another decoder found. */
    static int answer(int length, X86.Flow flow, boolean threadLocal) {
        return length | (flow.code() << FLOW_SHIFT) | (threadLocal ? THREAD_LOCAL : 0);
    }

    /**
     * Decodes one instruction.
     *
     * @param end where the code ends
     * @return the answer as drawn above; 0 for what is not known here, or does not end before {@code end}
     */
    static int decode(byte[] code, int at, int end) {
        if (at <= end - LONGEST) {
            int rex = code[at] & 0xff;
            boolean hasRex = (rex & 0xf0) == 0x40;
            int opcodeAt = hasRex ? at + 1 : at;
            int plain = PLAIN[code[opcodeAt] & 0xff];
            if (plain > 0) {
                return hasRex ? plain + 1 : plain;
            }
            if (plain < 0) {
                int modrm = code[opcodeAt + 1] & 0xff;
                int size = (plain & 15) + MODRM[modrm] + (opcodeAt - at);
                if ((modrm & 0xc7) == 4 && (code[opcodeAt + 2] & 7) == 5) {
                    size += 4;
                }
                return size | (namesStackPointer(modrm, hasRex ? rex : 0) ? 0 : STACK_NEUTRAL);
            }
        }
        return decodeAny(code, at, end);
    }

    /** The same, of any encoding. */
    private static int decodeAny(byte[] code, int at, int end) {
        int i = at;
        int prefixes = 0;
        int found = 0;
        boolean locked = false;
        boolean segment = false;
        int b;
        while (true) {
            if (i >= end) {
                return 0;
            }
            b = code[i] & 0xff;
            if (b == 0x66) {
                prefixes |= PREFIX_66;
            } else if (b == 0xf3) {
                prefixes |= PREFIX_F3;
            } else if (b == 0xf2) {
                prefixes |= PREFIX_F2;
            } else if (b == 0xf0) {
                locked = true;
            } else if (b == 0x64) {
                found |= THREAD_LOCAL;
            } else if (b == 0x2e) {
                segment = true;
            } else {
                break;
            }
            i++;
        }
        int rex = 0;
        if ((b & 0xf0) == 0x40) {
            rex = b;
            if (++i >= end) {
                return 0;
            }
            b = code[i] & 0xff;
        }
        i++;
        boolean second = b == 0x0f;
        int form;
        if (second) {
            if (i >= end) {
                return 0;
            }
            b = code[i++] & 0xff;
            // Exactly one of the prefixes may choose the instruction; 66 and f3 together are left to capstone.
            int chosen = prefixes == 0 ? NO_PREFIX : prefixes;
            if ((chosen & (chosen - 1)) != 0 || (SECOND_PREFIXES[b] & chosen) == 0) {
                return 0;
            }
            form = SECOND_FORM[b];
            if (form == '3') {
                boolean round = i < end && (code[i] == 0x0a || code[i] == 0x0b);
                form = round ? 'B' : 0;
                i++;
            }
        } else {
            if ((prefixes & ~PREFIX_66) != 0 && !mayRepeat(b, prefixes, rex)) {
                return 0;
            }
            form = FORM[b];
        }
        // 2e is seen in the padding that assemblers make, 66 2e 0f 1f.
        if (segment && !(second && b == 0x1f)) {
            return 0;
        }
        return finish(code, at, i, end, b, second, form, prefixes, rex, locked, found);
    }

    private static boolean mayRepeat(int opcode, int prefixes, int rex) {
        return switch (opcode) {
            case 0x90, 0xc3 -> prefixes == PREFIX_F3 && rex == 0;
            case 0xa4, 0xa5, 0xaa, 0xab -> prefixes == PREFIX_F3 || prefixes == PREFIX_F2;
            default -> false;
        };
    }

    private static int finish(
            byte[] code,
            int at,
            int operands,
            int end,
            int opcode,
            boolean second,
            int form,
            int prefixes,
            int rex,
            boolean locked,
            int found) {
        boolean narrow = (prefixes & PREFIX_66) != 0 && (rex & 8) == 0;
        int answer = found;
        int i = operands;
        switch (form) {
            case '-' -> {
                if (locked) {
                    return 0;
                }
                answer |= plainFlow(opcode, second).code() << FLOW_SHIFT;
            }
            case 'b' -> i += 1;
            case 'w' -> {
                if (prefixes != 0) {
                    return 0;
                }
                i += 2;
                answer |= X86.Flow.RETURN.code() << FLOW_SHIFT;
            }
            case 'z' -> i += narrow ? 2 : 4;
            case 'v' -> i += (rex & 8) != 0 ? 8 : narrow ? 2 : 4;
            case 'j', 'J' -> {
                if (prefixes != 0) {
                    return 0;
                }
                i += form == 'j' ? 1 : 4;
                answer |= jumpFlow(opcode, second).code() << FLOW_SHIFT;
            }
            case 'm', 'B', 'Z', 'L', 'C', 'D', 'f', 'F', 'e', 'E', 'p', 'r', 's', 't' -> {
                if (i >= end) {
                    return 0;
                }
                int modrm = code[i] & 0xff;
                int extension = modrm >> 3 & 7;
                boolean register = modrm >= 0xc0;
                int immediate = immediateSize(form, extension, narrow);
                if (immediate < 0
                        || (register ? form == 'L' || form == 'p' : form == 'r')
                        || (locked && (register || !isLockable(opcode, second, extension)))) {
                    return 0;
                }
                int size = modrmSize(code, i, end, modrm);
                if (size == 0) {
                    return 0;
                }
                i += size + immediate;
                answer |= modrmFlow(form, extension).code() << FLOW_SHIFT;
                if (!namesStackPointer(modrm, rex) && form != 'E') {
                    answer |= STACK_NEUTRAL;
                }
                return i > end || i - at > LONGEST ? 0 : answer | (i - at);
            }
            default -> {
                return 0;
            }
        }
        return locked || i > end || i - at > LONGEST ? 0 : answer | (i - at);
    }

    private static X86.Flow plainFlow(int opcode, boolean second) {
        if (second) {
            return opcode == 0x0b ? X86.Flow.STOP : X86.Flow.NEXT;
        }
        return switch (opcode) {
            case 0xc3 -> X86.Flow.RETURN;
            case 0xcc -> X86.Flow.STOP;
            default -> X86.Flow.NEXT;
        };
    }

    private static X86.Flow jumpFlow(int opcode, boolean second) {
        if (second) {
            return X86.Flow.BRANCH;
        }
        return switch (opcode) {
            case 0xe8 -> X86.Flow.CALL;
            case 0xe9, 0xeb -> X86.Flow.JUMP;
            default -> X86.Flow.BRANCH;
        };
    }

    private static X86.Flow modrmFlow(int form, int extension) {
        return form == 'E' && extension == 4 ? X86.Flow.INDIRECT_JUMP : X86.Flow.NEXT;
    }

    /** True where ModRM has rsp as a register; memory that it points to does not count. */
    private static boolean namesStackPointer(int modrm, int rex) {
        return ((modrm & 0x38) == 0x20 && (rex & 4) == 0) || ((modrm & 0xc7) == 0xc4 && (rex & 1) == 0);
    }

    /** Bytes behind the operand; −1 where the extension of the opcode is not known here. */
    private static int immediateSize(int form, int extension, boolean narrow) {
        return switch (form) {
            case 'm', 'L', 'r' -> 0;
            case 'p' -> extension <= 3 ? 0 : -1;
            case 'B' -> 1;
            case 'Z' -> narrow ? 2 : 4;
            case 'C' -> extension == 0 ? 1 : -1;
            case 'D' -> extension == 0 ? narrow ? 2 : 4 : -1;
            case 'f' -> extension == 0 ? 1 : extension == 1 ? -1 : 0;
            case 'F' -> extension == 0 ? narrow ? 2 : 4 : extension == 1 ? -1 : 0;
            case 'e' -> extension <= 1 ? 0 : -1;
            case 'E' -> extension == 3 || extension == 5 || extension == 7 ? -1 : 0;
            case 's' -> extension == 0 ? 0 : -1;
            case 't' -> extension >= 4 ? 1 : -1;
            default -> -1;
        };
    }

    /** Instructions that may carry a lock, those that compilers use so. */
    private static boolean isLockable(int opcode, boolean second, int extension) {
        if (second) {
            return opcode == 0xb0 || opcode == 0xb1 || opcode == 0xc0 || opcode == 0xc1;
        }
        return switch (opcode) {
            case 0x01, 0x08, 0x09, 0x20, 0x21, 0x29, 0x31, 0x86, 0x87 -> true;
            case 0x80, 0x81, 0x83 -> extension != 7;
            case 0xfe, 0xff -> extension <= 1;
            default -> false;
        };
    }

    /** Size of ModRM, SIB and displacement, bytes; 0 where they do not end before {@code end}. */
    private static int modrmSize(byte[] code, int at, int end, int modrm) {
        int mode = modrm >> 6;
        int size = 1;
        if (mode == 3) {
            return size;
        }
        int base = modrm & 7;
        if (base == 4) {
            if (at + 1 >= end) {
                return 0;
            }
            base = code[at + 1] & 7;
            size = 2;
        }
        if (mode == 1) {
            return size + 1;
        }
        return mode == 2 || base == 5 ? size + 4 : size;
    }
}
