package io.goroscope.collector;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.binary.MalformedException;
import io.goroscope.collector.kernel.NativeLibraries;
import io.goroscope.collector.plan.FunctionPatterns;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.collector.plan.Planner;
import io.goroscope.collector.process.ProcessIdentity;
import io.goroscope.collector.process.RunningProcesses;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is to be traced: the plan of each image, and of which processes.
 *
 * @param plans one for each image
 * @param pids the processes; empty for every process that runs one of the images
 */
public record TraceTarget(List<ImagePlan> plans, List<Integer> pids) {

    /** No name has a blank at its end. */
    private static final String NO_FUNCTION = "none ";

    private static final int MOST_HOSTS = 5;

    public TraceTarget {
        plans = List.copyOf(plans);
        pids = List.copyOf(pids);
    }

    /**
     * What a user asks for.
     *
     * @param specs {@code BINARY:PATTERN}, or patterns alone where a process or a command says which binary
     * @param pid the one process, or 0
     * @param command executable of the command to be started, or null
     * @param regularExpressions true where patterns are regular expressions
     */
    public record Request(List<String> specs, int pid, Path command, boolean regularExpressions, PlanOptions options) {}

    /**
     * Finds the binaries, and plans.
     *
     * @throws UserException if a binary cannot be read or is no Go program, or no function matches that can be probed
     */
    public static TraceTarget resolve(Request request) {
        NativeLibraries.bindAhead();
        TraceTarget target = resolve(request, request.options().returns());
        if (target.probeable().isEmpty()) {
            throw new UserException(noneProbeable(target.plans()));
        }
        return target;
    }

    /**
     * Plans the functions of one executable, wherever its processes are.
     *
     * @param binary the file, by whatever way it can be opened
     * @param pid a process that runs it, or 0: tells which libgo is loaded
     * @throws UserException if it cannot be read or is no Go program, or no function matches that can be probed
     */
    public static TraceTarget ofBinary(Path binary, FunctionPatterns patterns, PlanOptions options, int pid) {
        List<ImagePlan> plans = List.of(plan(binary, patterns, options));
        if (plans.get(0).functions().isEmpty()) {
            throw new UserException(noMatch(Map.of(binary, patterns.texts()), plans));
        }
        Request request = new Request(patterns.texts(), pid, null, false, options);
        TraceTarget target = new TraceTarget(withLibgo(plans, request, Set.of(binary), options.returns()), List.of());
        if (target.probeable().isEmpty()) {
            throw new UserException(noneProbeable(target.plans()));
        }
        return target;
    }

    /**
     * The same, though there may be nothing that can be probed.
     *
     * @throws UserException if a binary cannot be read or is no Go program, or no function matches
     */
    public static TraceTarget resolveToShow(Request request) {
        return resolve(request, false);
    }

    private static TraceTarget resolve(Request request, boolean markers) {
        Map<Path, List<String>> patterns = patterns(request);
        List<ImagePlan> plans = new ArrayList<>();
        patterns.forEach((binary, texts) -> plans.add(plan(binary, texts, request)));
        if (plans.stream().allMatch(plan -> plan.functions().isEmpty())) {
            throw new UserException(noMatch(patterns, plans));
        }
        List<Integer> pids = request.pid() == 0 ? List.of() : List.of(request.pid());
        return new TraceTarget(withLibgo(plans, request, patterns.keySet(), markers), pids);
    }

    /** The patterns of each file; one file may be named in several ways. */
    private static Map<Path, List<String>> patterns(Request request) {
        BinaryFinder files = new BinaryFinder(request.pid(), request.command());
        Map<Object, Path> paths = new HashMap<>();
        Map<Path, List<String>> patterns = new LinkedHashMap<>();
        for (String text : request.specs()) {
            TargetSpec spec = TargetSpec.parse(text, files);
            List<Path> binaries = spec.binary() != null ? List.of(spec.binary()) : files.unnamed();
            for (Path binary : binaries) {
                Path path = paths.computeIfAbsent(identity(binary), key -> binary);
                patterns.computeIfAbsent(path, key -> new ArrayList<>()).add(spec.pattern());
            }
        }
        return patterns;
    }

