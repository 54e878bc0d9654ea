package io.goroscope.sink.export;

import io.goroscope.schemas.avro.ImageInfo;
import io.goroscope.sink.table.FunctionSeries;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** What each traced process runs: one series of value 1 an image. */
final class TargetMetrics {

    private static final MetricMetadata TARGET =
            new MetricMetadata(MetricNames.TARGET, "What a traced process runs, from the binary's build info.");

    private static final String UNKNOWN = "unknown";

    private record Target(String service, String process, String exe, String buildId) {}

    private TargetMetrics() {}

    static Set<String> builds(List<FunctionSeries> functions) {
        Set<String> builds = new LinkedHashSet<>();
        functions.forEach(each -> builds.add(each.buildId()));
        return builds;
    }

    static InfoSnapshot snapshot(List<FunctionSeries> functions, Map<String, ImageInfo> images) {
        Set<Target> targets = new LinkedHashSet<>();
        for (FunctionSeries each : functions) {
            targets.add(new Target(each.service(), each.process().label(), each.exe(), each.buildId()));
        }
        List<InfoDataPointSnapshot> points = new ArrayList<>();
        for (Target each : targets) {
            ImageInfo image = images.get(each.buildId());
            points.add(new InfoDataPointSnapshot(Labels.of(
                    "service",
                    each.service(),
                    "process",
                    each.process(),
                    "build_id",
                    each.buildId(),
                    "exe",
                    each.exe(),
                    "compiler",
                    known(image, ImageInfo::getCompiler),
                    "go_version",
                    known(image, ImageInfo::getGoVersion),
                    "module",
                    known(image, ImageInfo::getModule),
                    "module_version",
                    known(image, ImageInfo::getModuleVersion),
                    "vcs_revision",
                    known(image, ImageInfo::getVcsRevision))));
        }
        return new InfoSnapshot(TARGET, points);
    }

    /** To Prometheus an empty label is none, and a table or an annotation that shows it would have a hole. */
    private static String known(ImageInfo image, Function<ImageInfo, String> field) {
        String value = image == null ? "" : field.apply(image);
        return value.isEmpty() ? UNKNOWN : value;
    }
}
