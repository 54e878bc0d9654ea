package io.goroscope.collector.value;

/** Integer registers as a captured record has them: the order is that of {@code capture_register} in bpf/capture.h. */
public enum Register {
    AX,
    BX,
    CX,
    DX,
    DI,
    SI,
    R8,
    R9,
    R10,
    R11,
    /** SP at the call. */
    SP,
    BP,
    IP,
    /** What is added to an address of the file where the image is loaded. */
    BASE;

    private static final Register[] DWARF = {AX, DX, CX, BX, SI, DI, BP, null, R8, R9, R10, R11};

    /** Its place in a captured record. */
    @SuppressWarnings("EnumOrdinal") // the order is the record's layout
    public int index() {
        return ordinal();
    }

    /** By the number that DWARF gives it (System V ABI for amd64, figure 3.36); null for one that is not captured. */
    public static Register ofDwarf(int number) {
        return number >= 0 && number < DWARF.length ? DWARF[number] : null;
    }
}
