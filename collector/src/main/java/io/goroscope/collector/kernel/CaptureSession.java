package io.goroscope.collector.kernel;

import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.plan.Place;
import io.goroscope.collector.plan.RuntimeLayout;
import io.goroscope.schemas.UserException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import jnr.ffi.Pointer;

/** Attached probes that capture values: from {@link #open} to {@link #close}. One thread polls. */
public final class CaptureSession implements AutoCloseable {

    private static final String OBJECT = "capture.bpf.o";
    private static final String PLAIN = "on_capture";
    private static final String SLEEPABLE = "on_capture_sleepable";
    private static final int RING_BYTES = 32 << 20;
    private static final int KEY_BYTES = 72;

    /** Stands for the length of a text where a number was counted. */
    private static final int NUMBER = -1;

    private final BpfObject object;
    private final RingBufferReader ring;
    private final MappedArea statistics;
    private final List<Attachment> links = new ArrayList<>();
    private final boolean sleepable;
    private Wakers wakers;
    private long attachNs;
    private boolean closed;

    private CaptureSession(BpfObject object, boolean sleepable) {
        this.object = object;
        this.sleepable = sleepable;
        this.ring = new RingBufferReader(object.mapFd("ring"), RING_BYTES);
        this.statistics = MappedArea.map(
                object.mapFd("statistics"), (long) CaptureStatistic.values().length * Long.BYTES, false, 0);
    }

    /**
     * Loads the program and attaches it at every probe. On failure nothing stays attached.
     *
     * @param plans the images; no two of the same file
     * @throws UserException no permission, a feature that the kernel lacks, a process that is gone, a replaced file
     */
    public static CaptureSession open(List<ImagePlan> plans, List<CaptureProbe> probes, CaptureOptions options) {
        KernelFeatures features = KernelFeatures.probe();
        features.require();
        for (int pid : options.processIds()) {
            if (!Files.exists(Path.of("/proc/" + pid))) {
                throw new UserException("cannot attach to pid=" + pid + ": no such process");
            }
        }
        List<ImageFile> files = new ArrayList<>();
        try {
            plans.forEach(plan -> files.add(ImageFile.open(plan.image())));
            CaptureSession session = load(plans, probes, options, features);
            try {
                session.fill(probes, options);
                if (session.sleepable && probes.stream().anyMatch(CaptureProbe::wantsVectors)) {
                    session.wakers = Wakers.start(session.object.mapFd("wakers"));
                }
                session.attach(plans, files, probes, options, features);
            } catch (RuntimeException e) {
                session.close();
                throw e;
            }
            return session;
        } finally {
            files.forEach(ImageFile::close);
        }
    }

