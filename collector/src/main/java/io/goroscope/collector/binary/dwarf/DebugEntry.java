package io.goroscope.collector.binary.dwarf;

import io.goroscope.collector.binary.Bytes;
import io.goroscope.collector.binary.MalformedException;

/**
 * One entry (DIE) of a unit, its attributes decoded: numbers as they are, blocks and strings as their place.
 *
 * <p>DWARF 5, sections 7.5.4 to 7.5.6.
 */
final class DebugEntry {

    final DebugUnit unit;
    final long offset;
    final Abbreviations.Shape shape;
    /** Where the next entry is: the first child, or what comes after. */
    final long next;

    private final int[] forms;
    private final long[] values;
    private final long[] lengths;

    private DebugEntry(
            DebugUnit unit,
            long offset,
            Abbreviations.Shape shape,
            int[] forms,
            long[] values,
            long[] lengths,
            long next) {
        this.unit = unit;
        this.offset = offset;
        this.shape = shape;
        this.forms = forms;
        this.values = values;
        this.lengths = lengths;
        this.next = next;
    }

    /** The entry at an offset of section info; null for the mark that ends a list of children. */
    static DebugEntry read(DebugUnit unit, long offset) {
        if (offset < unit.firstEntry || offset >= unit.end) {
            throw new MalformedException("no entry at " + offset + ": its unit ends at " + unit.end);
        }
        Bytes info = unit.sections.get("info");
        Bytes.Cursor in = info.cursor(offset);
        long code = in.uleb();
        if (code == 0) {
            return null;
        }
        Abbreviations.Shape shape = unit.abbreviations().shape(code);
        int count = shape.attributes().length;
        int[] forms = new int[count];
        long[] values = new long[count];
        long[] lengths = new long[count];
        for (int i = 0; i < count; i++) {
            int form = shape.forms()[i];
            if (form == Dw.FORM_INDIRECT) {
                form = (int) in.uleb();
            }
            forms[i] = form;
            values[i] = value(unit, info, in, form, shape.constants()[i], lengths, i);
        }
        return new DebugEntry(unit, offset, shape, forms, values, lengths, in.position());
    }

    /** Reads one value, and leaves the cursor behind it. */
    @SuppressWarnings("StatementSwitchToExpressionSwitch") // a table of forms; arrows would triple its length
    private static long value(
            DebugUnit unit, Bytes info, Bytes.Cursor in, int form, long constant, long[] lengths, int i) {
        long at = in.position();
        switch (form) {
            case Dw.FORM_ADDR:
                in.skip(unit.addressSize);
                return unit.addressSize == 8 ? info.i64(at) : info.u32(at);
            case Dw.FORM_DATA1, Dw.FORM_REF1, Dw.FORM_FLAG, Dw.FORM_STRX1, Dw.FORM_ADDRX1:
                return in.u8();
            case Dw.FORM_DATA2, Dw.FORM_REF2, Dw.FORM_STRX2, Dw.FORM_ADDRX2:
                in.skip(2);
                return info.u16(at);
            case Dw.FORM_STRX3, Dw.FORM_ADDRX3:
                in.skip(3);
                return info.u16(at) | (long) info.u8(at + 2) << 16;
            case Dw.FORM_DATA4, Dw.FORM_REF4, Dw.FORM_STRX4, Dw.FORM_ADDRX4, Dw.FORM_REF_SUP4:
                in.skip(4);
                return info.u32(at);
            case Dw.FORM_DATA8, Dw.FORM_REF8, Dw.FORM_REF_SIG8, Dw.FORM_REF_SUP8:
                in.skip(8);
                return info.i64(at);
            case Dw.FORM_DATA16:
                in.skip(16);
                return at;
            case Dw.FORM_SDATA:
                return in.sleb();
            case Dw.FORM_UDATA, Dw.FORM_REF_UDATA, Dw.FORM_STRX, Dw.FORM_ADDRX, Dw.FORM_LOCLISTX, Dw.FORM_RNGLISTX:
                return in.uleb();
            case Dw.FORM_REF_ADDR:
                int size = unit.version == 2 ? unit.addressSize : unit.offsetSize;
                in.skip(size);
                return size == 4 ? info.u32(at) : info.i64(at);
            case Dw.FORM_STRP,
                    Dw.FORM_LINE_STRP,
                    Dw.FORM_SEC_OFFSET,
                    Dw.FORM_STRP_SUP,
                    Dw.FORM_GNU_REF_ALT,
                    Dw.FORM_GNU_STRP_ALT:
                in.skip(unit.offsetSize);
                return unit.offsetSize == 4 ? info.u32(at) : info.i64(at);
            case Dw.FORM_STRING:
                while (in.u8() != 0) {
                    // to its end
                }
                return at;
            case Dw.FORM_FLAG_PRESENT:
                return 1;
            case Dw.FORM_IMPLICIT_CONST:
                return constant;
            case Dw.FORM_BLOCK1:
                return block(in, in.u8(), lengths, i);
            case Dw.FORM_BLOCK2:
                in.skip(2);
                return block(in, info.u16(at), lengths, i);
            case Dw.FORM_BLOCK4:
                in.skip(4);
                return block(in, info.u32(at), lengths, i);
            case Dw.FORM_BLOCK, Dw.FORM_EXPRLOC:
                return block(in, in.uleb(), lengths, i);
            default:
                throw new MalformedException("attribute form " + form + " at " + at);
        }
    }

