package io.goroscope.collector.kernel;

/** An open file descriptor. Closing it twice is harmless. */
final class Fd implements Attachment {

    private int number;

    Fd(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("a descriptor is at least 0, this is " + number);
        }
        this.number = number;
    }

    int number() {
        if (number < 0) {
            throw new IllegalStateException("the descriptor is closed");
        }
        return number;
    }

    @Override
    public void close() {
        if (number >= 0) {
            // close(2) of BPF objects has no error that anybody could mend
            Libc.instance().close(number);
            number = -1;
        }
    }
}
