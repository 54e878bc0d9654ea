package io.goroscope.collector.plan;

import java.util.Arrays;

/**
 * Where the instructions of one stretch of amd64 code begin and what they do to control, decoded as far as somebody
 * asks; filled again for each function.
 *
 * <p>{@link X86Decoder} knows nearly all of them; for the rest capstone is loaded and asked.
 *
 * <p>Instructions are numbered from 0; offsets are bytes from the start of the array.
 */
final class Decoded implements AutoCloseable {

    private Disassembler disassembler;
    private byte[] code = {};
    private int end;
    private long address;
    private int[] offsets = new int[256];
    private short[] answers = new short[256];
    private long[] boundaries = new long[64];
    private int[] notable = new int[64];
    private int notables;
    private int count;
    private boolean finished;

    /**
     * Sets out on new code.
     *
     * @param bytes not copied
     * @param from where it begins in the array
     * @param to where it ends
     * @param addressOfArray virtual address of the array's first byte
     */
    void start(byte[] bytes, int from, int to, long addressOfArray) {
        code = bytes;
        end = to;
        address = addressOfArray;
        count = 0;
        notables = 0;
        offsets[0] = from;
        finished = false;
        int words = (to >> 6) + 1;
        if (words > boundaries.length) {
            boundaries = new long[words];
        } else {
            Arrays.fill(boundaries, from >> 6, words, 0);
        }
    }

    /** True if there is an instruction of this number. */
    boolean has(int instruction) {
        while (count <= instruction && !finished) {
            int at = offsets[count];
            int answer = at < end ? X86Decoder.decode(code, at, end) : 0;
            if (answer == 0 && at < end) {
                answer = ask(at);
            }
            if (answer == 0) {
                finished = true;
            } else {
                add(at, answer);
            }
        }
        return instruction < count;
    }

    private int ask(int at) {
        int length = disassembler().length(code, at, end, address + at);
        return length == 0
                ? 0
                : X86Decoder.answer(length, X86.flow(code, at, length), X86.usesThreadLocal(code, at, length));
    }

    private void add(int at, int answer) {
        if (count + 1 == offsets.length) {
            offsets = Arrays.copyOf(offsets, offsets.length * 2);
            answers = Arrays.copyOf(answers, answers.length * 2);
        }
        boundaries[at >> 6] |= 1L << at;
        answers[count] = (short) answer;
        offsets[count + 1] = at + X86Decoder.length(answer);
        if (X86Decoder.isNotable(answer)) {
            note(count);
        }
        count++;
    }

    private void note(int instruction) {
        if (notables == notable.length) {
            notable = Arrays.copyOf(notable, notables * 2);
        }
        notable[notables++] = instruction;
    }

    /** Decodes to the end; true if every byte belongs to an instruction. */
    boolean isClean() {
        while (!finished) {
            decodeKnown();
            has(count);
        }
        return end() == end;
    }

    /** As far as nobody has to be asked: the loop in which a big binary's time goes, so its state is in local variables. */
    private void decodeKnown() {
        byte[] bytes = code;
        int to = end;
        int[] starts = offsets;
        short[] found = answers;
        long[] marks = boundaries;
        int i = count;
        int at = starts[i];
        int most = found.length - 1;
        while (at < to && i < most) {
            int answer = X86Decoder.decode(bytes, at, to);
            if (answer == 0) {
                break;
            }
            if (X86Decoder.isNotable(answer)) {
                note(i);
            }
            marks[at >> 6] |= 1L << at;
            found[i++] = (short) answer;
            at += X86Decoder.length(answer);
            starts[i] = at;
        }
        count = i;
    }

    /** How many instructions jump, call, return, stop, or use thread-local storage. */
    int notableCount() {
        return notables;
    }

    /** The number of one of these. */
    int notable(int which) {
        return notable[which];
    }

    /** How many instructions were decoded. */
    int count() {
        return count;
    }

    int offset(int instruction) {
        return offsets[instruction];
    }

    int length(int instruction) {
        return X86Decoder.length(answers[instruction]);
    }

    X86.Flow flow(int instruction) {
        return X86Decoder.flow(answers[instruction]);
    }

    /** True for an instruction that reads or writes through the fs segment. */
    boolean usesThreadLocal(int instruction) {
        return X86Decoder.isThreadLocal(answers[instruction]);
    }

    /** By how much the instruction lowers SP, bytes, or {@link X86Stack#UNKNOWN}. */
    int lowersStackBy(int instruction) {
        if (X86Decoder.isStackNeutral(answers[instruction])) {
            return 0;
        }
        int at = offsets[instruction];
        int length = length(instruction);
        int known = X86Stack.loweredBy(code, at, length);
        if (known != X86Stack.UNDECIDED) {
            return known;
        }
        boolean decoded = disassembler().length(code, at, at + length, address + at) == length;
        return X86Stack.loweredBy(code, at, length, decoded ? disassembler().text() : "");
    }

    private Disassembler disassembler() {
        if (disassembler == null) {
            disassembler = Disassembler.of("amd64");
        }
        return disassembler;
    }

    /** Where decoding stopped. */
    int end() {
        return offsets[count];
    }

    /** True if a decoded instruction begins at the offset. */
    boolean isBoundary(long offset) {
        return offset >= 0 && offset < end() && (boundaries[(int) offset >> 6] & 1L << offset) != 0;
    }

    @Override
    public void close() {
        if (disassembler != null) {
            disassembler.close();
        }
    }
}
