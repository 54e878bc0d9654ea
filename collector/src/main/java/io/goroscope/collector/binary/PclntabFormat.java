package io.goroscope.collector.binary;

/**
 * Where things are in each version of Go's function table. The magic number tells them apart.
 *
 * <p>Source: {@code runtime/symtab.go} and {@code debug/gosym/pclntab.go} of Go 1.15, 1.17, 1.19 and 1.26.
 * <pre>
 *  header            1.2 (…1.15)   1.16, 1.17    1.18, 1.19    1.20…1.27
 *  magic             fffffffb      fffffffa      fffffff0      fffffff1      offset 0
 *  instruction unit, pointer size                                            offsets 6, 7
 *  function count    8             8             8             8
 *  text start        –             –             24            24            zero from Go 1.26
 *  names, units, files, pc tables  24 32 40 48   32 40 48 56   32 40 48 56   offsets from the table's start
 *  function index    16            at [56]       at [64]       at [64]
 *    its entry       pc u64, offset u64          pc u32 from text, offset u32
 *
 *  function          entry u64 (u32 from 1.18), then u32 each:
 *                    name, args, deferreturn, pcsp, pcfile, pcln, npcdata,
 *                    unit (1.16…), start line (1.20…),
 *                    then bytes: id, flags (1.18…; bit 2 = assembly), –, nfuncdata
 *                    pcdata u32 × npcdata, funcdata × nfuncdata (u64 aligned to 8; from 1.18 u32)
 * </pre>
 */
enum PclntabFormat {
    GO_1_2(0xfffffffb),
    GO_1_16(0xfffffffa),
    GO_1_18(0xfffffff0),
    GO_1_20(0xfffffff1);

    private final int magic;

    PclntabFormat(int magic) {
        this.magic = magic;
    }

    int magic() {
        return magic;
    }

    /** True where addresses are 32-bit distances from the start of the code. */
    boolean relative() {
        return this == GO_1_18 || this == GO_1_20;
    }

    boolean hasUnits() {
        return this != GO_1_2;
    }

    /** Offset in the header of the five table offsets: names, units, files, pc tables, functions. */
    int tableOffsets() {
        return relative() ? 32 : 24;
    }

    int headerSize() {
        return switch (this) {
            case GO_1_2 -> 16;
            case GO_1_16 -> 64;
            case GO_1_18, GO_1_20 -> 72;
        };
    }

    int indexEntrySize() {
        return relative() ? 8 : 16;
    }

    /** Offset of {@code name} in a function's record: after its entry. */
    int nameField() {
        return relative() ? 4 : 8;
    }

    int pcspField() {
        return nameField() + 12;
    }

    int pcfileField() {
        return nameField() + 16;
    }

    int pclnField() {
        return nameField() + 20;
    }

    int pcdataCountField() {
        return nameField() + 24;
    }

    int unitField() {
        return nameField() + 28;
    }

    int startLineField() {
        return nameField() + 32;
    }

    /** Offset of the four bytes: id, flags, unused, number of funcdata. */
    int bytesField() {
        return switch (this) {
            case GO_1_2 -> nameField() + 28;
            case GO_1_16, GO_1_18 -> nameField() + 32;
            case GO_1_20 -> nameField() + 36;
        };
    }

    /** Offset of the first pcdata entry. */
    int pcdataStart() {
        return bytesField() + 4;
    }

    /** Number of the funcdata that is the inline tree. */
    int inlineTreeFuncdata() {
        return this == GO_1_2 ? 4 : 3;
    }

    /** Size of one call in an inline tree, bytes. */
    int inlinedCallSize() {
        return this == GO_1_20 ? 16 : 20;
    }

    /** Offset of the inlined function's name in such a call. */
    int inlinedNameField() {
        return this == GO_1_20 ? 4 : 12;
    }

    /**
     * The format with a magic number.
     *
     * @throws MalformedException for a magic number of no known version
     */
    static PclntabFormat of(int magic) {
        for (PclntabFormat format : values()) {
            if (format.magic == magic) {
                return format;
            }
        }
        throw new MalformedException("pclntab magic 0x" + Integer.toHexString(magic));
    }
}
