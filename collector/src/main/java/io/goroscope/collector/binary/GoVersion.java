package io.goroscope.collector.binary;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A release of Go as its minor number tells it apart: 26 for {@code go1.26.8}. */
record GoVersion(int minor) implements Comparable<GoVersion> {

    /** {@code go1.26.8}, {@code go1.27rc1}, {@code devel go1.28-0123abc Mon …}, {@code go1.19.8 X:boringcrypto}. */
    private static final Pattern RELEASE = Pattern.compile("\\bgo1\\.(\\d{1,3})");

    /** Empty where the string names no release. */
    static Optional<GoVersion> parse(String text) {
        Matcher matcher = RELEASE.matcher(text);
        return matcher.find() ? Optional.of(new GoVersion(Integer.parseInt(matcher.group(1)))) : Optional.empty();
    }

    boolean atLeast(int otherMinor) {
        return minor >= otherMinor;
    }

    @Override
    public int compareTo(GoVersion other) {
        return Integer.compare(minor, other.minor);
    }
}
