package io.goroscope.collector.binary;

/**
 * A table that gives a number for each instruction of a function: its file, its line, its place in the inline tree.
 *
 * <p>Source: Go's {@code runtime/symtab.go} (function {@code step}, Go 1.26): pairs of a zigzag delta of the value,
 * which starts at −1, and a delta of the program counter in units of the shortest instruction; a delta of value 0
 * after the first pair ends the table. The end of the last pair is the end of the function's code.
 */
final class PcTable {

    private static final int MOST_PAIRS = 4_000_000;

    private PcTable() {}

    /** The value at the function's first instruction, or −1 for no table. */
    static int first(Bytes tables, long offset) {
        if (offset == 0) {
            return -1;
        }
        return -1 + zigzag(tables.cursor(offset).uleb());
    }

    /**
     * The value at an instruction; −1 for no table, or for an instruction that it does not cover.
     *
     * @param distance of the instruction from the function's start, bytes
     */
    static int at(Bytes tables, long offset, int quantum, long distance) {
        if (offset == 0) {
            return -1;
        }
        Bytes.Cursor cursor = tables.cursor(offset);
        long pc = 0;
        int value = -1;
        for (int pair = 0; pair < MOST_PAIRS; pair++) {
            long delta = cursor.uleb();
            if (delta == 0 && pair > 0) {
                return -1;
            }
            value += zigzag(delta);
            pc += (cursor.uleb() & 0xffff_ffffL) * quantum;
            if (distance < pc) {
                return value;
            }
        }
        throw new MalformedException("a pc table at " + offset + " has no end");
    }

    /** Bytes of code that the table covers, or 0 for no table. */
    static long extent(Bytes tables, long offset, int quantum) {
        return offset == 0 ? 0 : walk(tables, offset, quantum, (pc, value) -> {});
    }

    /** Each run of one value: called with its end, bytes from the function's start, and the value. */
    static long walk(Bytes tables, long offset, int quantum, Run run) {
        Bytes.Cursor cursor = tables.cursor(offset);
        long pc = 0;
        int value = -1;
        for (int pair = 0; pair < MOST_PAIRS; pair++) {
            long delta = cursor.uleb();
            if (delta == 0 && pair > 0) {
                return pc;
            }
            value += zigzag(delta);
            pc += (cursor.uleb() & 0xffff_ffffL) * quantum;
            run.accept(pc, value);
        }
        throw new MalformedException("a pc table at " + offset + " has no end");
    }

    private static int zigzag(long delta) {
        int d = (int) delta;
        return (d & 1) != 0 ? ~(d >>> 1) : d >>> 1;
    }

    /** One run of a table. */
    interface Run {
        void accept(long endPc, int value);
    }
}
