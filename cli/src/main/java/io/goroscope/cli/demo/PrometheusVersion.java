package io.goroscope.cli.demo;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of Prometheus, for what differs between them.
 *
 * @param major such as 2
 * @param minor such as 42
 * @param text as it prints itself, such as {@code 2.42.0+ds}
 * @param goVersion the Go release that built it, such as {@code go1.19.8}, or empty
 */
record PrometheusVersion(int major, int minor, String text, String goVersion) {

    private static final Pattern VERSION = Pattern.compile("prometheus, version ((\\d{1,4})\\.(\\d{1,4})\\S*)");
    private static final Pattern GO = Pattern.compile("go version:\\s+(go\\S+)");

    /** Reads what {@code prometheus --version} prints; empty if it is something else. */
    static Optional<PrometheusVersion> parse(String printed) {
        Matcher version = VERSION.matcher(printed);
        if (!version.find()) {
            return Optional.empty();
        }
        Matcher go = GO.matcher(printed);
        return Optional.of(new PrometheusVersion(
                Integer.parseInt(version.group(2)),
                Integer.parseInt(version.group(3)),
                version.group(1),
                go.find() ? go.group(1) : ""));
    }

    /** From 3.9 on native histograms are asked for in the scrape's configuration, and the feature flag means nothing. */
    boolean asksForNativeHistogramsInScrape() {
        return major > 3 || (major == 3 && minor >= 9);
    }
}
