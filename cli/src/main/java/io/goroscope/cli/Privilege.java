package io.goroscope.cli;

import io.goroscope.collector.kernel.Permissions;

/** Says so where a part that needs no privilege has some. */
final class Privilege {

    private Privilege() {}

    static void warnOf(String command) {
        if (Permissions.privileged()) {
            System.err.println(
                    "goroscope: " + command
                            + " needs no privilege and has capabilities (CapEff in /proc/self/status); run it as a user of its own");
        }
    }
}
