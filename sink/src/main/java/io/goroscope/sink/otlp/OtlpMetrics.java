package io.goroscope.sink.otlp;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** From Prometheus' snapshots to OpenTelemetry's data. */
final class OtlpMetrics implements MetricProducer {

    private static final long NS_PER_MS = 1_000_000;
    private static final String INFO = "_info";

    private final Supplier<MetricSnapshots> metrics;

    OtlpMetrics(Supplier<MetricSnapshots> metrics) {
        this.metrics = metrics;
    }

    @Override
    public Collection<MetricData> produce(Resource resource) {
        long nowNs = System.currentTimeMillis() * NS_PER_MS;
        List<MetricData> all = new ArrayList<>();
        for (MetricSnapshot each : metrics.get()) {
            String name = each.getMetadata().getName();
            String help = each.getMetadata().getHelp();
            if (each instanceof CounterSnapshot counter) {
                all.add(new OtlpMetric(resource, name, help, MetricDataType.DOUBLE_SUM, sums(counter, nowNs)));
            } else if (each instanceof GaugeSnapshot gauge) {
                all.add(new OtlpMetric(resource, name, help, MetricDataType.DOUBLE_GAUGE, gauges(gauge, nowNs)));
            } else if (each instanceof InfoSnapshot info) {
                all.add(new OtlpMetric(resource, name + INFO, help, MetricDataType.DOUBLE_GAUGE, ones(info, nowNs)));
            } else if (each instanceof HistogramSnapshot histogram) {
                all.add(new OtlpMetric(
                        resource,
                        name,
                        help,
                        MetricDataType.EXPONENTIAL_HISTOGRAM,
                        ExponentialHistogramData.create(
                                AggregationTemporality.CUMULATIVE,
                                histogram.getDataPoints().stream()
                                        .map(point -> histogram(point, nowNs))
                                        .toList())));
            } else {
                throw new IllegalStateException("no such metric is served: " + each.getClass());
            }
        }
        return all;
    }

    private static SumData<DoublePointData> sums(CounterSnapshot counter, long nowNs) {
        return SumData.createDoubleSumData(
                true,
                AggregationTemporality.CUMULATIVE,
                counter.getDataPoints().stream()
                        .map(point -> point(
                                point.getCreatedTimestampMillis() * NS_PER_MS,
                                nowNs,
                                point.getLabels(),
                                point.getValue()))
                        .toList());
    }

    private static GaugeData<DoublePointData> gauges(GaugeSnapshot gauge, long nowNs) {
        return GaugeData.createDoubleGaugeData(gauge.getDataPoints().stream()
                .map(point -> point(0, nowNs, point.getLabels(), point.getValue()))
                .toList());
    }

    private static GaugeData<DoublePointData> ones(InfoSnapshot info, long nowNs) {
        return GaugeData.createDoubleGaugeData(info.getDataPoints().stream()
                .map(point -> point(0, nowNs, point.getLabels(), 1))
                .toList());
    }

    private static DoublePointData point(long startNs, long nowNs, Labels labels, double value) {
        return DoublePointData.create(startNs, nowNs, attributes(labels), value, List.of());
    }

    private static ExponentialHistogramPointData histogram(HistogramDataPointSnapshot point, long nowNs) {
        int scale = point.getNativeSchema();
        return ExponentialHistogramPointData.create(
                scale,
                point.getSum(),
                point.getNativeZeroCount(),
                false,
                0,
                false,
                0,
                buckets(scale, point.getNativeBucketsForPositiveValues()),
                ExponentialHistogramBuckets.create(scale, 0, List.of()),
                point.getCreatedTimestampMillis() * NS_PER_MS,
                nowNs,
                attributes(point.getLabels()),
                exemplars(point.getExemplars()));
    }

    /**
     * Prometheus' bucket i ends at 2^(i/8), OpenTelemetry's begins there; and OpenTelemetry's are given without gaps (its data
     * model, "Exponential Scale").
     */
    private static ExponentialHistogramBuckets buckets(int scale, NativeHistogramBuckets buckets) {
        if (buckets.size() == 0) {
            return ExponentialHistogramBuckets.create(scale, 0, List.of());
        }
        int first = buckets.getBucketIndex(0);
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i < buckets.size(); i++) {
            while (counts.size() < buckets.getBucketIndex(i) - first) {
                counts.add(0L);
            }
            counts.add(buckets.getCount(i));
        }
        return ExponentialHistogramBuckets.create(scale, first - 1, counts);
    }

    private static List<DoubleExemplarData> exemplars(Exemplars exemplars) {
        List<DoubleExemplarData> all = new ArrayList<>();
        for (Exemplar each : exemplars) {
            all.add(DoubleExemplarData.create(
                    attributes(each.getLabels()),
                    each.getTimestampMillis() * NS_PER_MS,
                    SpanContext.getInvalid(),
                    each.getValue()));
        }
        return all;
    }

    private static Attributes attributes(Labels labels) {
        AttributesBuilder all = Attributes.builder();
        for (Label each : labels) {
            all.put(each.getName(), each.getValue());
        }
        return all.build();
    }
}
