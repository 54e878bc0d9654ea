package io.goroscope.collector.binary;

import io.goroscope.schemas.UserException;
import java.util.Map;

/** Says in one line why a file cannot be an ELF executable for this tracer. */
final class ElfGate {

    /** {@code e_machine} numbers of the machines that Go is ported to (elf.h). */
    private static final Map<Integer, String> MACHINES = Map.of(
            3,
            "386",
            8,
            "mips",
            20,
            "ppc",
            21,
            "ppc64",
            22,
            "s390x",
            40,
            "arm",
            Elf.MACHINE_AMD64,
            "amd64",
            Elf.MACHINE_ARM64,
            "arm64",
            243,
            "riscv64",
            258,
            "loong64");

    private ElfGate() {}

    static Elf open(Bytes file, String displayPath) {
        if (!Elf.isElf(file)) {
            throw new UserException(
                    "cannot read " + displayPath + ": it is no ELF file; give an executable or shared library");
        }
        int machine = Elf.machine(file);
        boolean known = machine == Elf.MACHINE_AMD64 || machine == Elf.MACHINE_ARM64;
        if (!known || !Elf.is64BitLittleEndian(file)) {
            throw new UserException("cannot trace " + displayPath + ": it is built for "
                    + MACHINES.getOrDefault(machine, "machine number " + machine) + "; only amd64 and arm64 are read");
        }
        return new Elf(file);
    }
}
