package io.goroscope.collector.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.plan.Image;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.plan.Place;
import io.goroscope.collector.plan.RuntimeLayout;
import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.avro.DictionaryKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DictionaryTest {

    private static final int FUNCTIONS = 10;

    /** Takes three records, and then refuses one. */
    private static final class Reluctant implements RecordSink {
        private final List<Integer> taken = new ArrayList<>();
        private int offered;

        @Override
        public boolean offer(OutgoingRecord record) {
            if (++offered % 4 == 0) {
                return false;
            }
            try {
                taken.add(((DictionaryKey) Records.decode(record.key())).getFunction());
            } catch (BadRecordException e) {
                throw new IllegalStateException(e);
            }
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void shouldOfferAgainWhatWasRefused() {
        Dictionary dictionary = new Dictionary(plan(), 1);
        Reluctant sink = new Reluctant();
        int calls = 1;
        while (!dictionary.send(sink)) {
            calls++;
        }

        // The image itself is -1.
        assertThat(sink.taken).isEqualTo(IntStream.range(-1, FUNCTIONS).boxed().toList());
        assertThat(calls).isEqualTo(4);
        assertThat(dictionary.send(sink)).isTrue();
        assertThat(sink.taken).hasSize(1 + FUNCTIONS);
    }

    private static ImagePlan plan() {
        List<FunctionPlan> functions = IntStream.range(0, FUNCTIONS)
                .<FunctionPlan>mapToObj(i -> new FunctionPlan.Probeable(
                        new GoFunction(i, "main.f" + i, 64L * i, 64, "", 0, false, 0),
                        new Place(Place.Kind.ENTRY, 64L * i, 64L * i, Place.GoroutineSource.REGISTER, 0, false, false),
                        List.of()))
                .toList();
        Image image = new Image(
                Path.of("/bin/app"), "/bin/app", "b", Image.Compiler.GC, "amd64", "go1.26", "app", "", Map.of(), 0, 0);
        return new ImagePlan(image, new RuntimeLayout(false, 152, 0, 8, -8, 0), functions, List.of(), 0);
    }
}
