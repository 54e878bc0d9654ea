package io.goroscope.sink.remote;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.Map;
import java.util.TreeMap;

/**
 * A {@code prometheus.WriteRequest} of remote write 1.0 (prometheus/prompb, types.proto and remote.proto): one sample a
 * series, all at one time. Its series' labels are in the order of their names, as the receiver wants them.
 */
final class WriteRequest {

    private static final String NAME = "__name__";

    private static final int REQUEST_SERIES = 1;
    private static final int SERIES_LABEL = 1;
    private static final int SERIES_SAMPLE = 2;
    private static final int SERIES_HISTOGRAM = 4;

    private final ProtoWriter out = new ProtoWriter();
    private final long timeMs;
    private int series;

    private WriteRequest(long timeMs) {
        this.timeMs = timeMs;
    }

    /** All but native histograms. */
    static WriteRequest ofSamples(MetricSnapshots snapshots, long timeMs) {
        WriteRequest request = new WriteRequest(timeMs);
        for (MetricSnapshot each : snapshots) {
            String name = each.getMetadata().getName();
            if (each instanceof CounterSnapshot counter) {
                counter.getDataPoints()
                        .forEach(point -> request.sample(name + "_total", point.getLabels(), point.getValue()));
            } else if (each instanceof InfoSnapshot info) {
                info.getDataPoints().forEach(point -> request.sample(name + "_info", point.getLabels(), 1));
            } else if (each instanceof HistogramSnapshot histogram) {
                histogram.getDataPoints().forEach(point -> request.classic(name, point));
            } else {
                throw new IllegalStateException("has no time of its own: " + each.getClass());
            }
        }
        return request;
    }

    /** Native histograms alone. */
    static WriteRequest ofHistograms(MetricSnapshots snapshots, long timeMs) {
        WriteRequest request = new WriteRequest(timeMs);
        for (MetricSnapshot each : snapshots) {
            if (each instanceof HistogramSnapshot histogram) {
                String name = each.getMetadata().getName();
                histogram.getDataPoints().forEach(point -> request.exponential(name, point));
            }
        }
        return request;
    }

    /** How many series it has. */
    int series() {
        return series;
    }

    byte[] toBytes() {
        return out.toBytes();
    }

    private void classic(String name, HistogramDataPointSnapshot point) {
        ClassicHistogramBuckets buckets = point.getClassicBuckets();
        long count = 0;
        for (int i = 0; i < buckets.size(); i++) {
            count += buckets.getCount(i);
            double bound = buckets.getUpperBound(i);
            String le = Double.isInfinite(bound) ? "+Inf" : Double.toString(bound);
            sample(name + "_bucket", point.getLabels().add("le", le), (double) count);
        }
        sample(name + "_count", point.getLabels(), (double) count);
        sample(name + "_sum", point.getLabels(), point.getSum());
    }

    private void sample(String name, Labels labels, double value) {
        ProtoWriter sample = new ProtoWriter().decimal(1, value).number(2, timeMs);
        out.message(REQUEST_SERIES, labels(name, labels).message(SERIES_SAMPLE, sample));
        series++;
    }

    private void exponential(String name, HistogramDataPointSnapshot point) {
        NativeHistogramBuckets buckets = point.getNativeBucketsForPositiveValues();
        long count = point.getNativeZeroCount();
        long[] deltas = new long[buckets.size()];
        for (int i = 0; i < deltas.length; i++) {
            deltas[i] = buckets.getCount(i) - (i == 0 ? 0 : buckets.getCount(i - 1));
            count += buckets.getCount(i);
        }
        ProtoWriter histogram = new ProtoWriter()
                .number(1, count)
                .decimal(3, point.getSum())
                .signed(4, point.getNativeSchema())
                .decimal(5, point.getNativeZeroThreshold())
                .number(6, point.getNativeZeroCount());
        spans(buckets, histogram);
        histogram.packedSigned(12, deltas).number(15, timeMs);
        out.message(REQUEST_SERIES, labels(name, point.getLabels()).message(SERIES_HISTOGRAM, histogram));
        series++;
    }

    /** Runs of neighbouring buckets: how far each begins behind the end of the one before, the first behind 0, and its length. */
    private static void spans(NativeHistogramBuckets buckets, ProtoWriter histogram) {
        int end = 0;
        for (int i = 0; i < buckets.size(); ) {
            int first = buckets.getBucketIndex(i);
            int length = 1;
            while (i + length < buckets.size() && buckets.getBucketIndex(i + length) == first + length) {
                length++;
            }
            histogram.message(11, new ProtoWriter().signed(1, first - end).number(2, length));
            end = first + length;
            i += length;
        }
    }

    private static ProtoWriter labels(String name, Labels labels) {
        Map<String, String> sorted = new TreeMap<>();
        sorted.put(NAME, name);
        for (Label each : labels) {
            sorted.put(each.getName(), each.getValue());
        }
        ProtoWriter series = new ProtoWriter();
        sorted.forEach((key, value) ->
                series.message(SERIES_LABEL, new ProtoWriter().text(1, key).text(2, value)));
        return series;
    }
}
