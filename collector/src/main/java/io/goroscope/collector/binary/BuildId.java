package io.goroscope.collector.binary;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A name for exactly this build of a file, in hexadecimal digits.
 *
 * <p>The GNU build id where the linker wrote one (ELF note, owner {@code GNU}, type 3); else the first 40 digits of the
 * SHA-256 of Go's own build id (owner {@code Go}, type 4), which is longer than anyone wants in a label; else of the
 * code's bytes.
 */
final class BuildId {

    private static final int NT_GNU_BUILD_ID = 3;
    private static final int NT_GO_BUILD_ID = 4;
    private static final int DIGITS = 40;

    private BuildId() {}

    static String of(Elf elf) {
        byte[] gnu = note(elf, "GNU", NT_GNU_BUILD_ID);
        if (gnu.length > 0) {
            return HexFormat.of().formatHex(gnu);
        }
        byte[] go = note(elf, "Go", NT_GO_BUILD_ID);
        if (go.length > 0) {
            return digits(ByteBuffer.wrap(go));
        }
        ByteBuffer code = elf.segments().stream()
                .filter(s -> s.type() == Elf.PT_LOAD && s.executable())
                .findFirst()
                .map(s -> elf.file().slice(s.offset(), s.fileSize()).view())
                .orElseGet(() -> elf.file().view());
        return digits(code);
    }

    private static byte[] note(Elf elf, String owner, int type) {
        for (Elf.Section section : elf.sections()) {
            if (section.type() == Elf.SHT_NOTE) {
                byte[] found = search(elf.bytes(section), owner, type);
                if (found.length > 0) {
                    return found;
                }
            }
        }
        return new byte[0];
    }

    /** Notes are: u32 owner size, u32 content size, u32 type, owner, content; both padded to 4 bytes. */
    private static byte[] search(Bytes notes, String owner, int type) {
        for (long at = 0; at + 12 <= notes.size(); ) {
            long ownerSize = notes.u32(at);
            long contentSize = notes.u32(at + 4);
            long content = at + 12 + padded(ownerSize);
            long next = content + padded(contentSize);
            if (next > notes.size()) {
                break;
            }
            boolean named = ownerSize == owner.length() + 1L
                    && notes.matches(at + 12, owner.getBytes(StandardCharsets.US_ASCII));
            if (named && notes.i32(at + 8) == type) {
                return notes.copy(content, contentSize);
            }
            at = next;
        }
        return new byte[0];
    }

    private static long padded(long size) {
        return (size + 3) & ~3L;
    }

    private static String digits(ByteBuffer bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes);
            return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
