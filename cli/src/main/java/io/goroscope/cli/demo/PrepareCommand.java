package io.goroscope.cli.demo;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code goroscope prepare}: starts and ends what a demo starts, for the launcher, which lets the JVM write down the
 * classes that are loaded on the way. The next starts map them from that file.
 */
@Command(name = "prepare", hidden = true, description = "Loads the classes of the demo, for the launcher.")
public final class PrepareCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        DemoSteps silent =
                DemoSteps.begin(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try (Closing closing = new Closing()) {
            Path folder = closing.add(WorkFolder.create(Path.of(System.getProperty("java.io.tmpdir"))))
                    .path();
            Pipeline.start(closing, silent, folder, DemoPorts.free(0), Optional::empty);
        }
        return 0;
    }
}
