package io.goroscope.collector.capture;

import io.goroscope.collector.binary.Bytes;
import io.goroscope.collector.binary.MalformedException;
import io.goroscope.collector.value.RuntimeTypes;
import io.goroscope.collector.value.Snapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Type data as it was captured with a call: addresses are those of the process. */
record CapturedTypes(Snapshot memory) implements RuntimeTypes.Memory {

    private static final int MOST_BYTES = 1024;

    @Override
    public Bytes at(long address) {
        byte[] there = memory.available(address, MOST_BYTES);
        if (there == null) {
            throw new MalformedException("no type was captured at 0x" + Long.toHexString(address));
        }
        return new Bytes(ByteBuffer.wrap(there));
    }

    @Override
    public long pointer(long address) {
        byte[] word = memory.memory(address, Long.BYTES);
        if (word == null) {
            throw new MalformedException("no pointer was captured at 0x" + Long.toHexString(address));
        }
        return ByteBuffer.wrap(word).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
}
