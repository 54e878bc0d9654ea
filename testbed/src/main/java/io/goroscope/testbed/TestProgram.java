package io.goroscope.testbed;

import io.goroscope.testbed.Toolchain.Compiler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * A program of the testbed, built.
 *
 * @param name of its folder in {@code testbed/programs}
 * @param binary the executable; its file name is the program's name
 */
public record TestProgram(String name, Toolchain toolchain, Flavor flavor, Path binary) {

    /**
     * Builds a program, unless the cache has it.
     *
     * @param name of its folder in {@code testbed/programs}, such as {@code truth}
     * @throws IllegalArgumentException where the toolchain cannot make that flavor
     * @throws UncheckedIOException where the build fails, with the compiler's words
     */
    public static TestProgram build(Toolchain toolchain, String name, Flavor flavor) {
        return build(toolchain, Sources.of(name), flavor);
    }

    /**
     * The same of sources that are not in the testbed.
     *
     * @param name of the program
     * @param files contents by relative path
     */
    public static TestProgram build(Toolchain toolchain, String name, SortedMap<String, byte[]> files, Flavor flavor) {
        return build(toolchain, new Sources(name, files), flavor);
    }

    private static TestProgram build(Toolchain toolchain, Sources sources, Flavor flavor) {
        if (flavor.compiler() != toolchain.compiler()) {
            throw new IllegalArgumentException(toolchain + " cannot build " + flavor);
        }
        String name = sources.program();
        String key = name + "-" + toolchain + "-" + flavor + "-"
                + sources.hash(toolchain.root().toString(), flavor.options().toString(), GCCGO_OPTIONS.toString());
        Path folder = Cache.folder("programs/" + key, unfinished -> {
            try {
                Path source = Files.createDirectory(unfinished.resolve("source"));
                sources.writeTo(source, toolchain.language());
                Path binary = unfinished.resolve(name);
                if (toolchain.compiler() == Compiler.GC) {
                    buildWithGc(toolchain, flavor, source, binary);
                } else {
                    buildWithGccgo(toolchain, flavor, name, source, binary);
                }
                Cache.delete(source);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot build " + key, e);
            }
        });
        return new TestProgram(name, toolchain, flavor, folder.resolve(name));
    }

    /** As {@link #build(Toolchain, String, Flavor)}, for the program {@code truth}. */
    public static TestProgram truth(Toolchain toolchain, Flavor flavor) {
        return build(toolchain, "truth", flavor);
    }

    private static void buildWithGc(Toolchain toolchain, Flavor flavor, Path source, Path binary) {
        List<String> words = new ArrayList<>(List.of(toolchain.go().toString(), "build", "-o", binary.toString()));
        words.addAll(flavor.options());
        words.add(".");
        Command.of(words)
                .in(source)
                .with(toolchain.environment())
                .with("CGO_ENABLED", flavor.cgo() ? "1" : "0")
                .run();
    }

    /**
     * Function literals are not inlined, since nothing in a source can forbid it to gccgo; the clones that GCC makes
     * ({@code .isra}, {@code .constprop}) are wanted.
     */
    private static final List<String> GCCGO_OPTIONS = List.of("-g", "-O2", "-fno-inline");

    private static void buildWithGccgo(Toolchain toolchain, Flavor flavor, String name, Path source, Path binary)
            throws IOException {
        Path packages = Files.createDirectories(source.resolve("objects").resolve(name));
        List<String> objects = new ArrayList<>();
        try (Stream<Path> folders = Files.list(source)) {
            for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
                if (folder.endsWith("objects")) {
                    continue;
                }
                String part = folder.getFileName().toString();
                Path object = packages.resolve(part + ".o");
                compile(toolchain, folder, object, List.of("-fgo-pkgpath=" + name + "/" + part));
                objects.add(object.toString());
            }
        }
        Path main = packages.resolve("main.o");
        compile(toolchain, source, main, List.of("-I" + source.resolve("objects")));
        List<String> words = new ArrayList<>(List.of(toolchain.root().toString(), "-g"));
        words.addAll(flavor.options());
        words.addAll(List.of("-o", binary.toString(), main.toString()));
        words.addAll(objects);
        Command.of(words).run();
    }

    private static void compile(Toolchain toolchain, Path folder, Path object, List<String> options)
            throws IOException {
        List<String> words = new ArrayList<>(List.of(toolchain.root().toString(), "-c", "-o", object.toString()));
        words.addAll(GCCGO_OPTIONS);
        words.addAll(options);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                // The compiler by itself does not look at build constraints; these are the only ones that exclude it.
                if (file.toString().endsWith(".go")
                        && Files.readString(file).lines().limit(1).noneMatch(TestProgram::excludesGccgo)) {
                    words.add(file.toString());
                }
            }
        }
        Command.of(words).run();
    }

    private static boolean excludesGccgo(String line) {
        return line.startsWith("//go:build") && line.contains("!gccgo");
    }

    /** What a tracer is told to trace: every function of package main. */
    public String pattern() {
        return binary + ":main.*";
    }

    /**
     * Starts it and waits until it stands before its first call.
     *
     * @param flags of the program, such as {@code -seed=7}
     */
    public RunningProgram start(String... flags) {
        return RunningProgram.start(binary, List.of(flags));
    }

    @Override
    public String toString() {
        return name + " by " + toolchain + ", " + flavor;
    }
}
