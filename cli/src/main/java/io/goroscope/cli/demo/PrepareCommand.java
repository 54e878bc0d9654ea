package io.goroscope.cli.demo;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import picocli.CommandLine.Command;

/**
 * {@code goroscope prepare}: starts and ends what a demo starts, for the launcher, which lets the JVM write down the
 * classes that are loaded on the way. The next starts map them from that file.
 */
@Command(name = "prepare", hidden = true, description = "Loads the classes of the demo, for the launcher.")
public final class PrepareCommand implements Callable<Integer> {

    private static final String OWN = "io/goroscope/";
    private static final String CLASS = ".class";

    @Override
    public Integer call() throws IOException {
        loadOwnClasses();
        DemoSteps silent =
                DemoSteps.begin(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try (Closing closing = new Closing()) {
            Path folder = closing.add(WorkFolder.create(Path.of(System.getProperty("java.io.tmpdir"))))
                    .path();
            Pipeline.start(closing, silent, folder, DemoPorts.free(0), Optional::empty);
        }
        return 0;
    }

    /** Those that no demo needs, too: {@code list} is over before a class is read from a jar. */
    private static void loadOwnClasses() throws IOException {
        ClassLoader loader = PrepareCommand.class.getClassLoader();
        for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (!Path.of(part).getFileName().toString().startsWith("goroscope-") || !part.endsWith(".jar")) {
                continue;
            }
            try (JarFile jar = new JarFile(part)) {
                List<String> names = jar.stream()
                        .map(JarEntry::getName)
                        .filter(name -> name.startsWith(OWN) && name.endsWith(CLASS))
                        .map(name -> name.substring(0, name.length() - CLASS.length())
                                .replace('/', '.'))
                        .toList();
                for (String name : names) {
                    Class.forName(name, false, loader);
                }
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException("a class of " + part + " does not load", e);
            }
        }
    }
}
