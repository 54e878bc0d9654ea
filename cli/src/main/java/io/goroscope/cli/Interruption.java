package io.goroscope.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ctrl-C and SIGTERM end a command as its end does: with its full result and its own exit code.
 *
 * <p>The JVM answers these signals by running shutdown hooks. Ours asks the command to end, waits until it has, and then
 * ends the JVM with the command's exit code instead of the signal's.
 */
public final class Interruption {

    /** A command that hangs must not make Ctrl-C useless. */
    private static final long LIMIT_S = 30;

    private static final CountDownLatch REQUESTED = new CountDownLatch(1);
    private static final CompletableFuture<Integer> EXIT_CODE = new CompletableFuture<>();

    private Interruption() {}

    /** Makes the hook; once, when the command line starts. */
    static void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(Interruption::onShutdown, "goroscope-interruption"));
    }

    /** True once the user wants the command to end. */
    public static boolean isRequested() {
        return REQUESTED.getCount() == 0;
    }

    /**
     * Waits until the user wants the command to end, at most for a time.
     *
     * @return true if the user does
     */
    public static boolean await(long time, TimeUnit unit) {
        try {
            return REQUESTED.await(time, unit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Ends the JVM, whether or not it is ending already. */
    static void exit(int code) {
        EXIT_CODE.complete(code);
        if (!isRequested()) {
            System.exit(code);
        }
    }

    private static void onShutdown() {
        if (EXIT_CODE.isDone()) {
            return; // the command ended by itself
        }
        REQUESTED.countDown();
        int code;
        try {
            code = EXIT_CODE.get(LIMIT_S, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            System.err.println("goroscope: the command did not end within " + LIMIT_S + " s of being interrupted");
            code = 2;
        } catch (InterruptedException e) {
            code = 2;
        }
        System.out.flush();
        Runtime.getRuntime().halt(code);
    }
}
