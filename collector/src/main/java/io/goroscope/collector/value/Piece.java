package io.goroscope.collector.value;

/**
 * Where some bytes of a value are.
 *
 * @param offset of the bytes in the value
 * @param size bytes
 * @param number of the register: of the integer ones as {@link Register} orders them, of the vector ones as the processor
 *     does; on the stack: bytes above SP at the call, where the return address is
 * @param skip how many bytes of the register, or of the memory that it points to, come before
 */
public record Piece(long offset, int size, Place place, int number, int skip) {

    /** Bytes from the register's or the memory's first on. */
    public Piece(long offset, int size, Place place, int number) {
        this(offset, size, place, number, 0);
    }

    /** The same, of bytes further behind. */
    public Piece shifted(int by) {
        return new Piece(offset, size, place, number, skip + by);
    }

    /** In what. */
    public enum Place {
        REGISTER,
        VECTOR,
        STACK,
        /** In memory that a register points to, {@link #skip} bytes from there. */
        MEMORY,
        /** Nowhere that anybody knows of. */
        LOST
    }
}
