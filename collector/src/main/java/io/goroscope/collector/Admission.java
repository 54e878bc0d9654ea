package io.goroscope.collector;

/** Which of the processes that hit a scope's probes are to be traced. */
@FunctionalInterface
public interface Admission {

    /** All of them. */
    Admission ALL = pid -> true;

    /**
     * Asked on the collector's thread when a process is seen, and again when it has exec'd; it may look at /proc and must not
     * wait for anything.
     *
     * @param pid it may be gone
     */
    boolean admits(int pid);
}
