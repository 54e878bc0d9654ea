package io.goroscope.testbed.output;

import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.Topics.Kind;
import io.goroscope.schemas.avro.DictionaryKey;
import io.goroscope.schemas.avro.EdgeKey;
import io.goroscope.schemas.avro.EdgeTotals;
import io.goroscope.schemas.avro.FunctionInfo;
import io.goroscope.schemas.avro.Health;
import io.goroscope.schemas.avro.HealthKey;
import io.goroscope.schemas.avro.ImageInfo;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.LatencyWindow;
import io.goroscope.schemas.avro.Retired;
import io.goroscope.schemas.avro.RetiredKey;
import io.goroscope.schemas.avro.SeriesKey;
import io.goroscope.schemas.avro.SlowCall;
import io.goroscope.schemas.avro.Totals;
import io.goroscope.schemas.avro.WindowKey;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes what the Streams job would write of the shop's processes, in transactions as it does. */
public final class ShopTraffic implements AutoCloseable {

    private static final long NS_PER_S = 1_000_000_000;
    private static final long WINDOW_NS = NS_PER_S;
    private static final long PULSE_S = 40;
    private static final long SLOW_GOROUTINE = 812;

    private final Topics topics;
    private final Random random;
    private final ShopModes modes;
    private final KafkaProducer<byte[], byte[]> producer;

