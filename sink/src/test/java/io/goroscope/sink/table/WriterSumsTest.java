package io.goroscope.sink.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WriterSumsTest {

    private static final ProcessLife PROCESS = new ProcessLife("h", "b", 1, 2, 0);
    private static final Source OLD = new Source(PROCESS, "c", 1, 0);
    private static final Source NEW = new Source(PROCESS, "c", 2, 0);

    private final WriterSums<String, Integer> sums = new WriterSums<>(2);

    private Map<String, Integer> served() {
        Map<String, Integer> served = new HashMap<>();
        sums.forEachLive((series, values) ->
                served.put(series, values.stream().mapToInt(Integer::intValue).sum()));
        return served;
    }

    @Test
    void shouldTakeTheLastValueOfEachWriter() {
        sums.put("f", OLD, 10);
        sums.put("f", OLD, 12);
        sums.put("f", NEW, 5);
        assertThat(served()).containsOnly(Map.entry("f", 17));
    }

    @Test
    void shouldNotStepBackWhenAWriterEndsBeforeItsLastValueIsRead() {
        sums.put("f", OLD, 10);
        sums.put("f", NEW, 5);
        sums.end("f", OLD);
        assertThat(served()).containsOnly(Map.entry("f", 15));
        sums.retire("f", OLD, 11);
        assertThat(served()).containsOnly(Map.entry("f", 16));
    }

    @Test
    void shouldNotCountTwiceWhenTheLastValueIsReadBeforeTheEnd() {
        sums.put("f", OLD, 10);
        sums.put("f", NEW, 5);
        sums.retire("f", OLD, 10);
        assertThat(served()).containsOnly(Map.entry("f", 15));
        sums.end("f", OLD);
        assertThat(served()).containsOnly(Map.entry("f", 15));
    }

    @Test
    void shouldServeTheSameAfterARestartThatSeesOnlyRetiredAndLive() {
        sums.retire("f", OLD, 10);
        assertThat(served()).isEmpty();
        sums.put("f", NEW, 5);
        assertThat(served()).containsOnly(Map.entry("f", 15));
    }

    @Test
    void shouldEndTheSeriesWithItsLastWriterAndReviveItWithAnother() {
        sums.put("f", OLD, 10);
        sums.end("f", OLD);
        assertThat(served()).isEmpty();
        sums.put("f", NEW, 1);
        assertThat(served()).containsOnly(Map.entry("f", 11));
    }

    @Test
    void shouldForgetWhatIsNoLongerKept() {
        sums.retire("f", OLD, 10);
        sums.forget("f", OLD);
        sums.put("f", NEW, 1);
        assertThat(served()).containsOnly(Map.entry("f", 1));
        sums.forget("f", NEW);
        assertThat(served()).containsOnly(Map.entry("f", 1));
    }

    @Test
    void shouldRememberNoMoreEndedSeriesThanItMay() {
        for (String each : new String[] {"a", "b", "c"}) {
            sums.retire(each, OLD, 10);
        }
        sums.put("a", NEW, 1);
        sums.put("c", NEW, 1);
        assertThat(served()).containsOnly(Map.entry("a", 1), Map.entry("c", 11));
    }
}
