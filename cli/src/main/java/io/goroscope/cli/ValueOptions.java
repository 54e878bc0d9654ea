package io.goroscope.cli;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.call.CallFeed;
import io.goroscope.collector.call.Redaction;
import io.goroscope.collector.capture.CapturePlan;
import io.goroscope.collector.kernel.CaptureOptions;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.spec.SpecParser;
import io.goroscope.collector.spec.TraceSpec;
import io.goroscope.schemas.UserException;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The options by which a command that records calls takes their values as well. Values leave the machine by these alone, so a
 * specification has to name the function and each of the values.
 */
final class ValueOptions {

    @Option(
            names = "--args",
            paramLabel = "SPEC",
            description = {
                "Send values of each call of a function as well; may be given several times. SPEC is as in goroscope trace,"
                        + " and has to name the function and the values: './server:main.add a, b'.",
                "Secrets are replaced by <redacted>: values whose name, or key, has password, token, secret,"
                        + " authorization or the like in it (docs/trace.md)."
            })
    private List<String> specs = List.of();

    @Option(
            names = "--redact",
            paramLabel = "NAME",
            description = "Replace values with this in their names too; may be given several times.")
    private List<String> names = List.of();

    @Option(names = "--no-redaction", description = "Send secrets as they are.")
    private boolean noRedaction;

    @Mixin
    private CaptureLimits limits;

    private List<TraceSpec> parsed;
    private List<TraceTarget> targets = List.of();

    /** True where values were asked for. */
    boolean isGiven() {
        return !specs.isEmpty();
    }

    /** The functions of the specifications, which are recorded without values too. */
    List<String> targets() {
        return parsed().stream().map(TraceSpec::target).toList();
    }

    private List<TraceSpec> parsed() {
        if (parsed == null) {
            parsed = specs.stream().map(ValueOptions::parse).toList();
        }
        return parsed;
    }

    private static TraceSpec parse(String text) {
        TraceSpec spec = SpecParser.parse(text);
        if (spec.printsEverything()) {
            throw new UserException(
                    "--args '" + text + "' names no values, and none are sent that were not asked for by name:"
                            + " write for example --args '" + text + " goarg1, ret1'");
        }
        return spec;
    }

    /** Refuses what cannot be. */
    void check() {
        limits.check();
        if (!isGiven() && (noRedaction || !names.isEmpty())) {
            throw new UserException("--redact and --no-redaction say what becomes of values, and --args asks for none");
        }
        if (noRedaction && !names.isEmpty()) {
            throw new UserException("--redact and --no-redaction exclude each other");
        }
    }

    /** Plans the probes, before anything is attached or connected. */
    void resolve(TargetOptions target) {
        targets = parsed().stream()
                .map(spec -> named(spec, target.resolveValues(spec.target())))
                .toList();
    }

    /**
     * Attaches.
     *
     * @param images those that function ids count in
     * @param pids the processes; empty for every process that runs one of the images
     * @param followChildren whether their children count as well
     * @return null where no values were asked for
     */
    CallFeed open(List<ImagePlan> images, Set<Integer> pids, boolean followChildren) {
        if (!isGiven()) {
            return null;
        }
        CapturePlan plan = CapturePlan.of(
                parsed(), targets, new CapturePlan.Extent(limits.mostBytes(), limits.reach(), false, null, false));
        CaptureOptions options = new CaptureOptions(
                pids, followChildren, 1, limits.mostBytes(), limits.reach(), 1, plan.texts(), plan.layout());
        CallFeed feed = CallFeed.open(plan, images, options, noRedaction ? Redaction.NONE : Redaction.with(names));
        if (feed.lacksVectors()) {
            System.err.println("goroscope: " + LacksVectors.TEXT);
        }
        return feed;
    }

    /** A pattern names nothing: what it matches today may be another function tomorrow. */
    private static TraceTarget named(TraceSpec spec, TraceTarget target) {
        for (FunctionPlan.Probeable each : target.probeable()) {
            if (!spec.target().endsWith(each.function().name())) {
                throw new UserException("--args '" + spec.text() + "' names no function but matches "
                        + each.function().name() + ": values are sent of functions that are named one by one");
            }
        }
        return target;
    }
}
