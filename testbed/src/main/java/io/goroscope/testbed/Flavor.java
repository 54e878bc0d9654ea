package io.goroscope.testbed;

import io.goroscope.testbed.Toolchain.Compiler;
import java.util.Arrays;
import java.util.List;

/** How a program is built and linked. */
public enum Flavor {
    NORMAL(Compiler.GC, false, ""),
    /** No symbol table, no DWARF. */
    STRIPPED(Compiler.GC, false, "-ldflags=-s -w"),
    PIE(Compiler.GC, false, "-buildmode=pie"),
    PIE_STRIPPED(Compiler.GC, false, "-buildmode=pie\n-ldflags=-s -w"),
    /** With C, linked by the system's linker; the program has a workload more. */
    CGO(Compiler.GC, true, ""),
    CGO_PIE_STRIPPED(Compiler.GC, true, "-buildmode=pie\n-ldflags=-s -w"),
    /** Linked to libgo.so. */
    GCCGO_SHARED(Compiler.GCCGO, false, ""),
    /** With libgo in the executable. */
    GCCGO_STATIC_LIBGO(Compiler.GCCGO, false, "-static-libgo"),
    /** With no shared library at all. */
    GCCGO_STATIC(Compiler.GCCGO, false, "-static");

    private final Compiler compiler;
    private final boolean cgo;
    private final String options;

    Flavor(Compiler compiler, boolean cgo, String options) {
        this.compiler = compiler;
        this.cgo = cgo;
        this.options = options;
    }

    /** The flavors that a compiler can make, the plain one first. */
    public static List<Flavor> of(Compiler compiler) {
        return Arrays.stream(values()).filter(f -> f.compiler == compiler).toList();
    }

    Compiler compiler() {
        return compiler;
    }

    boolean cgo() {
        return cgo;
    }

    List<String> options() {
        return options.isEmpty() ? List.of() : List.of(options.split("\n"));
    }
}
