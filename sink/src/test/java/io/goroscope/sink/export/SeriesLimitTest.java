package io.goroscope.sink.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesLimitTest {

    private record Series(String name, long createdNs) {}

    private final SeriesLimit<Series> limit = new SeriesLimit<>(2, Series::createdNs, Series::name);

    @Test
    void shouldServeTheFirstAndCountTheRest() {
        List<Series> all = List.of(new Series("c", 3), new Series("a", 1), new Series("d", 3), new Series("b", 2));
        assertThat(limit.apply(all)).extracting(Series::name).containsExactly("a", "b");
        assertThat(limit.apply(all)).extracting(Series::name).containsExactly("a", "b");
        assertThat(limit.cutNow()).isEqualTo(2);
        assertThat(limit.cutEver()).isEqualTo(2);
    }

    @Test
    void shouldServeTheNextOnceThereIsRoom() {
        limit.apply(List.of(new Series("a", 1), new Series("b", 2), new Series("c", 3)));
        assertThat(limit.apply(List.of(new Series("b", 2), new Series("c", 3)))).hasSize(2);
        assertThat(limit.cutNow()).isZero();
        assertThat(limit.cutEver()).isOne();
    }
}
