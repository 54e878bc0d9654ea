package io.goroscope.collector.capture;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.kernel.CaptureOp;
import io.goroscope.collector.kernel.CaptureProbe;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.Image;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.plan.Place;
import io.goroscope.collector.spec.Condition;
import io.goroscope.collector.spec.Expression;
import io.goroscope.collector.spec.SpecException;
import io.goroscope.collector.spec.TraceSpec;
import io.goroscope.collector.value.Convention;
import io.goroscope.collector.value.Piece;
import io.goroscope.collector.value.RuntimeTypes;
import io.goroscope.collector.value.Variable;
import io.goroscope.schemas.UserException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a session is to capture: the probes with their recipes, and for each the function that it is about. */
public final class CapturePlan implements AutoCloseable {

    /**
     * How much is captured.
     *
     * @param mostBytes of a string or slice
     * @param reach how many pointers are followed
     * @param stack whether the callers are wanted
     * @param aggregate what to count in the kernel instead of printing, or null
     * @param histogram whether that is a histogram, or a table of values
     */
    public record Extent(int mostBytes, int reach, boolean stack, Expression aggregate, boolean histogram) {}

    private static final RuntimeTypes.Layout NO_TYPES = new RuntimeTypes.Layout(false, 0, true, false, 0, List.of());

    private final Extent extent;
    private final Map<String, Integer> imageNumbers = new LinkedHashMap<>();
    private final List<ImagePlan> images = new ArrayList<>();
    private final List<GoBinary> binaries = new ArrayList<>();
    private final List<ImageTypes> types = new ArrayList<>();
    private final List<Signatures> signatures = new ArrayList<>();
    private final List<CaptureProbe> probes = new ArrayList<>();
    private final List<TracedFunction> functions = new ArrayList<>();
    private final List<byte[]> texts = new ArrayList<>();
    private RuntimeTypes.Layout layout;

    private CapturePlan(Extent extent) {
        this.extent = extent;
    }

    /**
     * Plans.
     *
     * @param targets for each specification what its pattern matches
     * @throws UserException if a name is not there, or a type does not fit
     */
    public static CapturePlan of(List<TraceSpec> specs, List<TraceTarget> targets, Extent extent) {
        CapturePlan plan = new CapturePlan(extent);
        try {
            for (int i = 0; i < specs.size(); i++) {
                plan.add(specs.get(i), targets.get(i));
            }
            return plan;
        } catch (RuntimeException e) {
            plan.close();
            throw e;
        }
    }

    public List<ImagePlan> images() {
        return images;
    }

    public List<CaptureProbe> probes() {
        return probes;
    }

    /** The function that a probe is about. */
    public TracedFunction function(int probe) {
        return functions.get(probe);
    }

    /** True for a probe at a function's entry. */
    public boolean isEntry(int probe) {
        return probes.get(probe).place().kind() == Place.Kind.ENTRY;
    }

    /** Number of the entry's probe, which stands for the function. */
    public int call(int probe) {
        return probes.get(probe).partner();
    }

    /** True where a probe's records have the callers. */
    public boolean hasStack(int probe) {
        return probes.get(probe).recipe().stream().anyMatch(op -> op.code() == CaptureOp.Code.STACK);
    }

    /** Constants that filters compare with. */
    public List<byte[]> texts() {
        return texts;
    }

    /** How the images' runtime types are laid out. */
    public RuntimeTypes.Layout layout() {
        return layout == null ? NO_TYPES : layout;
    }

    private void add(TraceSpec spec, TraceTarget target) {
        for (ImagePlan plan : target.plans()) {
            int image = image(plan);
            for (FunctionPlan function : plan.functions()) {
                if (function instanceof FunctionPlan.Probeable probeable) {
                    add(spec, image, probeable);
                }
            }
        }
    }

