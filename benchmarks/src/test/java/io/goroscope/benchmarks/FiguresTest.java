package io.goroscope.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FiguresTest {

    private final Figures figures = new Figures()
            .add("streams_events_per_s", 5_123_456.7)
            .atLeast("streams_over_raw", 0.3521111, 0.35)
            .atMost("attach_all_s", 1.5, 1);

    @Test
    void shouldWriteOneFlatObjectOfNumbers() {
        assertThat(figures.toJson()).isEqualTo("""
                        {
                          "streams_events_per_s": 5123457,
                          "streams_over_raw": 0.3521,
                          "attach_all_s": 1.5
                        }
                        """);
    }

    @Test
    void shouldPutTheTargetBesideTheFigure() {
        assertThat(figures.toTable().lines())
                .satisfiesExactly(
                        free -> assertThat(free).endsWith("5123457"),
                        met -> assertThat(met).contains("0.3521", ">= 0.35", "ok"),
                        missed -> assertThat(missed).contains("1.5", "<= 1", "MISSED"));
    }

    @Test
    void shouldRefuseWhatIsNoNumberAndWhatIsThereAlready() {
        assertThatThrownBy(() -> figures.add("x", Double.NaN)).hasMessageContaining("x must be a number");
        assertThatThrownBy(() -> figures.add("attach_all_s", 1)).hasMessageContaining("there already");
    }

    @Test
    void shouldTakeTheMiddleRound() {
        Median median = new Median();
        median.add(3);
        median.add(100);
        median.add(1);
        assertThat(median.value()).isEqualTo(3);
    }
}
