package io.goroscope.collector.thread;

/** Waits for a thread that was told to end: what it holds is let go of by nobody else. */
public final class ThreadEnd {

    private ThreadEnd() {}

    /**
     * Waits for the end of a thread, however often the caller is interrupted meanwhile.
     *
     * @return whether the caller was interrupted; its interrupt status is cleared, and to be set again once all that may not be
     *     cut short is done
     */
    public static boolean await(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }
}
