package io.goroscope.collector.kernel;

/** The native libraries that are called: jnr-ffi makes a class for each of them when it is first used. */
public final class NativeLibraries {

    private NativeLibraries() {}

    /**
     * Begins to bind them, on a thread of its own: a third of a second of a command's start, and nothing of it needs the
     * binary, which is read meanwhile. Where one is missing, whoever needs it first says so.
     */
    public static void bindAhead() {
        Thread thread = new Thread(NativeLibraries::bind, "goroscope-bind");
        thread.setDaemon(true);
        thread.start();
    }

    private static void bind() {
        try {
            MappedArea.pageSize();
            Libbpf.instance();
        } catch (LinkageError e) {
            // Told by its first user.
        }
    }
}
