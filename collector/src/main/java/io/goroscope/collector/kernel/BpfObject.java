package io.goroscope.collector.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.stream.Stream;
import jnr.ffi.Pointer;

/**
 * The compiled BPF programs and their maps. Between {@link #open()} and {@link #load()} sizes and constants are set; after
 * it, descriptors can be had. They are owned by libbpf: {@link #close()} closes them.
 */
final class BpfObject implements AutoCloseable {

    private static final String RESOURCES = "/io/goroscope/bpf/";

    private final Libbpf libbpf = Libbpf.instance();
    private Pointer object;

    private BpfObject(Pointer object) {
        this.object = object;
    }

    /** The programs that count and time. */
    static BpfObject open() {
        return open("goroscope.bpf.o");
    }

    /** The programs in one of the compiled files. */
    static BpfObject open(String name) {
        return open(bytes(RESOURCES + name));
    }

    /** The programs in a compiled file that was read. */
    static BpfObject open(byte[] bytes) {
        LibbpfLog.install();
        Pointer object = Libbpf.instance().bpf_object__open_mem(bytes, bytes.length, null);
        if (object == null) {
            throw new KernelException("reading the BPF object: " + LibbpfLog.takeWarnings(), Errno.last());
        }
        return new BpfObject(object);
    }

    void setMaxEntries(String map, int entries) {
        check(libbpf.bpf_map__set_max_entries(map(map), entries), "sizing map " + map);
    }

    /** The object uses a map that is there already. */
    void reuseMap(String map, Fd existing) {
        check(libbpf.bpf_map__reuse_fd(map(map), existing.number()), "using an existing map " + map);
    }

    /** Which maps an outer map may hold is fixed by an example. */
    void setInnerMap(String map, Fd example) {
        check(libbpf.bpf_map__set_inner_map_fd(map(map), example.number()), "giving map " + map + " its inner map");
    }

    void setConstants(Pointer data, int bytes) {
        check(libbpf.bpf_map__set_initial_value(map(".rodata"), data, bytes), "setting constants");
    }

    void setAutoload(String program, boolean load) {
        check(libbpf.bpf_program__set_autoload(program(program), load), "choosing program " + program);
    }

    void setAttachType(String program, int type) {
        check(libbpf.bpf_program__set_expected_attach_type(program(program), type), "typing program " + program);
    }

    /** Loads; throws a {@link KernelException} with the verifier's log as part of the message */
    void load() {
        LibbpfLog.takeWarnings();
        int result = libbpf.bpf_object__load(object);
        if (result < 0) {
            throw new KernelException("loading the BPF programs: " + LibbpfLog.takeWarnings(), -result);
        }
    }

    int programFd(String program) {
        int fd = libbpf.bpf_program__fd(program(program));
        check(fd, "descriptor of program " + program);
        return fd;
    }

    /** Descriptors of those of the programs that were loaded. */
    int[] loaded(String... programs) {
        return Stream.of(programs)
                .mapToInt(name -> libbpf.bpf_program__fd(program(name)))
                .filter(fd -> fd >= 0)
                .toArray();
    }

    /** The map's descriptor, which {@link #close()} closes. */
    int mapFd(String map) {
        int fd = libbpf.bpf_map__fd(map(map));
        check(fd, "descriptor of map " + map);
        return fd;
    }

    @Override
    public void close() {
        if (object != null) {
            libbpf.bpf_object__close(object);
            object = null;
        }
    }

    private Pointer map(String name) {
        return found(libbpf.bpf_object__find_map_by_name(object, name), "map " + name);
    }

    private Pointer program(String name) {
        return found(libbpf.bpf_object__find_program_by_name(object, name), "program " + name);
    }

    private static Pointer found(Pointer pointer, String what) {
        if (pointer == null) {
            throw new IllegalStateException("the BPF object has no " + what);
        }
        return pointer;
    }

    private static void check(int result, String what) {
        if (result < 0) {
            throw new KernelException(what, -result);
        }
    }

    private static byte[] bytes(String resource) {
        try (InputStream in = BpfObject.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + resource + ": is module bpf built?");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
