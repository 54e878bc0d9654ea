package io.goroscope.sink.otlp;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Sends metrics by OTLP over HTTP, until it is closed. */
public final class OtlpExport implements AutoCloseable {

    private static final String METRICS_PATH = "/v1/metrics";
    private static final long CLOSE_LIMIT_S = 5;

    private final SdkMeterProvider provider;

    private OtlpExport(SdkMeterProvider provider) {
        this.provider = provider;
    }

    /**
     * Begins to send.
     *
     * @param address of the receiver; without a path, OTLP's own is added
     * @param interval how often
     * @param metrics gives what is to be sent; nothing as long as it is not whole
     */
    public static OtlpExport start(URI address, Duration interval, Supplier<MetricSnapshots> metrics) {
        boolean bare = address.getPath().isEmpty() || address.getPath().equals("/");
        OtlpHttpMetricExporter exporter = OtlpHttpMetricExporter.builder()
                .setEndpoint((bare ? address.resolve(METRICS_PATH) : address).toString())
                .build();
        return new OtlpExport(SdkMeterProvider.builder()
                .setResource(Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "goroscope")))
                .registerMetricProducer(new OtlpMetrics(metrics))
                .registerMetricReader(PeriodicMetricReader.builder(exporter)
                        .setInterval(interval)
                        .build())
                .build());
    }

    /** Sends once more, and ends. */
    @Override
    public void close() {
        provider.shutdown().join(CLOSE_LIMIT_S, TimeUnit.SECONDS);
    }
}
