package io.goroscope.e2e;

import io.goroscope.testbed.Comparison;
import io.goroscope.testbed.Observed;
import io.goroscope.testbed.Truth;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The exact counts of a sink's {@code /metrics}, read as Prometheus' text. */
record SinkPage(String address) {

    private static final Pattern CALLS =
            Pattern.compile("^goroscope_calls_total\\{.*function=\"([^\"]*)\".*} (\\S+)$", Pattern.MULTILINE);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** The counts once they agree with the program, or as they are when the time is over. */
    Comparison awaitCounts(Truth truth, Duration limit) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        Comparison comparison;
        do {
            comparison = counts(truth);
        } while (!comparison.countDifferences().isEmpty() && System.nanoTime() < deadline);
        return comparison;
    }

    private Comparison counts(Truth truth) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(address + "/metrics")).build();
        String text = HTTP.send(request, BodyHandlers.ofString()).body();
        List<Map.Entry<String, Observed>> observed = new ArrayList<>();
        Set<String> unseen = new HashSet<>(truth.byName().keySet());
        Matcher line = CALLS.matcher(text);
        while (line.find()) {
            long calls = (long) Double.parseDouble(line.group(2));
            observed.add(Map.entry(line.group(1), new Observed(calls, 0, 0, 0, 0, 0, 0, 0)));
            unseen.remove(line.group(1));
        }
        return Comparison.of(truth, observed, unseen);
    }
}
