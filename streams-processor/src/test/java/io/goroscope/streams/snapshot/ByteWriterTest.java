package io.goroscope.streams.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ByteWriterTest {

    /** The limits of each length, with both signs, one behind the other. */
    @Test
    void shouldReadPackedNumbersOfEachLength() {
        List<Long> numbers = new ArrayList<>(List.of(0L, Long.MIN_VALUE, Long.MAX_VALUE));
        for (int bit = 0; bit < Long.SIZE - 1; bit++) {
            for (long near = -1; near <= 1; near++) {
                numbers.add((1L << bit) + near);
                numbers.add(-(1L << bit) + near);
            }
        }
        ByteWriter writer = new ByteWriter();
        numbers.forEach(writer::packed);

        ByteReader reader = new ByteReader(writer.toBytes());
        for (long number : numbers) {
            assertThat(reader.packed()).isEqualTo(number);
        }
        assertThat(reader.hasMore()).isFalse();
    }

    @Test
    void shouldPackIntoAsManyBytesAsAVarintButNineAtMost() {
        for (int bit = 0; bit < Long.SIZE - 1; bit++) {
            for (long number : new long[] {(1L << bit) - 1, 1L << bit, -(1L << bit), ~(1L << bit)}) {
                int varint = new ByteWriter().number(number).length();
                assertThat(new ByteWriter().packed(number).length())
                        .as("%d", number)
                        .isEqualTo(Math.min(9, varint));
            }
        }
    }
}