    private static CaptureSession load(
            List<ImagePlan> plans, List<CaptureProbe> probes, CaptureOptions options, KernelFeatures features) {
        // One link of sleepable programs is as old as the link itself (6.6); by perf events they came with 6.0.
        boolean sleepable = features.uprobeMulti();
        List<RuntimeLayout> layouts = plans.stream().map(ImagePlan::layout).toList();
        if (layouts.size() > Cookie.MAX_LAYOUTS) {
            throw new UserException("cannot trace more than " + Cookie.MAX_LAYOUTS + " binaries at once");
        }
        int ops = probes.stream()
                .mapToInt(p -> p.filter().size() + p.recipe().size())
                .sum();
        BpfObject object = BpfObject.open(OBJECT);
        try {
            object.setConstants(CaptureConfig.write(options, sleepable, layouts), CaptureConfig.BYTES);
            object.setMaxEntries("ring", RING_BYTES);
            object.setMaxEntries("wakers", Wakers.count());
            object.setMaxEntries("probes", Math.max(1, probes.size()));
            object.setMaxEntries("code", Math.max(1, ops));
            object.setMaxEntries("texts", Math.max(1, options.texts().size()));
            String program = sleepable ? SLEEPABLE : PLAIN;
            object.setAutoload(program, true);
            if (features.uprobeMulti()) {
                object.setAttachType(program, Bpf.ATTACH_UPROBE_MULTI);
            }
            object.load();
            return new CaptureSession(object, sleepable);
        } catch (KernelException e) {
            object.close();
            if (e.errno() == Errno.EPERM) {
                throw Permissions.refused("load BPF programs", e);
            }
            throw new UserException(
                    "cannot load the BPF programs into Linux "
                            + features.release().text() + ": " + Errno.text(e.errno())
                            + "; see the log for the verifier's reason",
                    e);
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    private void fill(List<CaptureProbe> probes, CaptureOptions options) {
        int at = 0;
        for (int i = 0; i < probes.size(); i++) {
            CaptureProbe probe = probes.get(i);
            int filter = probe.filter().isEmpty() ? CaptureConfig.NO_CODE : at;
            for (CaptureOp op : probe.filter()) {
                put("code", at++, CaptureConfig.op(op));
            }
            int recipe = at;
            for (CaptureOp op : probe.recipe()) {
                put("code", at++, CaptureConfig.op(op));
            }
            put("probes", i, CaptureConfig.probe(probe, filter, recipe));
        }
        for (int i = 0; i < options.texts().size(); i++) {
            put("texts", i, CaptureConfig.text(options.texts().get(i)));
        }
        for (int pid : options.processIds()) {
            Pointer follow = NativeMemory.allocate(Integer.BYTES);
            follow.putInt(0, options.followChildren() ? 1 : 0);
            put("tracked", pid, follow);
        }
    }

    private void put(String map, int number, Pointer value) {
        Pointer key = NativeMemory.allocate(Integer.BYTES);
        key.putInt(0, number);
        Bpf.update(object.mapFd(map), key, value, Bpf.ANY);
    }

    /** Returns first: a return without its entry is known to be one. */
    private void attach(
            List<ImagePlan> plans,
            List<ImageFile> files,
            List<CaptureProbe> probes,
            CaptureOptions options,
            KernelFeatures features) {
        links.add(Bpf.openTracepoint(object.programFd("on_fork")));
        long start = System.nanoTime();
        boolean one = options.processIds().size() == 1 && !options.followChildren() && features.soundPidFilter();
        int pid = one ? options.processIds().iterator().next() : 0;
        int program = object.programFd(sleepable ? SLEEPABLE : PLAIN);
        for (boolean entries : new boolean[] {false, true}) {
            for (int image = 0; image < plans.size(); image++) {
                ProbeSet set = new ProbeSet();
                for (int i = 0; i < probes.size(); i++) {
                    CaptureProbe probe = probes.get(i);
                    if (probe.image() == image && (probe.place().kind() == Place.Kind.ENTRY) == entries) {
                        set.add(probe.place().fileOffset(), Cookie.of(probe.place(), i, image, false));
                    }
                }
                if (set.count() > 0) {
                    links.add(ProbeLink.attach(features.attacher(), program, files.get(image), set, pid));
                }
            }
        }
        attachNs = System.nanoTime() - start;
    }

    /**
     * Drains the ring.
     *
     * @return how many records were handed over; fewer than {@code limit} means that the ring is empty
     */
    public int poll(Consumer<CaptureRecord> handler, int limit) {
        return ring.drain(
                (bytes, at, length) -> handler.accept(CaptureRecord.copy(bytes.order(ByteOrder.nativeOrder()), at)),
                limit);
    }

    /** How long attaching took, ns. */
    public long attachNs() {
        return attachNs;
    }

    /** True where memory that is not there yet is brought in: Linux 6.6. */
    public boolean readsEverything() {
        return sleepable;
    }

    /** True where values in vector registers were asked for and cannot be had. */
    public boolean lacksVectors(List<CaptureProbe> probes) {
        return probes.stream().anyMatch(CaptureProbe::wantsVectors) && (wakers == null || !wakers.areAll());
    }

    /** One of the figures that the program keeps about itself. */
    public long statistic(CaptureStatistic statistic) {
        return statistics.longAt(statistic.index());
    }

    /** Rows of the histograms of {@code --hist}, by probe: index 0 counts zero and less, n counts 2^(n−1) to 2^n − 1. */
    public Map<Integer, long[]> histograms() {
        Map<Integer, long[]> rows = new HashMap<>();
        visit(
                "histograms",
                8,
                (key, count) -> rows.computeIfAbsent(key.getInt(0), k -> new long[65])[key.getInt(4)] = count);
        return rows;
    }

    /**
     * A value that {@code --count} saw.
     *
     * @param text null for a number
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes of a text, which nobody changes
    public record Tally(int probe, long number, byte[] text, long count) {}

    /** The table of {@code --count}. */
    public List<Tally> tallies() {
        List<Tally> found = new ArrayList<>();
        visit("tallies", KEY_BYTES, (key, count) -> {
            int length = key.getInt(4);
            byte[] text = length == NUMBER ? null : new byte[length];
            if (text != null) {
                key.get(8, text, 0, length);
            }
            found.add(new Tally(key.getInt(0), key.getLong(8), text, count));
        });
        return found;
    }

    private interface EntryVisitor {
        void visit(Pointer key, long count);
    }

    private void visit(String map, int keyBytes, EntryVisitor visitor) {
        int capacity = 16384;
        Pointer position = NativeMemory.allocate(Long.BYTES);
        Pointer keys = NativeMemory.allocate(capacity * keyBytes);
        Pointer values = NativeMemory.allocate(capacity * Long.BYTES);
        boolean first = true;
        while (true) {
            int count = Bpf.lookupBatch(object.mapFd(map), first, position, keys, values, capacity);
            int have = count < 0 ? -1 - count : count;
            for (int i = 0; i < have; i++) {
                visitor.visit(keys.slice((long) i * keyBytes, keyBytes), values.getLong((long) i * Long.BYTES));
            }
            if (count < 0) {
                return;
            }
            first = false;
        }
    }

    /** Detaches; what is in the ring and the tables can still be read. */
    public void detach() {
        for (int i = links.size() - 1; i >= 0; i--) {
            links.get(i).close();
        }
        links.clear();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            detach();
            if (wakers != null) {
                wakers.close();
            }
            ring.close();
            statistics.close();
            object.close();
        }
    }
}
