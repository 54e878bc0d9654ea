package io.goroscope.collector.call;

import io.goroscope.collector.capture.CapturePlan;
import io.goroscope.collector.kernel.CaptureOptions;
import io.goroscope.collector.kernel.CaptureSession;
import io.goroscope.collector.kernel.CaptureStatistic;
import io.goroscope.collector.plan.Image;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.schemas.batch.BatchDescriptor;
import java.util.List;

/**
 * Captured calls on their way out of the machine: only those that were asked for by name, without their secrets. One thread
 * drains.
 */
public final class CallFeed implements AutoCloseable {

    /** Records that are drained at once. */
    public static final int LIMIT = 1 << 14;

    private final CapturePlan plan;
    private final CaptureSession session;
    private final CallAssembler assembler;
    private final Redaction redaction;
    private final int[] functions;

    private CallFeed(CapturePlan plan, CaptureSession session, Redaction redaction, int[] functions) {
        this.plan = plan;
        this.session = session;
        this.assembler = new CallAssembler(plan);
        this.redaction = redaction;
        this.functions = functions;
    }

    /** Takes a call. */
    @FunctionalInterface
    public interface Handler {
        /**
         * Takes one.
         *
         * @param function as {@code Event.function}
         */
        void onCall(CapturedCall call, int function);
    }

    /**
     * Attaches.
     *
     * @param plan what to capture; closed with the feed, and where this fails
     * @param images those that function ids count in
     */
    public static CallFeed open(CapturePlan plan, List<ImagePlan> images, CaptureOptions options, Redaction redaction) {
        try {
            int[] functions = new int[plan.probes().size()];
            for (int probe = 0; probe < functions.length; probe++) {
                Image image =
                        plan.images().get(plan.probes().get(probe).image()).image();
                functions[probe] = BatchDescriptor.function(
                        indexOf(image, images), plan.function(probe).index());
            }
            CaptureSession session = CaptureSession.open(plan.images(), plan.probes(), options);
            return new CallFeed(plan, session, redaction, functions);
        } catch (RuntimeException e) {
            plan.close();
            throw e;
        }
    }

    private static int indexOf(Image image, List<ImagePlan> images) {
        for (int i = 0; i < images.size(); i++) {
            Image other = images.get(i).image();
            if (other.device() == image.device() && other.inode() == image.inode()) {
                return i;
            }
        }
        throw new IllegalArgumentException(image.displayPath() + " is none of the traced images");
    }

    /**
     * Hands on what is in the ring.
     *
     * @return records that were in it
     */
    public int drain(Handler handler) {
        return session.poll(
                record -> assembler
                        .call(record)
                        .ifPresent(call -> handler.onCall(
                                call.withItems(redaction.apply(call.items())), functions[record.probe()])),
                LIMIT);
    }

    /** Calls that found no room in the ring. */
    public long lost() {
        return session.statistic(CaptureStatistic.LOST);
    }

    /** True where values in vector registers were asked for and cannot be had. */
    public boolean lacksVectors() {
        return session.lacksVectors(plan.probes());
    }

    /** Detaches; what is in the ring can still be drained. */
    public void detach() {
        session.detach();
    }

    @Override
    public void close() {
        try (plan) {
            session.close();
        }
    }
}
