package io.goroscope.collector.kernel;

import io.goroscope.schemas.UserException;

/** What a refusal by the kernel means to the user: which permission is missing, and how to get it. */
public final class Permissions {

    private Permissions() {}

    /** Whether this process has any capability at all. */
    public static boolean privileged() {
        return Capabilities.ofThisProcess().bits() != 0;
    }

    /** @param attempt what was tried, as in {@code cannot ATTEMPT} */
    static UserException refused(String attempt, Throwable cause) {
        String missing = Capabilities.ofThisProcess().missing();
        String reason = missing.isEmpty()
                ? "the kernel does not permit it (lockdown, seccomp or a container's policy)"
                : "missing " + missing + "; run as root or grant " + (missing.contains(",") ? "them" : "it");
        return new UserException("cannot " + attempt + ": " + reason, cause);
    }
}
