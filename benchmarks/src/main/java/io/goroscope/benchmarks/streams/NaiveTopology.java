package io.goroscope.benchmarks.streams;

import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.DecodedBatch;
import java.nio.ByteBuffer;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The obvious way: a record for each entry and each return, open calls in one store, totals in another, both as the
 * Processor API gives them (logged, as exactly-once needs them). It does less than ours: count, sum, least and greatest of each
 * function, but no histogram, no window, no edge, no self time, no check, and frames that died stay for ever.
 *
 * <pre>
 *  record  key: goid      value: { kind, time, depth, function }
 *  open    key: goid, depth   value: time
 *  totals  key: function      value: { count, sum, min, max }
 * </pre>
 */
final class NaiveTopology {

    private static final String OPEN = "open";
    private static final String TOTALS = "totals";
    private static final int EVENT_BYTES = 1 + 2 * Long.BYTES + Integer.BYTES;

    private NaiveTopology() {}

    /** One event as a record of its own. */
    static void write(DecodedBatch batch, BenchCluster.Output output) {
        for (int i = 0; i < batch.eventCount(); i++) {
            byte[] key =
                    ByteBuffer.allocate(Long.BYTES).putLong(batch.goid()[i]).array();
            byte[] value = ByteBuffer.allocate(EVENT_BYTES)
                    .put((byte) (batch.what()[i] & BatchDescriptor.KIND_MASK))
                    .putLong(batch.timeNs()[i])
                    .putLong(batch.depth()[i])
                    .putInt(batch.function()[i])
                    .array();
            output.record(0, key, value);
        }
    }

    static Topology build(String input, String output, boolean rocksDb) {
        return new Topology()
                .addSource(
                        AutoOffsetReset.earliest(),
                        "events",
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer(),
                        input)
                .addProcessor("pair", new Supplier(rocksDb), "events")
                .addSink("totals-out", output, new ByteArraySerializer(), new ByteArraySerializer(), "pair");
    }

    private record Supplier(boolean rocksDb) implements ProcessorSupplier<byte[], byte[], byte[], byte[]> {
        @Override
        public Processor<byte[], byte[], byte[], byte[]> get() {
            return new Pair();
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return Set.of(store(OPEN), store(TOTALS));
        }

        private StoreBuilder<?> store(String name) {
            return Stores.keyValueStoreBuilder(
                    rocksDb ? Stores.persistentKeyValueStore(name) : Stores.inMemoryKeyValueStore(name),
                    Serdes.ByteArray(),
                    Serdes.ByteArray());
        }
    }

    private static final class Pair implements Processor<byte[], byte[], byte[], byte[]> {

        private KeyValueStore<byte[], byte[]> open;
        private KeyValueStore<byte[], byte[]> totals;

        @Override
        public void init(ProcessorContext<byte[], byte[]> context) {
            open = context.getStateStore(OPEN);
            totals = context.getStateStore(TOTALS);
        }

        @Override
        public void process(Record<byte[], byte[]> event) {
            ByteBuffer value = ByteBuffer.wrap(event.value());
            int kind = value.get();
            long timeNs = value.getLong();
            byte[] frame = ByteBuffer.allocate(2 * Long.BYTES)
                    .put(event.key())
                    .putLong(value.getLong())
                    .array();
            if (kind == BatchDescriptor.ENTRY) {
                open.put(frame, ByteBuffer.allocate(Long.BYTES).putLong(timeNs).array());
                return;
            }
            byte[] entered = open.delete(frame);
            if (entered != null) {
                count(value.getInt(), timeNs - ByteBuffer.wrap(entered).getLong());
            }
        }

        private void count(int function, long durationNs) {
            byte[] key = ByteBuffer.allocate(Integer.BYTES).putInt(function).array();
            byte[] before = totals.get(key);
            ByteBuffer old = before == null ? null : ByteBuffer.wrap(before);
            totals.put(
                    key,
                    ByteBuffer.allocate(4 * Long.BYTES)
                            .putLong(old == null ? 1 : old.getLong() + 1)
                            .putLong(old == null ? durationNs : old.getLong() + durationNs)
                            .putLong(old == null ? durationNs : Math.min(old.getLong(), durationNs))
                            .putLong(old == null ? durationNs : Math.max(old.getLong(), durationNs))
                            .array());
        }
    }
}
