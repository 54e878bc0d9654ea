package io.goroscope.collector.plan;

import com.kenai.jffi.MemoryIO;
import io.goroscope.schemas.UserException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.IgnoreError;

/**
 * Finds where each instruction begins, with libcapstone.
 *
 * <p>Only the length and the text of an instruction are taken from it; what an instruction does is read from its bytes
 * ({@link X86}), since capstone's numbers for instructions change between its versions. Details are off: decoding costs
 * about 0.45 µs an instruction so (capstone 4.0.2).
 *
 * <p>Not safe for use by several threads.
 */
final class Disassembler implements AutoCloseable {

    private static final int ARCH_ARM64 = 1;
    private static final int ARCH_X86 = 3;
    private static final int MODE_64 = 8;

    /** {@code cs_insn.size}, after a 4-byte id, padding, and an 8-byte address: the same in capstone 3, 4 and 5. */
    private static final int SIZE_FIELD = 16;

    private static final int BYTES_FIELD = 18;
    private static final int MNEMONIC_LENGTH = 32;
    private static final int OPERANDS_LENGTH = 160;

    private final Capstone library;
    private final Pointer handle;
    private final long handleValue;
    private final Pointer instruction;
    private final long instructionAddress;
    /** Three words that {@code cs_disasm_iter} moves forward: pointer to code, bytes left, address. */
    private final Pointer progress;

    private final int mnemonicField;
    private ByteBuffer code;

    /** The functions of capstone.h that are used. Addresses travel as {@code long}: no object for each call. */
    public interface Capstone {
        @IgnoreError
        int cs_version(Pointer major, Pointer minor);

        @IgnoreError
        int cs_open(int architecture, int mode, Pointer handle);

        @IgnoreError
        int cs_close(Pointer handle);

        @IgnoreError
        Pointer cs_malloc(long handle);

        @IgnoreError
        void cs_free(Pointer instructions, long count);

        @IgnoreError
        byte cs_disasm_iter(long handle, long code, long size, long address, long instruction);
    }

    /** Loaded once: the library is the same for all. */
    private static final class Holder {
        private static final Capstone LIBRARY = load();

        private static Capstone load() {
            UnsatisfiedLinkError last = null;
            for (String name : new String[] {"libcapstone.so.4", "libcapstone.so.5", "libcapstone.so"}) {
                try {
                    return LibraryLoader.create(Capstone.class)
                            .failImmediately()
                            .load(name);
                } catch (UnsatisfiedLinkError e) {
                    last = e;
                }
            }
            throw new UserException(
                    "cannot load libcapstone.so.4, which decodes instructions; install the package libcapstone4", last);
        }
    }

    private Disassembler(int architecture, int mode) {
        library = Holder.LIBRARY;
        Runtime runtime = Runtime.getRuntime(library);
        handle = Memory.allocateDirect(runtime, 8);
        int error = library.cs_open(architecture, mode, handle);
        if (error != 0) {
            throw new UserException("libcapstone cannot decode this architecture (error " + error + ")");
        }
        handleValue = handle.getLong(0);
        instruction = library.cs_malloc(handleValue);
        instructionAddress = instruction.address();
        progress = Memory.allocateDirect(runtime, 24);
        int major = library.cs_version(null, null) >> 8;
        mnemonicField = BYTES_FIELD + (major >= 5 ? 24 : 16);
    }

    /** @param architecture {@code amd64} or {@code arm64}, as in {@link Image#architecture()} */
    static Disassembler of(String architecture) {
        return architecture.equals("arm64") ? new Disassembler(ARCH_ARM64, 0) : new Disassembler(ARCH_X86, MODE_64);
    }

    /**
     * Sets out to decode.
     *
     * @param bytes a direct buffer; decoded from its position to its limit
     * @param address virtual address of the first byte
     */
    void start(ByteBuffer bytes, long address) {
        code = bytes;
        progress.putLong(0, MemoryIO.getInstance().getDirectBufferAddress(bytes) + bytes.position());
        progress.putLong(8, bytes.remaining());
        progress.putLong(16, address);
    }

    /** Length of the next instruction, bytes; 0 at the end, or at bytes that are no instruction. */
    int next() {
        long base = progress.address();
        byte decoded = library.cs_disasm_iter(handleValue, base, base + 8, base + 16, instructionAddress);
        return decoded == 0 ? 0 : instruction.getShort(SIZE_FIELD);
    }

    /** True when everything was decoded. */
    boolean atEnd() {
        return code != null && progress.getLong(8) == 0;
    }

    /** The last instruction as text, such as {@code sub rsp, 0x18}. */
    String text() {
        String mnemonic = instruction.getString(mnemonicField);
        String operands =
                instruction.getString(mnemonicField + MNEMONIC_LENGTH, OPERANDS_LENGTH, StandardCharsets.US_ASCII);
        return operands.isEmpty() ? mnemonic : mnemonic + " " + operands;
    }

    @Override
    public void close() {
        library.cs_free(instruction, 1);
        library.cs_close(handle);
    }
}
