package io.goroscope.collector.kernel;

/** A call into the kernel that failed, before anybody has said what that means to the user. */
final class KernelException extends RuntimeException {

    private final int errno;

    /**
     * @param what the call and its operands
     * @param errno why the kernel refused, positive
     */
    KernelException(String what, int errno) {
        super(what + ": " + Errno.text(errno));
        this.errno = errno;
    }

    int errno() {
        return errno;
    }
}
