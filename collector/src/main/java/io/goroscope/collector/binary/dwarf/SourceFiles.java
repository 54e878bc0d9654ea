package io.goroscope.collector.binary.dwarf;

import io.goroscope.collector.binary.Bytes;
import io.goroscope.collector.binary.MalformedException;
import java.util.ArrayList;
import java.util.List;

/**
 * The source files of a unit by number: the tables at the head of its line program. DWARF 5, section 6.2.4; DWARF 4, 6.2.4.
 *
 * <pre>
 *   length, version u16, [5: address size u8, selector size u8,] length of the header,
 *   shortest instruction u8, [from 4: operations u8,] is_stmt u8, line base, line range, opcode base n, n − 1 bytes
 *   2 to 4:  folders as strings up to an empty one; files (string, folder, time, size) up to an empty one, from number 1
 *   5:       folders, then files, both from number 0: a list of (what, form), a count, the entries
 * </pre>
 */
final class SourceFiles {

    private static final int MOST = 1 << 20;
    private static final int CONTENT_PATH = 1;
    private static final int CONTENT_FOLDER = 2;

    private final List<String> files = new ArrayList<>();
    private final DebugSections sections;
    private final Bytes line;
    private final int offsetSize;
    private final String unitFolder;

    /** @param offset of the unit's program in section line; negative for a unit without one */
    SourceFiles(DebugUnit unit, long offset) {
        sections = unit.sections;
        line = sections.get("line");
        unitFolder = unit.root().string(Dw.AT_COMP_DIR);
        if (offset < 0) {
            offsetSize = 4;
            return;
        }
        offsetSize = line.u32(offset) == 0xffff_ffffL ? 8 : 4;
        long at = offset + (offsetSize == 8 ? 12 : 4);
        int version = line.u16(at);
        if (version < 2 || version > 5) {
            throw new MalformedException("a line program of version " + version);
        }
        at += version == 5 ? 4 : 2;
        at += offsetSize + (version >= 4 ? 5L : 4L);
        Bytes.Cursor in = line.cursor(at);
        int opcodeBase = in.u8();
        in.skip(Math.max(0, opcodeBase - 1));
        if (version == 5) {
            readTables(in);
        } else {
            readLists(in);
        }
    }

    /** The path of a file, absolute where the compiler says enough for that; empty for a number that is none. */
    String path(long number) {
        return number < 0 || number >= files.size() ? "" : files.get((int) number);
    }

    private void readLists(Bytes.Cursor in) {
        List<String> folders = new ArrayList<>(List.of(""));
        for (String folder = string(in); !folder.isEmpty(); folder = string(in)) {
            add(folders, folder);
        }
        files.add(""); // numbers begin with 1
        for (String name = string(in); !name.isEmpty(); name = string(in)) {
            long folder = in.uleb();
            in.uleb();
            in.uleb();
            add(files, joined(folder < folders.size() && folder >= 0 ? folders.get((int) folder) : "", name));
        }
    }

    private void readTables(Bytes.Cursor in) {
        List<String> folders = new ArrayList<>();
        table(in, (name, folder) -> add(folders, name));
        table(in, (name, folder) -> add(files, joined(folder < folders.size() ? folders.get((int) folder) : "", name)));
    }

    private interface Entry {
        void accept(String name, long folder);
    }

    private void table(Bytes.Cursor in, Entry entry) {
        int columns = in.u8();
        long[] contents = new long[columns];
        long[] forms = new long[columns];
        for (int i = 0; i < columns; i++) {
            contents[i] = in.uleb();
            forms[i] = in.uleb();
        }
        long count = in.uleb();
        if (count < 0 || count > MOST || (columns == 0 && count > 0)) {
            throw new MalformedException("a table of " + count + " source files");
        }
        for (long i = 0; i < count; i++) {
            String name = "";
            long folder = 0;
            for (int column = 0; column < columns; column++) {
                if (contents[column] == CONTENT_PATH) {
                    name = path(in, (int) forms[column]);
                } else {
                    long number = number(in, (int) forms[column]);
                    folder = contents[column] == CONTENT_FOLDER ? Math.max(0, number) : folder;
                }
            }
            entry.accept(name, folder);
        }
    }

    private String path(Bytes.Cursor in, int form) {
        return switch (form) {
            case Dw.FORM_STRING -> string(in);
            case Dw.FORM_LINE_STRP -> sections.get("line_str").cString(offset(in));
            case Dw.FORM_STRP -> sections.get("str").cString(offset(in));
            default -> throw new MalformedException("a source file's name of form " + form);
        };
    }

    private long offset(Bytes.Cursor in) {
        long at = in.position();
        in.skip(offsetSize);
        return offsetSize == 4 ? line.u32(at) : line.i64(at);
    }

    private static long number(Bytes.Cursor in, int form) {
        switch (form) {
            case Dw.FORM_DATA1 -> {
                return in.u8();
            }
            case Dw.FORM_DATA2 -> {
                return in.u8() | in.u8() << 8;
            }
            case Dw.FORM_UDATA -> {
                return in.uleb();
            }
            case Dw.FORM_DATA4 -> in.skip(4);
            case Dw.FORM_DATA8 -> in.skip(8);
            case Dw.FORM_DATA16 -> in.skip(16);
            case Dw.FORM_BLOCK -> in.skip(in.uleb());
            default -> throw new MalformedException("a source file's number of form " + form);
        }
        return 0;
    }

    private String string(Bytes.Cursor in) {
        String text = line.cString(in.position());
        while (in.u8() != 0) {
            // to its end
        }
        return text;
    }

    private static void add(List<String> list, String text) {
        if (list.size() == MOST) {
            throw new MalformedException("more than " + MOST + " source files");
        }
        list.add(text);
    }

    private String joined(String folder, String name) {
        if (name.startsWith("/")) {
            return name;
        }
        String inFolder = folder.isEmpty() || folder.equals(".") ? name : folder + "/" + name;
        return inFolder.startsWith("/") || unitFolder.isEmpty() ? inFolder : unitFolder + "/" + inFolder;
    }
}
