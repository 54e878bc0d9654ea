package io.goroscope.collector.binary.dwarf;

import io.goroscope.collector.binary.Bytes;
import io.goroscope.collector.binary.MalformedException;
import io.goroscope.collector.value.Piece;
import io.goroscope.collector.value.Piece.Place;
import io.goroscope.collector.value.Register;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a variable is when an instruction runs: DWARF 5, sections 2.6 and 7.7.3; DWARF 4, 2.6.2.
 *
 * <p>Only what compilers write for arguments is understood: registers, places in the frame, and pieces of these.
 */
final class Location {

    private static final int OP_REG0 = 0x50;
    private static final int OP_REG31 = 0x6f;
    private static final int OP_REGX = 0x90;
    private static final int OP_FBREG = 0x91;
    private static final int OP_PIECE = 0x93;
    private static final int OP_CALL_FRAME_CFA = 0x9c;
    private static final int FIRST_VECTOR = 17;
    private static final int LAST_VECTOR = 32;

    /** The frame's base (CFA) is above the return address, and SP at the call points to that. */
    private static final int CFA = 8;

    private static final int MOST_ENTRIES = 100_000;

    private Location() {}

    /** The pieces of a variable at an address; empty where the entry does not tell. */
    static List<Piece> of(DebugEntry variable, long size, long address) {
        Bytes fixed = variable.block(Dw.AT_LOCATION);
        if (fixed != null) {
            return pieces(fixed, size);
        }
        if (!variable.has(Dw.AT_LOCATION)) {
            return List.of();
        }
        Bytes found = variable.unit.version >= 5 ? inList5(variable, address) : inList4(variable, address);
        return found == null ? List.of() : pieces(found, size);
    }

    private static Bytes inList4(DebugEntry variable, long address) {
        Bytes section = variable.unit.sections.get("loc");
        long base = Math.max(0, variable.unit.root().address(Dw.AT_LOW_PC));
        long at = variable.number(Dw.AT_LOCATION, 0);
        for (int i = 0; i < MOST_ENTRIES; i++) {
            long low = section.i64(at);
            long high = section.i64(at + 8);
            at += 16;
            if (low == 0 && high == 0) {
                return null;
            }
            if (low == -1) {
                base = high;
                continue;
            }
            int length = section.u16(at);
            if (address >= base + low && address < base + high) {
                return section.slice(at + 2, length);
            }
            at += 2 + length;
        }
        throw new MalformedException("a location list without end");
    }

    private static Bytes inList5(DebugEntry variable, long address) {
        DebugUnit unit = variable.unit;
        Bytes section = unit.sections.get("loclists");
        long start = variable.number(Dw.AT_LOCATION, 0);
        if (variable.form(Dw.AT_LOCATION) == Dw.FORM_LOCLISTX) {
            long table = unit.root().number(Dw.AT_LOCLISTS_BASE, 0);
            start = table + (unit.offsetSize == 4 ? section.u32(table + start * 4) : section.i64(table + start * 8));
        }
        long base = Math.max(0, unit.root().address(Dw.AT_LOW_PC));
        Bytes.Cursor in = section.cursor(start);
        for (int i = 0; i < MOST_ENTRIES; i++) {
            int kind = in.u8();
            long low = 0;
            long high = -1;
            switch (kind) {
                case 0x00 -> {
                    return null;
                }
                case 0x01 -> base = unit.address(in.uleb());
                case 0x02 -> {
                    low = unit.address(in.uleb());
                    high = unit.address(in.uleb());
                }
                case 0x03 -> {
                    low = unit.address(in.uleb());
                    high = low + in.uleb();
                }
                case 0x04 -> {
                    low = base + in.uleb();
                    high = base + in.uleb();
                }
                case 0x05 -> high = Long.MAX_VALUE;
                case 0x06 -> base = word(section, in);
                case 0x07 -> {
                    low = word(section, in);
                    high = word(section, in);
                }
                case 0x08 -> {
                    low = word(section, in);
                    high = low + in.uleb();
                }
                case 0x09 -> { // a pair of views, GNU's extension: two numbers
                    in.uleb();
                    in.uleb();
                }
                default -> throw new MalformedException("location list entry " + kind);
            }
            if (kind == 0x01 || kind == 0x06 || kind == 0x09) {
                continue;
            }
            long length = in.uleb();
            long at = in.position();
            in.skip(length);
            if (address >= low && address < high) {
                return section.slice(at, length);
            }
        }
        throw new MalformedException("a location list without end");
    }

    private static long word(Bytes section, Bytes.Cursor in) {
        long value = section.i64(in.position());
        in.skip(8);
        return value;
    }

    private static List<Piece> pieces(Bytes expression, long size) {
        List<Piece> pieces = new ArrayList<>();
        Bytes.Cursor in = expression.cursor(0);
        Place place = null;
        int number = 0;
        long offset = 0;
        while (in.hasMore()) {
            int op = in.u8();
            if ((op >= OP_REG0 && op <= OP_REG31) || op == OP_REGX) {
                int dwarf = op == OP_REGX ? (int) in.uleb() : op - OP_REG0;
                Register register = Register.ofDwarf(dwarf);
                if (register != null) {
                    place = Place.REGISTER;
                    number = register.index();
                } else if (dwarf >= FIRST_VECTOR && dwarf <= LAST_VECTOR) {
                    place = Place.VECTOR;
                    number = dwarf - FIRST_VECTOR;
                } else {
                    return List.of();
                }
            } else if (op == OP_FBREG) {
                place = Place.STACK;
                number = (int) in.sleb() + CFA;
            } else if (op == OP_CALL_FRAME_CFA) {
                place = Place.STACK;
                number = CFA;
            } else if (op == OP_PIECE) {
                int length = (int) in.uleb();
                pieces.add(new Piece(offset, length, place == null ? Place.LOST : place, number));
                offset += length;
                place = null;
            } else {
                return List.of();
            }
        }
        if (place != null) {
            pieces.add(new Piece(offset, (int) (size - offset), place, number));
        }
        return pieces;
    }
}
