package io.goroscope.testbed.output;

import io.goroscope.schemas.ModeDetail;
import io.goroscope.schemas.avro.FunctionMode;
import io.goroscope.schemas.avro.ModeKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** What a collector under a budget has done at some functions of the made-up shop, each in another mode by now. */
final class ShopModes {

    /** By the functions' numbers; {@code main.(*Cart).Add} was timed in cycles for a while, and is timed always again. */
    static final Map<Integer, String> BY_FUNCTION =
            Map.of(1, ModeDetail.PAIRS, 2, ModeDetail.COUNTS, 4, ModeDetail.CYCLED, 8, ModeDetail.OFF);

    private static final double SHARE = 1.0 / 8;
    private static final double NS_PER_S = 1e9;

    /** What has been sampled of a function in a lane. */
    private static final class Sampled {
        final ShopLane.Counts calls = new ShopLane.Counts();
        long cycledNs;
        long changes;
    }

    private final Random random;
    private final Map<ModeKey, Sampled> all = new HashMap<>();

    ShopModes(long seed) {
        this.random = new Random(seed);
    }

    /** Key of what is written of a function and a lane. */
    static ModeKey key(ShopProcess process, ShopLane lane, int function) {
        return new ModeKey(process.buildId(), function, lane.id());
    }

    /** Lets time go by, in which a lane sees so many calls of a function, and says how things stand. */
    FunctionMode run(ShopProcess process, ShopLane lane, int function, long calls, double seconds, long nowNs) {
        Sampled sampled = all.computeIfAbsent(key(process, lane, function), any -> new Sampled());
        String mode = BY_FUNCTION.get(function);
        if (mode.equals(ModeDetail.PAIRS) || mode.equals(ModeDetail.CYCLED)) {
            sampled.cycledNs += (long) (seconds * NS_PER_S);
            for (long i = 0; i < Math.round(calls * SHARE); i++) {
                sampled.calls.call(ShopFunction.ALL.get(function).durationNs(random), 1);
            }
        }
        return FunctionMode.newBuilder()
                .setService(ShopProcess.SERVICE)
                .setCreatedNs(process.createdNs())
                .setUpdatedNs(nowNs)
                .setMode(mode)
                .setChanges(++sampled.changes)
                .setSampled(sampled.calls.toRecord())
                .setObservedNs((long) (sampled.cycledNs * SHARE))
                .setCycledNs(sampled.cycledNs)
                .build();
    }
}
