package io.goroscope.collector.kernel;

import io.goroscope.schemas.UserException;
import jnr.ffi.Pointer;

/**
 * Whether the kernel runs a program on a stack that belongs to the CPU, not to the task.
 *
 * <p>From Linux 6.13 on it does so for kprobe programs with 64 bytes of stack or more (bpf_enable_priv_stack() in
 * kernel/bpf/verifier.c). A program at a uprobe has the same type and is preempted, and then the next one on that CPU overwrites its stack: on 7.2 events came
 * out wrong, traced programs died, and the kernel itself followed a pointer that was not there. The programs are written
 * so that they get no such stack; this looks whether that holds.
 */
final class PrivateStack {

    // struct bpf_prog_info in include/uapi/linux/bpf.h
    private static final int INFO_BYTES = 224;
    private static final int JITED_LENGTH = 16;
    private static final int JITED = 24;

    /** {@code add r9, gs:[offset of this CPU]}: arch/x86/net/bpf_jit_comp.c uses r9 for nothing else. */
    private static final byte[] POINTS_R9_AT_IT = {0x65, 0x4c, 0x03, 0x0c, 0x25};

    private PrivateStack() {}

    /** @throws UserException if one of the programs has it */
    static void refuse(int[] programs, KernelRelease release) {
        for (int program : programs) {
            if (isUsedBy(program)) {
                throw new UserException("cannot trace on Linux " + release.text()
                        + ": it runs programs at uprobes on one stack per CPU although it preempts them there,"
                        + " which harms the traced program and the kernel");
            }
        }
    }

    /** False as well where the machine code cannot be read or is not of x86-64. */
    static boolean isUsedBy(int program) {
        Pointer info = NativeMemory.allocate(INFO_BYTES);
        Bpf.info(program, info, INFO_BYTES);
        int length = info.getInt(JITED_LENGTH);
        if (length == 0 || Bpf.isArm()) {
            return false;
        }
        Pointer code = NativeMemory.allocate(length);
        Pointer again = NativeMemory.allocate(INFO_BYTES);
        again.putInt(JITED_LENGTH, length);
        again.putLong(JITED, code.address());
        Bpf.info(program, again, INFO_BYTES);
        byte[] bytes = new byte[Math.min(length, again.getInt(JITED_LENGTH))];
        code.get(0, bytes, 0, bytes.length);
        return contains(bytes);
    }

    private static boolean contains(byte[] code) {
        for (int at = 0; at + POINTS_R9_AT_IT.length <= code.length; at++) {
            int same = 0;
            while (same < POINTS_R9_AT_IT.length && code[at + same] == POINTS_R9_AT_IT[same]) {
                same++;
            }
            if (same == POINTS_R9_AT_IT.length) {
                return true;
            }
        }
        return false;
    }
}
