package io.goroscope.collector.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kernel's release.
 *
 * @param text as uname gives it
 */
public record KernelRelease(int major, int minor, String text) {

    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+).*");

    /** The running kernel's. */
    public static KernelRelease running() {
        try {
            return parse(Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("reading the kernel's release", e);
        }
    }

    /** Reads one such as {@code 6.1.0-40-amd64}; a text without numbers counts as 0.0. */
    public static KernelRelease parse(String text) {
        Matcher matcher = NUMBERS.matcher(text);
        return matcher.matches()
                ? new KernelRelease(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)), text)
                : new KernelRelease(0, 0, text);
    }

    /** Whether this is the given release or a later one. */
    public boolean isAtLeast(int otherMajor, int otherMinor) {
        return major > otherMajor || (major == otherMajor && minor >= otherMinor);
    }
}
