package io.goroscope.collector.binary.dwarf;

import io.goroscope.collector.binary.Bytes;
import io.goroscope.collector.binary.MalformedException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The shapes of a unit's entries: DWARF 5, section 7.5.3. */
final class Abbreviations {

    private static final int MOST = 1 << 16;
    private static final int MOST_ATTRIBUTES = 1 << 10;

    /** {@code constants} holds the values of attributes of form implicit_const. */
    @SuppressWarnings("ArrayRecordComponent") // parallel arrays, read a million times
    record Shape(int tag, boolean hasChildren, int[] attributes, int[] forms, long[] constants) {}

    private final Map<Integer, Shape> shapes = new HashMap<>();

    Abbreviations(Bytes section, long offset) {
        Bytes.Cursor in = section.cursor(offset);
        int[] attributes = new int[MOST_ATTRIBUTES];
        int[] forms = new int[MOST_ATTRIBUTES];
        long[] constants = new long[MOST_ATTRIBUTES];
        for (long code = in.uleb(); code != 0; code = in.uleb()) {
            int tag = (int) in.uleb();
            boolean children = in.u8() != 0;
            int count = 0;
            while (true) {
                int attribute = (int) in.uleb();
                int form = (int) in.uleb();
                long constant = form == Dw.FORM_IMPLICIT_CONST ? in.sleb() : 0;
                if (attribute == 0 && form == 0) {
                    break;
                }
                if (count == MOST_ATTRIBUTES) {
                    throw new MalformedException("an abbreviation has more than " + MOST_ATTRIBUTES + " attributes");
                }
                attributes[count] = attribute;
                forms[count] = form;
                constants[count++] = constant;
            }
            if (code > MOST || shapes.size() == MOST) {
                throw new MalformedException("abbreviation number " + code);
            }
            shapes.put(
                    (int) code,
                    new Shape(
                            tag,
                            children,
                            Arrays.copyOf(attributes, count),
                            Arrays.copyOf(forms, count),
                            Arrays.copyOf(constants, count)));
        }
    }

    Shape shape(long code) {
        Shape shape = code > 0 && code <= MOST ? shapes.get((int) code) : null;
        if (shape == null) {
            throw new MalformedException("no abbreviation " + code);
        }
        return shape;
    }
}
