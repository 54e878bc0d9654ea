package io.goroscope.collector.binary;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the Go linker wrote about the build: {@code .go.buildinfo}, as {@code go version -m} prints it.
 *
 * <p>Source: Go's {@code debug/buildinfo} (Go 1.26) and {@code cmd/link/internal/ld/data.go}.
 * <pre>
 *   0               14        15       16                32
 *   +---------------+---------+--------+-----------------+---------------------------
 *   | FF " Go buildinf:" | ptr size | flags |  (pointers)  | varint-prefixed strings
 *   +---------------+---------+--------+-----------------+---------------------------
 *   flags bit 0: big endian; bit 1: strings follow at 32 (Go 1.18 and later),
 *   otherwise two pointers at 16 to string headers (pointer, length): version, module information
 * </pre>
 * The module information is framed by 16 bytes on each side.
 *
 * @param version such as {@code go1.26.8}; empty where unknown
 * @param module the main module's path; empty where unknown
 * @param moduleVersion the main module's version; empty where unknown
 * @param settings lines {@code build key=value}, and {@code path}, in the file's order
 */
record BuildInfo(String version, String module, String moduleVersion, Map<String, String> settings) {

    static final BuildInfo UNKNOWN = new BuildInfo("", "", "", Map.of());

    private static final byte[] MAGIC = {(byte) 0xff, ' ', 'G', 'o', ' ', 'b', 'u', 'i', 'l', 'd', 'i', 'n', 'f', ':'};
    private static final int ALIGNMENT = 16;
    private static final int FRAME = 16;

    /** Empty where the file has none, or one that cannot be read. */
    static Optional<BuildInfo> read(Elf elf, Words words) {
        try {
            OptionalLong address = find(elf);
            return address.isPresent() ? Optional.of(parse(address.getAsLong(), elf, words)) : Optional.empty();
        } catch (MalformedException e) {
            return Optional.empty();
        }
    }

    private static OptionalLong find(Elf elf) {
        Optional<Elf.Section> section = elf.section(".go.buildinfo");
        if (section.isPresent() && elf.bytes(section.get()).matches(0, MAGIC)) {
            return OptionalLong.of(section.get().address());
        }
        for (Elf.Segment segment : elf.segments()) {
            if (segment.type() == Elf.PT_LOAD && !segment.executable()) {
                Bytes bytes = elf.file().slice(segment.offset(), segment.fileSize());
                for (long at = 0; at + 32 <= bytes.size(); at += ALIGNMENT) {
                    if (bytes.matches(at, MAGIC)) {
                        return OptionalLong.of(segment.address() + at);
                    }
                }
            }
        }
        return OptionalLong.empty();
    }

    private static BuildInfo parse(long address, Elf elf, Words words) {
        Bytes header = elf.at(address);
        int flags = header.u8(15);
        if ((flags & 2) != 0) {
            Bytes.Cursor cursor = header.cursor(32);
            String version = inlineString(header, cursor);
            String modules = inlineString(header, cursor);
            return of(version, modules);
        }
        if (header.u8(14) != 8) {
            throw new MalformedException("build information with pointers of " + header.u8(14) + " bytes");
        }
        String version = pointedString(words.at(address + 16), elf, words);
        String modules = pointedString(words.at(address + 24), elf, words);
        return of(version, modules);
    }

    private static String inlineString(Bytes header, Bytes.Cursor cursor) {
        long length = cursor.uleb();
        String text = header.string(cursor.position(), length);
        cursor.skip(length);
        return text;
    }

    private static String pointedString(long stringHeader, Elf elf, Words words) {
        if (stringHeader == 0) {
            return "";
        }
        long data = words.at(stringHeader);
        long length = words.at(stringHeader + 8);
        return data == 0 ? "" : elf.at(data).string(0, length);
    }

    private static BuildInfo of(String version, String framed) {
        Map<String, String> settings = new LinkedHashMap<>();
        String module = "";
        String moduleVersion = "";
        String text = framed.length() >= 2 * FRAME ? framed.substring(FRAME, framed.length() - FRAME) : "";
        for (String line : text.split("\n", -1)) {
            String[] fields = line.split("\t", -1);
            if (fields[0].equals("mod") && fields.length >= 3) {
                module = fields[1];
                moduleVersion = fields[2];
            } else if (fields[0].equals("path") && fields.length >= 2) {
                settings.put("path", fields[1]);
            } else if (fields[0].equals("build") && fields.length >= 2) {
                setting(line.substring("build\t".length()), settings);
            }
        }
        return new BuildInfo(version, module, moduleVersion, settings);
    }

    /** {@code key=value}, either of which Go quotes where it has a space, a quote or an equals sign. */
    private static void setting(String line, Map<String, String> settings) {
        boolean quotedKey = line.startsWith("\"");
        int keyEnd = quotedKey ? line.indexOf('"', 1) + 1 : line.indexOf('=');
        if (keyEnd <= 0 || keyEnd >= line.length() || line.charAt(keyEnd) != '=') {
            return;
        }
        settings.put(unquoted(line.substring(0, keyEnd)), unquoted(line.substring(keyEnd + 1)));
    }

    private static String unquoted(String text) {
        if (text.length() < 2 || !text.startsWith("\"") || !text.endsWith("\"")) {
            return text;
        }
        return text.substring(1, text.length() - 1).replace("\\\"", "\"").replace("\\\\", "\\");
    }
}
