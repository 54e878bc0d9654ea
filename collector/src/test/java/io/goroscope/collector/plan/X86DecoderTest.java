package io.goroscope.collector.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.GoPrograms;
import io.goroscope.collector.binary.GoBinary;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchain;
import io.goroscope.testbed.Toolchains;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Our own decoder against capstone: whatever it accepts it must know exactly, and it must know nearly everything. */
class X86DecoderTest {

    private static final int WINDOW = 16;

    /** Enough of a big program for a quick run; prime, so that it meets every package. */
    private static final int EVERY = 13;

    /** In a small program the runtime's assembly is a larger share, and much of what it has for SSE and AVX is left to capstone. */
    @TestFactory
    Stream<DynamicTest> shouldAgreeWithCapstoneOnTheProgramOf() {
        return Stream.of("1.15", "1.19", "1.21", "1.25", "1.27")
                .map(language -> DynamicTest.dynamicTest(
                        "go" + language, () -> compare(truth(Toolchains.require(language), Flavor.NORMAL), 3, 0.004)));
    }

    /** C code too, which gcc makes: static glibc has more kinds of instructions than any Go program. */
    @Test
    void shouldAgreeWithCapstoneOnGccsCode() {
        compare(truth(Toolchains.requireGccgo(), Flavor.GCCGO_STATIC), 3, 0.10);
    }

    @Test
    void shouldAgreeWithCapstoneOnABigProgram() {
        compare(GoPrograms.prometheus(), EVERY, 0.003);
    }

    @Tag("soak")
    @TestFactory
    Stream<DynamicTest> shouldAgreeWithCapstoneOnEveryInstructionOf() {
        List<Path> programs = new ArrayList<>(List.of(GoPrograms.prometheus(), Path.of(GoPrograms.go())));
        Toolchains.all().values().forEach(available -> {
            if (available instanceof Toolchain toolchain) {
                Flavor.of(toolchain.compiler()).forEach(flavor -> programs.add(truth(toolchain, flavor)));
            }
        });
        return programs.stream()
                .map(program -> DynamicTest.dynamicTest(program.toString(), () -> compare(program, 1, 0.10)));
    }

    private static Path truth(Toolchain toolchain, Flavor flavor) {
        return TestProgram.truth(toolchain, flavor).binary();
    }

    /**
     * @param every how many functions to go on by
     * @param mostUnknown the share of instructions that the decoder may leave to capstone
     */
    private static void compare(Path program, int every, double mostUnknown) {
        long instructions = 0;
        long unknown = 0;
        try (GoBinary binary = GoBinary.open(program, program.toString());
                Disassembler capstone = Disassembler.of("amd64")) {
            for (int i = 0; i < binary.functionCount(); i += every) {
                GoFunction function = binary.function(i);
                ByteBuffer view = binary.code(function);
                byte[] code = new byte[view.remaining()];
                view.get(0, code);
                int length;
                for (int at = 0; at < code.length; at += length) {
                    length = capstone.length(code, at, code.length, function.address() + at);
                    int answer = X86Decoder.decode(code, at, code.length);
                    if (answer != 0) {
                        check(function + " + " + at, code, at, answer, length, capstone);
                    } else if (length != 0) {
                        unknown++;
                    }
                    instructions++;
                    if (length == 0) {
                        break;
                    }
                }
            }
        }
        assertThat(instructions).isGreaterThan(10_000);
        assertThat((double) unknown / instructions).as("%s: unknown", program).isLessThanOrEqualTo(mostUnknown);
    }

    private static void check(String what, byte[] code, int at, int answer, int length, Disassembler capstone) {
        if (X86Decoder.length(answer) != length) {
            throw new AssertionError(what + ": " + X86Decoder.length(answer) + " bytes, and " + length
                    + " by capstone: " + hex(code, at));
        }
        if (X86Decoder.flow(answer) != X86.flow(code, at, length)
                || X86Decoder.isThreadLocal(answer) != X86.usesThreadLocal(code, at, length)) {
            throw new AssertionError(what + ": another flow, or segment: " + hex(code, at));
        }
        // Its text costs more than the decoding; a sample of it tells as much.
        int lowered = X86Decoder.isStackNeutral(answer) ? 0 : X86Stack.loweredBy(code, at, length);
        if (lowered != X86Stack.UNDECIDED
                && (at & 7) == 0
                && X86Stack.loweredBy(code, at, length, capstone.text()) != lowered) {
            throw new AssertionError(what + ": lowers the stack by " + lowered + ": " + capstone.text());
        }
    }

    private static String hex(byte[] code, int at) {
        StringBuilder text = new StringBuilder();
        for (int i = at; i < Math.min(code.length, at + WINDOW); i++) {
            text.append(String.format("%02x ", code[i]));
        }
        return text.toString();
    }

    /** Every opcode of three maps with every ModRM, behind prefixes of all kinds: what no compiler would put together. */
    @Test
    void shouldAcceptNothingThatCapstoneReadsOtherwise() {
        Random random = new Random(20261124);
        byte[][] prefixes = {
            {},
            {0x66},
            {(byte) 0xf2},
            {(byte) 0xf3},
            {(byte) 0xf0},
            {0x64},
            {0x2e},
            {0x66, 0x66, 0x2e},
            {0x66, (byte) 0xf3},
            {(byte) 0xf0, 0x66},
            {0x64, 0x66}
        };
        int accepted = 0;
        List<String> wrong = new ArrayList<>();
        try (Disassembler capstone = Disassembler.of("amd64")) {
            byte[] code = new byte[WINDOW];
            for (int opcode = 0; opcode < 3 * 256; opcode++) {
                for (int modrm = 0; modrm < 256; modrm++) {
                    random.nextBytes(code);
                    byte[] prefix = prefixes[random.nextInt(3) == 0 ? 0 : random.nextInt(prefixes.length)];
                    int at = 0;
                    for (byte p : prefix) {
                        code[at++] = p;
                    }
                    if (random.nextBoolean()) {
                        code[at++] = (byte) (0x40 | random.nextInt(16));
                    }
                    if (opcode >= 256) {
                        code[at++] = 0x0f;
                    }
                    if (opcode >= 512) {
                        code[at++] = 0x3a;
                    }
                    code[at++] = (byte) opcode;
                    code[at] = (byte) modrm;
                    int answer = X86Decoder.decode(code, 0, code.length);
                    if (answer == 0) {
                        continue;
                    }
                    accepted++;
                    int length = capstone.length(code, 0, code.length, 0x401000);
                    try {
                        check("made up", code, 0, answer, length, capstone);
                    } catch (AssertionError e) {
                        wrong.add(e.getMessage());
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(accepted).isGreaterThan(30_000);
    }
}
