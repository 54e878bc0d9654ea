package io.goroscope.collector.kernel;

import com.kenai.jffi.LastError;
import java.util.Map;

/** Error numbers of Linux that are told apart, and the words for those that are likely here. */
final class Errno {

    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int ESRCH = 3;
    static final int EBADF = 9;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int EACCES = 13;
    static final int EEXIST = 17;
    static final int EINVAL = 22;
    static final int EMFILE = 24;
    static final int ENOSPC = 28;
    static final int EOPNOTSUPP = 95;
    /** Kernel-internal ENOTSUPP, which uprobes let out for an instruction that they refuse. */
    static final int ENOTSUPP = 524;

    private static final Map<Integer, String> TEXTS = Map.ofEntries(
            Map.entry(EPERM, "operation not permitted"),
            Map.entry(ENOENT, "no such file or entry"),
            Map.entry(ESRCH, "no such process"),
            Map.entry(4, "interrupted"),
            Map.entry(7, "argument list too long"),
            Map.entry(EBADF, "bad file descriptor"),
            Map.entry(EAGAIN, "try again"),
            Map.entry(ENOMEM, "out of memory"),
            Map.entry(EACCES, "permission denied"),
            Map.entry(14, "bad address"),
            Map.entry(16, "busy"),
            Map.entry(EEXIST, "exists already"),
            Map.entry(EINVAL, "invalid argument"),
            Map.entry(EMFILE, "too many open files"),
            Map.entry(ENOSPC, "no space left"),
            Map.entry(EOPNOTSUPP, "not supported"),
            Map.entry(ENOTSUPP, "not supported on this instruction"));

    private Errno() {}

    /** The error of this thread's last native call. */
    static int last() {
        return LastError.getInstance().get();
    }

    /** For example {@code operation not permitted (errno 1)}. */
    static String text(int errno) {
        String words = TEXTS.get(errno);
        return words == null ? "errno " + errno : words + " (errno " + errno + ")";
    }
}
