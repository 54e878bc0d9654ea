package io.goroscope.collector.capture;

import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.spec.Expression;
import io.goroscope.collector.spec.Format;
import io.goroscope.collector.spec.TraceSpec;
import io.goroscope.collector.value.Snapshot;
import io.goroscope.collector.value.TypeSource;
import io.goroscope.collector.value.Value;
import io.goroscope.collector.value.ValueReader;
import io.goroscope.collector.value.Variable;
import java.util.ArrayList;
import java.util.List;

/** One function as one specification wants it: when it prints, and what. */
public final class TracedFunction {

    /** When a line is printed. */
    public enum Prints {
        /** As a call begins. */
        ENTRY,
        /** As it returns; what it needs of the entry is kept until then. */
        RETURN,
        /** Both, without a format: arguments and then results. */
        BOTH
    }

    /**
     * A value to print.
     *
     * @param name of the argument or result, or the expression
     * @param type its static type
     */
    public record Item(String name, String type, Value value) {}

    private final TraceSpec spec;
    private final GoFunction function;
    private final Signature signature;
    private final Typing typing;
    private final Prints prints;
    private final TypeSource types;
    private final int most;

    TracedFunction(
            TraceSpec spec,
            GoFunction function,
            Signature signature,
            Typing typing,
            Prints prints,
            TypeSource types,
            int most) {
        this.spec = spec;
        this.function = function;
        this.signature = signature;
        this.typing = typing;
        this.prints = prints;
        this.types = types;
        this.most = most;
    }

    public String name() {
        return function.name();
    }

    /** Its number in its image. */
    public int index() {
        return function.index();
    }

    public Prints prints() {
        return prints;
    }

    /** Null where values are printed by name. */
    public Format format() {
        return spec.format();
    }

    public Signature signature() {
        return signature;
    }

    TraceSpec spec() {
        return spec;
    }

    /** Names of code addresses and types in the function's image. */
    public TypeSource types() {
        return types;
    }

    /** All arguments, as the entry's record has them. */
    public List<Item> arguments(Snapshot entry) {
        return items(signature.arguments(), entry);
    }

    /** True where the specification names nothing. */
    public boolean printsEverything() {
        return spec.printsEverything();
    }

    /**
     * Arguments and results together.
     *
     * @param entry null where no record of it came: then the arguments are faults
     */
    public List<Item> both(Snapshot entry, Snapshot exit) {
        List<Item> items = new ArrayList<>();
        if (entry != null) {
            items.addAll(arguments(entry));
        } else {
            signature
                    .arguments()
                    .forEach(v -> items.add(new Item(v.name(), v.type().name(), new Value.Fault())));
        }
        items.addAll(results(exit));
        return items;
    }

    /** All results, as the return's record has them. */
    public List<Item> results(Snapshot exit) {
        return items(signature.results(), exit);
    }

    private List<Item> items(List<Variable> variables, Snapshot snapshot) {
        ValueReader reader = new ValueReader(snapshot, types, most);
        List<Item> items = new ArrayList<>();
        for (Variable variable : variables) {
            items.add(
                    new Item(variable.name(), variable.type().name(), reader.read(variable.type(), variable.pieces())));
        }
        return items;
    }

    /**
     * What the specification names.
     *
     * @param entry null where no record of it came
     * @param exit null where the call has not returned
     */
    public List<Item> values(Snapshot entry, Snapshot exit, long goid, int pid, int tid) {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < spec.arguments().size(); i++) {
            Expression expression = spec.arguments().get(i);
            boolean asText =
                    spec.format() != null && spec.format().verbs().get(i).letter() == 's';
            String type = typing.type(expression).name();
            String text = ExpressionText.of(expression);
            if (expression instanceof Expression.Name name && typing.isSpecial(name)) {
                long value = name.name().equals("goid") ? goid : name.name().equals("pid") ? pid : tid;
                items.add(new Item(text, type, new Value.Integer(Typing.INT, value)));
                continue;
            }
            Snapshot snapshot =
                    typing.needsReturn(expression) ? exit : typing.needsEntry(expression) ? entry : any(entry, exit);
            Value value = snapshot == null
                    ? new Value.Fault()
                    : new Evaluator(typing, signature, new ValueReader(snapshot, types, most))
                            .value(expression, asText);
            items.add(new Item(text, type, value));
        }
        return items;
    }

    private static Snapshot any(Snapshot entry, Snapshot exit) {
        return entry != null ? entry : exit;
    }
}
