package io.goroscope.cli;

import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.FunctionPlan.InlinedOnly;
import io.goroscope.collector.plan.FunctionPlan.Reason;
import io.goroscope.collector.plan.FunctionPlan.Refused;
import io.goroscope.collector.plan.ImagePlan;
import java.util.ArrayList;
import java.util.List;

/**
 * Functions that a pattern matches and that are not traced, so that nobody takes a missing line for no calls.
 *
 * @param costly with a costly place alone
 * @param refused that cannot be probed
 * @param inlinedOnly without code of their own
 */
record UnseenFunctions(int costly, int refused, int inlinedOnly) {

    /** @param notAttached what the session left out besides */
    static UnseenFunctions of(List<ImagePlan> plans, int notAttached) {
        int costly = 0;
        int refused = notAttached;
        int inlinedOnly = 0;
        for (ImagePlan image : plans) {
            for (FunctionPlan plan : image.functions()) {
                if (plan instanceof Refused no) {
                    costly += no.reason() == Reason.COSTLY ? 1 : 0;
                    refused += no.reason() == Reason.COSTLY ? 0 : 1;
                } else if (plan instanceof InlinedOnly) {
                    inlinedOnly++;
                }
            }
        }
        return new UnseenFunctions(costly, refused, inlinedOnly);
    }

    /** One line, or nothing. */
    String text() {
        List<String> parts = new ArrayList<>();
        if (costly > 0) {
            parts.add(costly + " costly (--costly takes them)");
        }
        if (refused > 0) {
            parts.add(refused + " that cannot be probed");
        }
        if (inlinedOnly > 0) {
            parts.add(inlinedOnly + " that exist only inlined");
        }
        return parts.isEmpty() ? "" : "Not among them: " + String.join(", ", parts) + "; see goroscope list.";
    }
}