    /**
     * @param bootstrapServers the broker
     * @param topics names of its topics, which have to exist
     * @param seed the same seed makes the same calls
     */
    public ShopTraffic(String bootstrapServers, Topics topics, long seed) {
        this.topics = topics;
        this.random = new Random(seed);
        this.modes = new ShopModes(seed);
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "transactional.id",
                        "shop-" + seed,
                        "linger.ms",
                        "5",
                        "acks",
                        "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    /** Writes the names of a build's functions, and where the build comes from. */
    public void names(String buildId, String revision) {
        producer.beginTransaction();
        send(
                Kind.FUNCTIONS,
                new DictionaryKey(buildId, -1),
                ImageInfo.newBuilder()
                        .setBuildId(buildId)
                        .setPath(ShopProcess.EXE)
                        .setCompiler("gc")
                        .setArchitecture("amd64")
                        .setGoVersion("go1.26.8")
                        .setModule("example.com/shop")
                        .setModuleVersion("v1.4.2")
                        .setVcsRevision(revision)
                        .setSettings(Map.of("CGO_ENABLED", "0"))
                        .build());
        for (int i = 0; i < ShopFunction.ALL.size(); i++) {
            ShopFunction each = ShopFunction.ALL.get(i);
            send(
                    Kind.FUNCTIONS,
                    new DictionaryKey(buildId, i),
                    FunctionInfo.newBuilder()
                            .setBuildId(buildId)
                            .setFunction(i)
                            .setName(each.name())
                            .setFile(each.file())
                            .setLine(40 + 17 * i)
                            .setAddress(0x480000L + 0x200L * i)
                            .setSize(0x180)
                            .setInlinedCopies(i == 2 ? 3 : 0)
                            .setReturns(each.medianNs() == 0 ? 0 : 2)
                            .build());
        }
        producer.commitTransaction();
    }

    /** Lets {@code seconds} go by that end at {@code nowNs} (ns since 1970): calls happen, and all changes are written. */
    public void run(ShopProcess process, long nowNs, double seconds) {
        long windowStart = Math.floorDiv(nowNs, WINDOW_NS) * WINDOW_NS;
        double pulse = 1 + 0.45 * Math.sin(2 * Math.PI * nowNs / (PULSE_S * NS_PER_S));
        process.lanes().forEach(lane -> lane.roll(windowStart));
        for (int function = 0; function < ShopFunction.ALL.size(); function++) {
            ShopFunction shape = ShopFunction.ALL.get(function);
            double expected = shape.perSecond() * pulse * seconds;
            long calls = Math.max(0, Math.round(expected + random.nextGaussian() * Math.sqrt(expected)));
            process.call(function, calls);
            if (shape.medianNs() > 0) {
                long first = Math.round(calls * 0.6);
                process.lanes().get(0).add(function, first, random);
                process.lanes().get(1).add(function, calls - first, random);
            }
        }
        write(process, nowNs, windowStart);
        writeModes(process, nowNs, seconds);
    }

    private void writeModes(ShopProcess process, long nowNs, double seconds) {
        producer.beginTransaction();
        for (int function : ShopModes.BY_FUNCTION.keySet()) {
            long calls = Math.round(ShopFunction.ALL.get(function).perSecond() * seconds / ShopProcess.LANES);
            for (ShopLane lane : process.lanes()) {
                send(
                        Kind.TOTALS,
                        ShopModes.key(process, lane, function),
                        modes.run(process, lane, function, calls, seconds, nowNs));
            }
        }
        producer.commitTransaction();
    }

    /** Writes all that a process has so far. */
    private void write(ShopProcess process, long nowNs, long windowStart) {
        producer.beginTransaction();
        for (int function = 0; function < ShopFunction.ALL.size(); function++) {
            send(
                    Kind.TOTALS,
                    new SeriesKey(process.buildId(), function, process.counters()),
                    totals(process, nowNs, process.calls(function), new ShopLane.Counts()));
            for (ShopLane lane : process.lanes()) {
                functionOfLane(process, lane, function, nowNs, windowStart);
            }
        }
        for (ShopLane lane : process.lanes()) {
            send(Kind.HEALTH, new HealthKey(lane.id()), health(lane, nowNs, false));
        }
        producer.commitTransaction();
    }

    private void functionOfLane(ShopProcess process, ShopLane lane, int function, long nowNs, long windowStart) {
        ShopLane.Counts counts = lane.total(function);
        if (counts.latency.count() + counts.panics == 0) {
            return;
        }
        send(Kind.TOTALS, new SeriesKey(process.buildId(), function, lane.id()), totals(process, nowNs, 0, counts));
        send(
                Kind.LATENCY,
                new WindowKey(process.buildId(), function, windowStart, lane.id()),
                LatencyWindow.newBuilder()
                        .setService(ShopProcess.SERVICE)
                        .setExe(ShopProcess.EXE)
                        .setEndNs(windowStart + WINDOW_NS)
                        .setSummary(lane.inWindow(function).toRecord())
                        .setSlowest(slowest(lane, lane.inWindow(function), nowNs))
                        .build());
        int caller = ShopFunction.ALL.get(function).caller();
        if (caller >= 0) {
            send(
                    Kind.TOTALS,
                    new EdgeKey(process.buildId(), caller, process.buildId(), function, lane.id()),
                    EdgeTotals.newBuilder()
                            .setService(ShopProcess.SERVICE)
                            .setCreatedNs(process.createdNs())
                            .setUpdatedNs(nowNs)
                            .setCalls(counts.latency.count())
                            .setSumNs(counts.latency.sumNs())
                            .setSelfSumNs(counts.selfNs)
                            .build());
        }
    }

    private static SlowCall slowest(ShopLane lane, ShopLane.Counts counts, long nowNs) {
        return counts.latency.count() == 0
                ? null
                : new SlowCall(counts.latency.maxNs(), nowNs, SLOW_GOROUTINE, lane.batches());
    }

    /** Ends a process, or a collector's sight of it: tombstones for its keys, its last values as retired ones. */
    public void end(ShopProcess process, long nowNs) {
        producer.beginTransaction();
        for (int function = 0; function < ShopFunction.ALL.size(); function++) {
            retire(
                    process,
                    function,
                    process.counters(),
                    totals(process, nowNs, process.calls(function), new ShopLane.Counts()),
                    nowNs);
            for (ShopLane lane : process.lanes()) {
                retire(process, function, lane.id(), totals(process, nowNs, 0, lane.total(function)), nowNs);
                int caller = ShopFunction.ALL.get(function).caller();
                if (caller >= 0) {
                    send(
                            Kind.TOTALS,
                            new EdgeKey(process.buildId(), caller, process.buildId(), function, lane.id()),
                            null);
                }
            }
        }
        for (ShopLane lane : process.lanes()) {
            ShopModes.BY_FUNCTION
                    .keySet()
                    .forEach(function -> send(Kind.TOTALS, ShopModes.key(process, lane, function), null));
            send(Kind.HEALTH, new HealthKey(lane.id()), health(lane, nowNs, true));
        }
        producer.commitTransaction();
    }

    private void retire(ShopProcess process, int function, LaneId source, Totals last, long nowNs) {
        send(Kind.TOTALS, new SeriesKey(process.buildId(), function, source), null);
        send(Kind.TOTALS, new RetiredKey(process.buildId(), function, source), new Retired(nowNs, last));
    }

    /** Writes a record that is none, and one in a transaction that is aborted: neither may be seen. */
    public void noise(ShopProcess process, long nowNs) {
        producer.beginTransaction();
        send(new ProducerRecord<>(topics.of(Kind.TOTALS), new byte[] {1, 2, 3}, new byte[] {4}));
        producer.commitTransaction();
        producer.beginTransaction();
        send(
                Kind.TOTALS,
                new SeriesKey(process.buildId(), 0, process.counters()),
                totals(process, nowNs, process.calls(0) + 1_000_000, new ShopLane.Counts()));
        producer.flush();
        producer.abortTransaction();
    }

    private static Totals totals(ShopProcess process, long nowNs, long calls, ShopLane.Counts counts) {
        return Totals.newBuilder()
                .setService(ShopProcess.SERVICE)
                .setExe(ShopProcess.EXE)
                .setCreatedNs(process.createdNs())
                .setUpdatedNs(nowNs)
                .setCalls(calls)
                .setLost(0)
                .setSummary(counts.toRecord())
                .build();
    }

    private static Health health(ShopLane lane, long nowNs, boolean ended) {
        return Health.newBuilder()
                .setService(ShopProcess.SERVICE)
                .setUpdatedNs(nowNs)
                .setBatches(lane.batches())
                .setEvents(lane.events())
                .setDuplicates(0)
                .setGaps(0)
                .setLost(0)
                .setUncertain(0)
                .setUnmatched(0)
                .setNoIdentity(0)
                .setOffStack(0)
                .setOpenFrames(17)
                .setGoroutines(11)
                .setEnded(ended)
                .build();
    }

    private void send(Kind kind, SpecificRecordBase key, SpecificRecordBase value) {
        send(new ProducerRecord<>(topics.of(kind), Records.encode(key), value == null ? null : Records.encode(value)));
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        // What fails here fails the commit.
        Future<RecordMetadata> unused = producer.send(record);
    }

    @Override
    public void close() {
        producer.close();
    }
}
