package io.goroscope.collector.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jnr.ffi.Pointer;

/**
 * Made-up calls in the real ring of a collector, written by a BPF program that is run at will: for measuring and testing
 * what comes after the probes, at rates that no traced program reaches in a virtual machine.
 */
public final class RingLoad implements AutoCloseable {

    /** As {@code struct load} in {@code load.bpf.c}. */
    private static final int CONTEXT_BYTES = 16;

    private static final Pattern MAP_TYPE = Pattern.compile("(?m)^map_type:\\s+" + Bpf.MAP_TYPE_RINGBUF + "$");
    private static final Pattern MAX_ENTRIES = Pattern.compile("(?m)^max_entries:\\s+(\\d+)$");
    private static final Pattern MAP_ID = Pattern.compile("(?m)^map_id:\\s+(\\d+)$");

    private final BpfObject object;
    private final int program;
    private final Pointer context = NativeMemory.allocate(CONTEXT_BYTES);

    private RingLoad(BpfObject object) {
        this.object = object;
        this.program = object.programFd("write_calls");
    }

    /**
     * Gets ready to write into the ring of a collector.
     *
     * @param collector its process id
     */
    public static RingLoad into(int collector) {
        BpfObject object = BpfObject.open("load.bpf.o");
        try (Fd ring = Bpf.mapById(ringOf(collector))) {
            object.reuseMap("ring", ring);
            object.load();
            return new RingLoad(object);
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    /** A collector may still have those small ones that it measured hits with. */
    private static int ringOf(int pid) {
        Path descriptors = Path.of("/proc/" + pid + "/fdinfo");
        try (Stream<Path> all = Files.list(descriptors)) {
            return all.flatMap(info -> ring(info).stream())
                    .max(Comparator.comparingLong(Ring::bytes))
                    .map(Ring::id)
                    .orElseThrow(() -> new IllegalStateException("process " + pid + " has no BPF ring buffer"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + descriptors, e);
        }
    }

    private record Ring(int id, long bytes) {}

    private static Optional<Ring> ring(Path descriptorInfo) {
        try {
            String info = Files.readString(descriptorInfo);
            Matcher id = MAP_ID.matcher(info);
            Matcher bytes = MAX_ENTRIES.matcher(info);
            return MAP_TYPE.matcher(info).find() && id.find() && bytes.find()
                    ? Optional.of(new Ring(Integer.parseInt(id.group(1)), Long.parseLong(bytes.group(1))))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // closed meanwhile
        }
    }

    /**
     * Writes an entry and a return for each call.
     *
     * @param pid the process whose calls they are
     * @param slot the function, by its number in the collector's session
     * @param goroutines that make the calls, one after the other
     * @return records that found no room
     */
    public int write(int pid, int slot, int calls, int goroutines) {
        context.putInt(0, pid);
        context.putInt(4, slot);
        context.putInt(8, calls);
        context.putInt(12, goroutines);
        return Bpf.run(program, context, CONTEXT_BYTES);
    }

    @Override
    public void close() {
        object.close();
    }
}
