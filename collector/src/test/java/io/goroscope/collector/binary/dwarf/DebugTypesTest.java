package io.goroscope.collector.binary.dwarf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.collector.binary.Bytes;
import io.goroscope.collector.binary.MalformedException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DebugTypesTest {

    /** A unit; a struct with a name; a member with a name and a type; an array of a type. */
    private static final byte[] ABBREVIATIONS = {
        1,
        Dw.TAG_COMPILE_UNIT,
        1,
        0,
        0,
        2,
        Dw.TAG_STRUCTURE_TYPE,
        1,
        Dw.AT_NAME,
        Dw.FORM_STRING,
        0,
        0,
        3,
        Dw.TAG_MEMBER,
        0,
        Dw.AT_NAME,
        Dw.FORM_STRING,
        Dw.AT_TYPE,
        Dw.FORM_REF4,
        0,
        0,
        4,
        Dw.TAG_ARRAY_TYPE,
        0,
        Dw.AT_TYPE,
        Dw.FORM_REF4,
        0,
        0,
        5,
        Dw.TAG_BASE_TYPE,
        0,
        Dw.AT_BYTE_SIZE,
        Dw.FORM_DATA1,
        0,
        0,
        0
    };

    private static final int HEADER = 11;

    @Test
    void shouldReadAFieldWhoseTypeIsAnArray() {
        assertThat(info(false).fieldOffset("runtime.g", "goid")).hasValue(0);
    }

    @Test
    void shouldNotFollowAnArrayOfItself() {
        assertThatThrownBy(() -> info(true).fieldOffset("runtime.g", "goid"))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("circle");
    }

    private static DebugInfo info(boolean circle) {
        ByteArrayOutputStream entries = new ByteArrayOutputStream();
        entries.write(1);
        entries.write(2);
        entries.writeBytes("runtime.g\0".getBytes(StandardCharsets.US_ASCII));
        entries.write(3);
        entries.writeBytes("goid\0".getBytes(StandardCharsets.US_ASCII));
        int array = HEADER + entries.size() + 4 + 1;
        reference(entries, array);
        entries.write(0);
        entries.write(4);
        reference(entries, circle ? array : array + 5);
        entries.writeBytes(new byte[] {5, 8, 0});

        ByteBuffer unit = ByteBuffer.allocate(HEADER + entries.size()).order(ByteOrder.LITTLE_ENDIAN);
        unit.putInt(unit.capacity() - 4)
                .putShort((short) 4)
                .putInt(0)
                .put((byte) 8)
                .put(entries.toByteArray());
        Map<String, Bytes> sections =
                Map.of(".debug_info", new Bytes(unit), ".debug_abbrev", new Bytes(ByteBuffer.wrap(ABBREVIATIONS)));
        return DebugInfo.of(new DebugSections(name ->
                        Optional.ofNullable(sections.get(name)).map(bytes -> new DebugSections.Raw(bytes, false))))
                .orElseThrow();
    }

    private static void reference(ByteArrayOutputStream entries, int offset) {
        entries.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(offset)
                .array());
    }
}