    private int image(ImagePlan plan) {
        Image image = plan.image();
        String key = image.device() + ":" + image.inode();
        Integer known = imageNumbers.get(key);
        if (known != null) {
            return known;
        }
        int number = images.size();
        GoBinary binary = GoBinary.open(image.path(), image.displayPath());
        binaries.add(binary);
        Optional<RuntimeTypes.Layout> own = binary.typeLayout();
        if (own.isPresent()) {
            boolean differs = layout != null
                    && (layout.gccgo() != own.get().gccgo()
                            || layout.shiftedOffsets() != own.get().shiftedOffsets());
            if (differs) {
                throw new UserException("cannot trace " + image.displayPath()
                        + " together with another binary whose Go keeps its types otherwise; trace them one by one");
            }
            layout = own.get();
        }
        Optional<RuntimeTypes> known2 = binary.runtimeTypes();
        boolean gccgo = binary.convention() == Convention.SYSTEM_V;
        types.add(new ImageTypes(binary, known2, gccgo ? 0 : 8));
        signatures.add(new Signatures(binary, known2));
        images.add(plan);
        imageNumbers.put(key, number);
        return number;
    }

    private void add(TraceSpec spec, int image, FunctionPlan.Probeable plan) {
        Convention convention = binaries.get(image).convention();
        Signature signature = signatures.get(image).of(plan);
        Typing typing = new Typing(spec.text(), plan.function().name(), signature, convention);
        boolean filterAtReturn = checkFilter(spec, typing);
        TracedFunction.Prints prints = prints(spec, typing, filterAtReturn);
        boolean needsReturn = prints != TracedFunction.Prints.ENTRY;
        if (needsReturn && plan.returns().isEmpty()) {
            if (!spec.printsEverything() || filterAtReturn) {
                throw new UserException("cannot see how " + plan.function().name()
                        + " returns: it has no place to probe for that; leave its results out");
            }
            prints = TracedFunction.Prints.ENTRY;
            needsReturn = false;
        }
        TracedFunction function = new TracedFunction(
                spec, plan.function(), signature, typing, prints, types.get(image), extent.mostBytes());
        checkValues(spec, typing);
        RecipeCompiler compiler = new RecipeCompiler(
                typing,
                signature,
                extent.mostBytes(),
                extent.reach(),
                types.get(image).typeInTable(),
                texts);
        List<CaptureOp> filter = spec.filter() == null ? List.of() : compiler.filter(spec.filter());
        if (extent.aggregate() != null) {
            addAggregate(spec, image, plan, function, typing, compiler, filter, filterAtReturn);
            return;
        }
        boolean filtersEntry = !filter.isEmpty() && !filterAtReturn;
        int entry = probes.size();
        boolean stack = extent.stack();
        List<CaptureOp> atEntry = spec.printsEverything()
                ? compiler.capture(signature.arguments(), List.of(), stack)
                : compiler.capture(
                        List.of(),
                        spec.arguments().stream()
                                .filter(e -> !typing.needsReturn(e))
                                .toList(),
                        stack && prints == TracedFunction.Prints.ENTRY);
        add(
                new CaptureProbe(
                        image,
                        plan.entry(),
                        filtersEntry ? filter : List.of(),
                        atEntry,
                        needsReturn && filtersEntry,
                        false,
                        false,
                        wantsVectors(spec, typing, signature.arguments(), false),
                        entry),
                function);
        if (!needsReturn) {
            return;
        }
        List<CaptureOp> atReturn = spec.printsEverything()
                ? compiler.capture(signature.results(), List.of(), false)
                : compiler.capture(
                        List.of(),
                        spec.arguments().stream().filter(typing::needsReturn).toList(),
                        stack);
        for (Place place : plan.returns()) {
            add(
                    new CaptureProbe(
                            image,
                            place,
                            filterAtReturn ? filter : List.of(),
                            atReturn,
                            false,
                            filtersEntry,
                            false,
                            wantsVectors(spec, typing, signature.results(), true),
                            entry),
                    function);
        }
    }

