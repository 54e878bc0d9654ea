package io.goroscope.collector.kernel;

/** Something that is attached to the kernel until it is closed, or this process ends. */
interface Attachment extends AutoCloseable {

    @Override
    void close();
}
