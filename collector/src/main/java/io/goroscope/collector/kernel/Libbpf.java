package io.goroscope.collector.kernel;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.annotations.Delegate;
import jnr.ffi.annotations.In;

/**
 * The functions of libbpf (libbpf.so.1; Debian 12 has 1.1) that are used: it reads the object, relocates it to the running
 * kernel's BTF (CO-RE), creates maps and loads programs. An int result is 0 or a negative errno; a null pointer goes
 * with errno.
 */
public interface Libbpf {

    /** Warnings and verifier logs. */
    int LEVEL_WARN = 0;

    /** The one instance; throws UnsatisfiedLinkError where the library is not installed. */
    static Libbpf instance() {
        return Loaded.INSTANCE;
    }

    Pointer libbpf_set_print(PrintFunction function);

    Pointer bpf_object__open_mem(@In byte[] object, long bytes, Pointer options);

    int bpf_object__load(Pointer object);

    void bpf_object__close(Pointer object);

    Pointer bpf_object__find_map_by_name(Pointer object, @In String name);

    int bpf_map__fd(Pointer map);

    /** The map of the object is to be that one, which is there already. */
    int bpf_map__reuse_fd(Pointer map, int fd);

    int bpf_map__set_max_entries(Pointer map, int entries);

    int bpf_map__set_inner_map_fd(Pointer map, int fd);

    int bpf_map__set_initial_value(Pointer map, Pointer data, long bytes);

    Pointer bpf_object__find_program_by_name(Pointer object, @In String name);

    int bpf_program__fd(Pointer program);

    int bpf_program__set_autoload(Pointer program, boolean autoload);

    int bpf_program__set_expected_attach_type(Pointer program, int type);

    /** Calls back with a format and its va_list. */
    @FunctionalInterface
    interface PrintFunction {
        @Delegate
        int print(int level, Pointer format, Pointer arguments);
    }

    /** Holder: loading is left until somebody needs it. */
    final class Loaded {
        private static final Libbpf INSTANCE =
                LibraryLoader.create(Libbpf.class).failImmediately().load("libbpf.so.1");

        private Loaded() {}
    }
}