    private static long block(Bytes.Cursor in, long length, long[] lengths, int i) {
        long at = in.position();
        in.skip(length);
        lengths[i] = length;
        return at;
    }

    int tag() {
        return shape.tag();
    }

    boolean hasChildren() {
        return shape.hasChildren();
    }

    private int index(int attribute) {
        int[] attributes = shape.attributes();
        for (int i = 0; i < attributes.length; i++) {
            if (attributes[i] == attribute) {
                return i;
            }
        }
        return -1;
    }

    boolean has(int attribute) {
        return index(attribute) >= 0;
    }

    /** A number, or an offset into another section. */
    long number(int attribute, long otherwise) {
        int i = index(attribute);
        return i < 0 ? otherwise : values[i];
    }

    int form(int attribute) {
        int i = index(attribute);
        return i < 0 ? 0 : forms[i];
    }

    /** A string; empty where there is none. */
    String string(int attribute) {
        int i = index(attribute);
        if (i < 0) {
            return "";
        }
        return switch (forms[i]) {
            case Dw.FORM_STRING -> unit.sections.get("info").cString(values[i]);
            case Dw.FORM_STRP -> unit.sections.get("str").cString(values[i]);
            case Dw.FORM_LINE_STRP -> unit.sections.get("line_str").cString(values[i]);
            case Dw.FORM_STRX, Dw.FORM_STRX1, Dw.FORM_STRX2, Dw.FORM_STRX3, Dw.FORM_STRX4 ->
                unit.indexedString(values[i]);
            default -> "";
        };
    }

    /** An address, also one that is given by its number; −1 where there is none. */
    long address(int attribute) {
        int i = index(attribute);
        if (i < 0) {
            return -1;
        }
        return switch (forms[i]) {
            case Dw.FORM_ADDR -> values[i];
            case Dw.FORM_ADDRX, Dw.FORM_ADDRX1, Dw.FORM_ADDRX2, Dw.FORM_ADDRX3, Dw.FORM_ADDRX4 ->
                unit.address(values[i]);
            default -> -1;
        };
    }

    /** Offset in section info of the entry that is referred to; −1 where there is none. */
    long reference(int attribute) {
        int i = index(attribute);
        if (i < 0) {
            return -1;
        }
        return switch (forms[i]) {
            case Dw.FORM_REF1, Dw.FORM_REF2, Dw.FORM_REF4, Dw.FORM_REF8, Dw.FORM_REF_UDATA -> unit.offset + values[i];
            case Dw.FORM_REF_ADDR -> values[i];
            default -> -1;
        };
    }

    /** A block's bytes; null where the attribute is none, or not there. */
    Bytes block(int attribute) {
        int i = index(attribute);
        if (i < 0) {
            return null;
        }
        return switch (forms[i]) {
            case Dw.FORM_BLOCK, Dw.FORM_BLOCK1, Dw.FORM_BLOCK2, Dw.FORM_BLOCK4, Dw.FORM_EXPRLOC ->
                unit.sections.get("info").slice(values[i], lengths[i]);
            default -> null;
        };
    }

    /** {@code DW_AT_high_pc}: an address, or the distance from the low one. */
    long highPc(long low) {
        int i = index(Dw.AT_HIGH_PC);
        if (i < 0) {
            return low;
        }
        long address = address(Dw.AT_HIGH_PC);
        return address >= 0 ? address : low + values[i];
    }
}
