package io.goroscope.sink;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Where a sink sends to, beside what it serves.
 *
 * @param remoteWrite a Prometheus' (or compatible) remote-write address: gets what the latency windows say, at their own time
 * @param otlp an OpenTelemetry collector's (or compatible) address for OTLP over HTTP, such as {@code http://host:4318}: gets
 *     what {@code /metrics} serves
 * @param otlpInterval how often
 */
public record PushTargets(Optional<URI> remoteWrite, Optional<URI> otlp, Duration otlpInterval) {

    private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(15);

    /** Nowhere. */
    public static final PushTargets NONE = new PushTargets(Optional.empty(), Optional.empty(), DEFAULT_INTERVAL);

    /** The same with a remote-write address. */
    public PushTargets withRemoteWrite(URI address) {
        return new PushTargets(Optional.of(address), otlp, otlpInterval);
    }

    /** The same with an OTLP address. */
    public PushTargets withOtlp(URI address, Duration interval) {
        return new PushTargets(remoteWrite, Optional.of(address), interval);
    }
}