    private static Object identity(Path binary) {
        try {
            return Files.readAttributes(binary, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return binary; // opening it will say what is wrong
        }
    }

    /**
     * What plans of a program that uses the shared libgo lack: where its {@code g} is, and, where calls are timed, the
     * markers, which are in that library. A library alone, for whoever loads it, stays without: its calls are counted,
     * and belong to no goroutine.
     */
    private static List<ImagePlan> withLibgo(
            List<ImagePlan> all, Request request, Set<Path> binaries, boolean markers) {
        List<ImagePlan> plans = new ArrayList<>(all);
        plans.removeIf(plan -> plan.functions().isEmpty());
        if (!SharedLibgo.isNeeded(plans)) {
            return plans;
        }
        List<Path> mapped = request.pid() == 0 ? List.of() : GoImages.of(request.pid());
        Path executable = Stream.concat(mapped.stream(), Stream.ofNullable(request.command()))
                .findFirst()
                .or(() -> binaries.stream().filter(b -> !isLibgo(b)).findFirst())
                .orElse(null);
        if (executable == null) {
            return plans;
        }
        Path libgo = Stream.concat(mapped.stream(), binaries.stream())
                .filter(TraceTarget::isLibgo)
                .findFirst()
                .orElseGet(GoLibrary::find);
        if (markers && plans.stream().allMatch(plan -> plan.markers().isEmpty())) {
            plans.add(all.stream()
                    .filter(plan -> isLibgo(plan.image().path()))
                    .findFirst()
                    .orElseGet(() -> plan(libgo, List.of(NO_FUNCTION), request)));
        }
        return SharedLibgo.resolve(plans, executable, libgo);
    }

    private static boolean isLibgo(Path binary) {
        return GoImages.isLibgo(binary);
    }

    /** The processes that run now and would be traced: the chosen ones, or all whose executable is one of the images. */
    public List<ProcessIdentity> runningProcesses() {
        if (!pids.isEmpty()) {
            return pids.stream().map(pid -> ProcessIdentity.read(pid, "")).toList();
        }
        Set<Object> executables = new HashSet<>();
        plans.forEach(plan -> executables.add(identity(plan.image().path())));
        return RunningProcesses.ids()
                .filter(pid -> executables.contains(identity(RunningProcesses.executable(pid))))
                .mapToObj(pid -> ProcessIdentity.read(pid, ""))
                .toList();
    }

    /** Functions that can be probed. */
    public List<FunctionPlan.Probeable> probeable() {
        return plans.stream()
                .flatMap(plan -> plan.functions().stream())
                .filter(FunctionPlan.Probeable.class::isInstance)
                .map(FunctionPlan.Probeable.class::cast)
                .toList();
    }

    private static ImagePlan plan(Path binary, List<String> texts, Request request) {
        return plan(binary, FunctionPatterns.of(texts, request.regularExpressions()), request.options());
    }

    private static ImagePlan plan(Path binary, FunctionPatterns patterns, PlanOptions options) {
        try (GoBinary go = GoBinary.open(binary, displayPath(binary))) {
            return Planner.plan(go, patterns, options);
        } catch (MalformedException e) {
            throw new UserException(
                    "cannot read " + displayPath(binary) + ": truncated or broken (" + e.getMessage() + ")", e);
        }
    }

    /** {@code /proc/PID/exe} is a link that still works when the file was replaced; its target is what a user knows. */
    private static String displayPath(Path binary) {
        return GoImages.displayPath(binary);
    }

    private static String noneProbeable(List<ImagePlan> plans) {
        List<FunctionPlan> all =
                plans.stream().flatMap(plan -> plan.functions().stream()).toList();
        if (all.stream().allMatch(FunctionPlan.InlinedOnly.class::isInstance)) {
            GoFunction first = all.get(0).function();
            String copies = first.inlinedCopies() + (first.inlinedCopies() == 1 ? " copy" : " copies");
            return first.name() + (all.size() == 1 ? " exists" : " and " + (all.size() - 1) + " more exist")
                    + " only inlined into other functions (" + copies + hosts(plans, first)
                    + "): there is no call to see; take one of these or what it calls, or build with -gcflags=all=-l";
        }
        return "none of the functions that match can be probed; see why with: goroscope list";
    }

    /** Into which: some of them. */
    private static String hosts(List<ImagePlan> plans, GoFunction function) {
        ImagePlan plan = plans.stream()
                .filter(p -> p.functions().stream().anyMatch(f -> f.function().equals(function)))
                .findFirst()
                .orElseThrow();
        try (GoBinary go = GoBinary.open(plan.image().path(), plan.image().displayPath())) {
            List<String> hosts = go.inlinedInto(function.name());
            String some = String.join(", ", hosts.subList(0, Math.min(MOST_HOSTS, hosts.size())));
            return hosts.isEmpty() ? "" : ", in " + some + (hosts.size() > MOST_HOSTS ? ", ..." : "");
        }
    }

    private static String noMatch(Map<Path, List<String>> patterns, List<ImagePlan> plans) {
        StringBuilder which = new StringBuilder();
        patterns.forEach((binary, texts) -> which.append(which.isEmpty() ? "" : ", ")
                .append('\'')
                .append(String.join("', '", texts))
                .append("' in ")
                .append(displayPath(binary)));
        int leftOut = plans.stream().mapToInt(ImagePlan::leftOut).sum();
        return leftOut > 0
                ? "all " + leftOut + " functions that match " + which + " belong to packages that are called too often;"
                        + " take them with --all, or name the package in the pattern"
                : "no function matches " + which + "; see what there is with: goroscope list BINARY:'*'";
    }
}
