package io.goroscope.collector.plan;

import io.goroscope.schemas.UserException;
import java.nio.charset.StandardCharsets;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.IgnoreError;

/**
 * Finds where an instruction ends, with libcapstone: what {@link X86Decoder} does not know, and the oracle for what it
 * does.
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

    /** No instruction of either architecture is longer, bytes. */
    private static final int LONGEST = 16;

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
    /** The bytes of one instruction. */
    private final Pointer window;

    private final long windowAddress;
    private final long progressAddress;

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
        progressAddress = progress.address();
        window = Memory.allocateDirect(runtime, LONGEST);
        windowAddress = window.address();
        int major = library.cs_version(null, null) >> 8;
        mnemonicField = BYTES_FIELD + (major >= 5 ? 24 : 16);
    }

    /** @param architecture {@code amd64} or {@code arm64}, as in {@link Image#architecture()} */
    static Disassembler of(String architecture) {
        return architecture.equals("arm64") ? new Disassembler(ARCH_ARM64, 0) : new Disassembler(ARCH_X86, MODE_64);
    }

    /**
     * Length of the instruction at an offset, bytes; 0 where there is none, or where it does not end before the code.
     *
     * @param end where the code ends
     * @param address virtual address of the instruction
     */
    int length(byte[] code, int at, int end, long address) {
        int size = Math.min(LONGEST, end - at);
        window.put(0, code, at, size);
        progress.putLong(0, windowAddress);
        progress.putLong(8, size);
        progress.putLong(16, address);
        byte decoded = library.cs_disasm_iter(
                handleValue, progressAddress, progressAddress + 8, progressAddress + 16, instructionAddress);
        return decoded == 0 ? 0 : instruction.getShort(SIZE_FIELD);
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
