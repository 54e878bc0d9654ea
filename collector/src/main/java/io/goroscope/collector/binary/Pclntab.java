package io.goroscope.collector.binary;

import io.goroscope.collector.plan.GoFunction;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Go's own function table: every function of every binary that gc made, stripped or not.
 *
 * <p>{@link PclntabFormat} draws its layout.
 */
final class Pclntab {

    private static final int FLAG_ASSEMBLY = 4;
    private static final int NO_FILE = -1;

    private final Bytes table;
    private final PclntabFormat format;
    private final int quantum;
    private final long tableAddress;
    private final long textStart;
    private final int size;
    private final Bytes names;
    private final Bytes units;
    private final Bytes files;
    private final Bytes pcTables;
    private final Bytes functions;
    private final Map<Long, String> fileNames = new ConcurrentHashMap<>();

    /**
     * @param table from the magic number to the end of what may belong to the table
     * @param tableAddress virtual address of the magic number
     * @param textStart where the code starts; used by the formats whose addresses are relative
     */
    Pclntab(Bytes table, long tableAddress, long textStart) {
        this.table = table;
        this.tableAddress = tableAddress;
        this.format = PclntabFormat.of(table.i32(0));
        this.quantum = table.u8(6);
        this.textStart = textStart;
        if (!plausibleHeader(table)) {
            throw new MalformedException("pclntab header");
        }
        long count = table.i64(8);
        this.functions = format.hasUnits() ? table.from(table.i64(format.tableOffsets() + 32)) : table;
        long most = (functions.size() - indexStart()) / format.indexEntrySize();
        if (count < 0 || count > most || count > Integer.MAX_VALUE) {
            throw new MalformedException("pclntab of " + count + " functions");
        }
        this.size = (int) count;
        if (format.hasUnits()) {
            this.names = table.from(table.i64(format.tableOffsets()));
            this.units = table.from(table.i64(format.tableOffsets() + 8));
            this.files = table.from(table.i64(format.tableOffsets() + 16));
            this.pcTables = table.from(table.i64(format.tableOffsets() + 24));
        } else {
            this.names = table;
            this.units = table.slice(0, 0);
            this.files = table.from(table.u32(indexStart() + (long) size * format.indexEntrySize() + 8));
            this.pcTables = table;
        }
    }

    /** True for the fixed bytes that follow the magic number: two zeros, an instruction unit, 8-byte pointers. */
    static boolean plausibleHeader(Bytes at) {
        return at.u8(4) == 0 && at.u8(5) == 0 && (at.u8(6) == 1 || at.u8(6) == 4) && at.u8(7) == 8;
    }

    /**
     * Reads a little of the table, to tell it from bytes that happen to begin alike.
     *
     * @throws MalformedException where the first functions are out of order or nameless
     */
    void verify() {
        if (size == 0) {
            throw new MalformedException("an empty pclntab");
        }
        for (int i = 0; i < Math.min(size, 16); i++) {
            if (address(i + 1) < address(i) || name(i).isEmpty()) {
                throw new MalformedException("pclntab is out of order at function " + i);
            }
        }
    }

    long tableAddress() {
        return tableAddress;
    }

    PclntabFormat format() {
        return format;
    }

    int quantum() {
        return quantum;
    }

    Bytes pcTables() {
        return pcTables;
    }

    Bytes names() {
        return names;
    }

    private long indexStart() {
        return format.hasUnits() ? 0 : format.headerSize();
    }

    public int size() {
        return size;
    }

    /** The address of a function, or of the end of the last one for an index of {@link #size()}. */
    public long address(int index) {
        long at = indexStart() + (long) index * format.indexEntrySize();
        return format.relative() ? textStart + functions.u32(at) : functions.i64(at);
    }

    public String name(int index) {
        return names.cString(record(index).u32(format.nameField()));
    }

    public GoFunction function(int index, String name, int inlinedCopies) {
        Bytes record = record(index);
        String file = file(record);
        return new GoFunction(
                index,
                name,
                address(index),
                codeSize(index, record),
                file,
                line(record),
                isAssembly(record, file),
                inlinedCopies);
    }

    /** The function's record, see {@link PclntabFormat}. */
    Bytes record(int index) {
        long at = indexStart() + (long) index * format.indexEntrySize();
        return functions.from(format.relative() ? functions.u32(at + 4) : functions.i64(at + 8));
    }

    /** The end of the code by the stack table, which knows it; else up to the next function, padding included. */
    private long codeSize(int index, Bytes record) {
        long distance = address(index + 1) - address(index);
        long extent = PcTable.extent(pcTables, record.u32(format.pcspField()), quantum);
        return extent > 0 && extent < distance ? extent : distance;
    }

    private boolean isAssembly(Bytes record, String file) {
        boolean flagged = format.relative() && (record.u8(format.bytesField() + 1) & FLAG_ASSEMBLY) != 0;
        return flagged || file.endsWith(".s");
    }

    private int line(Bytes record) {
        if (format == PclntabFormat.GO_1_20) {
            return Math.max(0, record.i32(format.startLineField()));
        }
        return Math.max(0, PcTable.first(pcTables, record.u32(format.pclnField())));
    }

    private String file(Bytes record) {
        return file(record, PcTable.first(pcTables, record.u32(format.pcfileField())));
    }

    /** True for a function whose first instruction belongs to a copy of another one. */
    boolean beginsInlined(int index) {
        long table = InlineTree.indexTable(format, record(index));
        return table != 0 && PcTable.first(pcTables, table) >= 0;
    }

    /** Source file of the instruction at a distance from the function's start, or empty. */
    String fileAt(Bytes record, long distance) {
        return file(record, PcTable.at(pcTables, record.u32(format.pcfileField()), quantum, distance));
    }

    /** Source line of the instruction at a distance from the function's start, or 0. */
    int lineAt(Bytes record, long distance) {
        return Math.max(0, PcTable.at(pcTables, record.u32(format.pclnField()), quantum, distance));
    }

    private String file(Bytes record, int number) {
        if (number < 0) {
            return "";
        }
        long offset;
        if (format.hasUnits()) {
            int inFiles = units.i32((record.u32(format.unitField()) + number) * 4);
            if (inFiles == NO_FILE) {
                return "";
            }
            offset = Integer.toUnsignedLong(inFiles);
            return fileNames.computeIfAbsent(offset, files::cString);
        }
        // Go 1.15: a count, then an offset into the whole table for each file; numbers start at 1.
        if (number == 0 || number >= files.u32(0)) {
            return "";
        }
        offset = files.u32(number * 4L);
        return fileNames.computeIfAbsent(offset, table::cString);
    }
}
