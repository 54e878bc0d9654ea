package io.goroscope.collector.kernel;

import java.nio.file.Path;
import java.util.List;

/** A collector for tests to kill: attaches to a program in mode PAIRS, says so, and waits until its input ends. */
final class AttachAndWait {

    private AttachAndWait() {}

    public static void main(String[] arguments) throws Exception {
        try (ProbeSession session = ProbeSession.open(
                List.of(ObjdumpPlan.of(Path.of(arguments[0]), arguments[1])), SessionOptions.pairs())) {
            System.out.println("attached " + session.probes());
            while (System.in.read() >= 0) {
                // nobody reads the ring: a collector that is stuck
            }
        }
    }
}
