package io.goroscope.testbed;

import java.nio.file.Path;
import java.util.Map;

/**
 * A Go toolchain on this machine.
 *
 * @param compiler who compiles
 * @param version such as {@code 1.26.8}; for gccgo the major version of GCC
 * @param root GOROOT; for gccgo the path of the compiler
 * @param origin where it came from, in words
 */
public record Toolchain(Compiler compiler, String version, Path root, String origin)
        implements Toolchains.Availability {

    /** The compilers of Go. */
    public enum Compiler {
        GC,
        GCCGO
    }

    /** The language version, such as {@code 1.26}. */
    public String language() {
        return compiler == Compiler.GC ? minor(version) : "1.18";
    }

    /** The second number of a gc version: 26 for 1.26.8. */
    public int minorNumber() {
        return Integer.parseInt(language().substring(2));
    }

    static String minor(String version) {
        String[] parts = version.split("[^0-9]+");
        return parts[0] + "." + parts[1];
    }

    /** The go command; only for gc. */
    Path go() {
        return root.resolve("bin/go");
    }

    /**
     * The environment in which this toolchain, and no other that it might fetch, builds without a network and without
     * the user's own settings.
     */
    Map<String, String> environment() {
        return Map.of(
                "GOROOT", root.toString(),
                "GOTOOLCHAIN", "local",
                "GOENV", "off",
                "GOFLAGS", "",
                "GO111MODULE", "on",
                "GOPROXY", "off",
                "GOCACHE", Cache.root().resolve("gocache").resolve(version).toString());
    }

    @Override
    public String toString() {
        return compiler == Compiler.GC ? "go" + version : "gccgo-" + version;
    }
}