    private void addAggregate(
            TraceSpec spec,
            int image,
            FunctionPlan.Probeable plan,
            TracedFunction function,
            Typing typing,
            RecipeCompiler compiler,
            List<CaptureOp> filter,
            boolean filterAtReturn) {
        boolean atReturn = typing.needsReturn(extent.aggregate());
        if (atReturn != filterAtReturn && !filter.isEmpty()) {
            throw new UserException(
                    "the filter and what is counted must both be about arguments, or both about results");
        }
        List<CaptureOp> recipe = compiler.aggregate(extent.aggregate(), extent.histogram());
        int first = probes.size();
        for (Place place : atReturn ? plan.returns() : List.of(plan.entry())) {
            add(
                    new CaptureProbe(
                            image,
                            place,
                            filter,
                            recipe,
                            false,
                            false,
                            true,
                            wantsVectors(spec, typing, List.of(), atReturn),
                            first),
                    function);
        }
    }

    /** Whether something that is asked for at an entry, or at a return, is in vector registers. */
    private static boolean wantsVectors(TraceSpec spec, Typing typing, List<Variable> all, boolean atReturn) {
        List<Expression> named = new ArrayList<>(spec.arguments());
        if (spec.filter() != null) {
            collect(spec.filter(), named);
        }
        Stream<Variable> variables = named.stream().flatMap(e -> typing.variableOf(e).stream());
        return Stream.concat(variables, spec.printsEverything() ? all.stream() : Stream.of())
                .filter(v -> v.result() == atReturn)
                .flatMap(v -> v.pieces().stream())
                .anyMatch(p -> p.place() == Piece.Place.VECTOR);
    }

    private void add(CaptureProbe probe, TracedFunction function) {
        probes.add(probe);
        functions.add(function);
    }

    /** Whether the filter is about results. */
    private static boolean checkFilter(TraceSpec spec, Typing typing) {
        if (spec.filter() == null) {
            return false;
        }
        List<Expression> roots = new ArrayList<>();
        collect(spec.filter(), roots);
        boolean results = roots.stream().anyMatch(typing::needsReturn);
        for (Expression root : roots) {
            if (results && typing.needsEntry(root)) {
                throw new SpecException(
                        spec.text(),
                        root.column(),
                        "a filter is about arguments or about results, not both: they are seen at different times");
            }
            if (root instanceof Expression.Name name && name.name().equals("tid") && typing.isSpecial(name)) {
                throw new SpecException(
                        spec.text(), root.column(), "a filter cannot ask for tid; it can for goid and pid");
            }
        }
        return results;
    }

    private static void collect(Condition condition, List<Expression> into) {
        if (condition instanceof Condition.And and) {
            collect(and.left(), into);
            collect(and.right(), into);
        } else if (condition instanceof Condition.Or or) {
            collect(or.left(), into);
            collect(or.right(), into);
        } else if (condition instanceof Condition.Not not) {
            collect(not.of(), into);
        } else if (condition instanceof Condition.Truth truth) {
            into.add(truth.of());
        } else if (condition instanceof Condition.Compare compare) {
            into.add(compare.left());
            into.add(compare.right());
        }
    }

    private static TracedFunction.Prints prints(TraceSpec spec, Typing typing, boolean filterAtReturn) {
        if (spec.printsEverything()) {
            return filterAtReturn ? TracedFunction.Prints.RETURN : TracedFunction.Prints.BOTH;
        }
        boolean results = filterAtReturn || spec.arguments().stream().anyMatch(typing::needsReturn);
        return results ? TracedFunction.Prints.RETURN : TracedFunction.Prints.ENTRY;
    }

    private static void checkValues(TraceSpec spec, Typing typing) {
        for (int i = 0; i < spec.arguments().size(); i++) {
            Expression expression = spec.arguments().get(i);
            typing.type(expression);
            if (spec.format() != null) {
                typing.check(spec.format().verbs().get(i).letter(), expression);
            }
        }
    }

    @Override
    public void close() {
        binaries.forEach(GoBinary::close);
        binaries.clear();
    }
}
