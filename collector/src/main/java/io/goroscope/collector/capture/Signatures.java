package io.goroscope.collector.capture;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.binary.MalformedException;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.value.Convention;
import io.goroscope.collector.value.GoType;
import io.goroscope.collector.value.Piece;
import io.goroscope.collector.value.RuntimeTypes;
import io.goroscope.collector.value.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds signatures: in the debug information; else in the runtime's method tables, which stripping leaves; else words.
 *
 * <p>Where debug information says where an argument is at the entry, that is taken before what the convention says: gc up to
 * Go 1.20 leaves blank arguments out, and each shifts all that follow. Of results only the types are taken: at a {@code ret}
 * no location list covers them.
 */
final class Signatures {

    private final GoBinary binary;
    private final Convention convention;
    private final Optional<RuntimeTypes> types;

    Signatures(GoBinary binary, Optional<RuntimeTypes> types) {
        this.binary = binary;
        this.convention = binary.convention();
        this.types = types;
    }

    Signature of(FunctionPlan.Probeable plan) {
        try {
            return fromDebugInfo(plan)
                    .or(() -> fromMethods(plan.function()))
                    .orElseGet(() -> Signature.words(convention.argumentRegisters(), convention.resultRegisters()));
        } catch (MalformedException e) {
            return Signature.words(convention.argumentRegisters(), convention.resultRegisters());
        }
    }

    private Optional<Signature> fromDebugInfo(FunctionPlan.Probeable plan) {
        GoFunction function = plan.function();
        return binary.debugInfo()
                .flatMap(info -> info.signature(
                        function.address(), function.name(), plan.entry().address()))
                .map(variables ->
                        binary.isClone(function) ? asSaid(variables) : place(variables, Signature.Source.DEBUG_INFO));
    }

    /** Of a specialised copy nothing is known but what debug information says; its results are those of the original. */
    private Signature asSaid(List<Variable> said) {
        List<Variable> arguments = said.stream().filter(v -> !v.result()).toList();
        return new Signature(
                arguments, place(said, Signature.Source.DEBUG_INFO).results(), Signature.Source.DEBUG_INFO);
    }

    private Optional<Signature> fromMethods(GoFunction function) {
        return types.flatMap(known -> known.method(function.address()))
                .map(variables -> place(variables, Signature.Source.RUNTIME_TYPES));
    }

    private Signature place(List<Variable> said, Signature.Source source) {
        List<Variable> variables = convention == Convention.SYSTEM_V ? said : cleaned(said);
        if (convention == Convention.GO_STACK) {
            variables = ordered(variables);
        }
        List<Variable> placed = convention.place(variables);
        List<Variable> arguments = new ArrayList<>();
        List<Variable> results = new ArrayList<>();
        List<Variable> saidArguments =
                variables.stream().filter(v -> !v.result()).toList();
        for (Variable variable : placed) {
            (variable.result() ? results : arguments).add(variable);
        }
        replace(arguments, saidArguments);
        if (convention == Convention.GO_STACK) {
            replace(results, variables.stream().filter(Variable::result).toList());
        }
        if (convention == Convention.SYSTEM_V) {
            results = split(results);
        }
        return new Signature(arguments, results, source);
    }

    /** gc has no result that gccgo's {@code $ret} stands for, and writes some results twice. */
    private static List<Variable> cleaned(List<Variable> said) {
        Set<String> seen = new HashSet<>();
        return said.stream()
                .filter(v -> !v.name().equals("$ret"))
                .filter(v -> !v.result() || seen.add(v.name()))
                .toList();
    }

    /**
     * The order of the source. To Go 1.16 variables are listed by their offset, and one of no size may come after that which
     * it was declared before; with its alignment that changes where the others are, and what is said of these tells.
     */
    private List<Variable> ordered(List<Variable> listed) {
        List<Variable> order = new ArrayList<>(listed);
        for (int i = 1; i < order.size(); i++) {
            Variable empty = order.get(i);
            boolean may = empty.type().size() == 0
                    && empty.result() == order.get(i - 1).result();
            if (may) {
                List<Variable> other = new ArrayList<>(order);
                Collections.swap(other, i - 1, i);
                order = contradictions(other) < contradictions(order) ? other : order;
            }
        }
        return order;
    }

    private long contradictions(List<Variable> variables) {
        List<Variable> said = Stream.concat(
                        variables.stream().filter(v -> !v.result()),
                        variables.stream().filter(Variable::result))
                .toList();
        List<Variable> placed = convention.place(variables);
        return IntStream.range(0, said.size())
                .filter(i -> differs(said.get(i), placed.get(i)))
                .count();
    }

    private static void replace(List<Variable> placed, List<Variable> said) {
        boolean moved = false;
        for (int i = 0; i < placed.size(); i++) {
            moved |= differs(said.get(i), placed.get(i));
        }
        for (int i = 0; i < placed.size(); i++) {
            placed.set(i, better(said.get(i), placed.get(i), moved));
        }
    }

    /** Whether debug information contradicts the convention: then the places that only the latter knows are not to be had. */
    private static boolean differs(Variable said, Variable placed) {
        if (isOnStack(placed)) {
            Piece like = placed.pieces().get(0);
            // To Go 1.16 the place of one word of a string may stand for the whole.
            return said.pieces().stream()
                    .filter(p -> p.place() == Piece.Place.STACK)
                    .anyMatch(p -> p.number() < like.number() || p.number() >= like.number() + like.size());
        }
        if (said.pieces().size() != placed.pieces().size()) {
            return false;
        }
        for (int i = 0; i < said.pieces().size(); i++) {
            Piece known = said.pieces().get(i);
            Piece like = placed.pieces().get(i);
            boolean same = known.place() == like.place() && known.number() == like.number();
            if (known.place() != Piece.Place.LOST && !same) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOnStack(Variable placed) {
        return placed.pieces().size() == 1 && placed.pieces().get(0).place() == Piece.Place.STACK;
    }

    /**
     * The places that debug information names, under the offsets that the convention gives: gc writes no pieces for the
     * padding between fields, so its own offsets are wrong for some structs. A word that is needed no more has no place in
     * debug information, and at the entry is still where the convention put it.
     */
    private static Variable better(Variable said, Variable placed, boolean moved) {
        if (!moved) {
            return placed;
        }
        List<Piece> like = placed.pieces();
        boolean comparable = said.pieces().size() == like.size()
                && (!isOnStack(placed) || placed.type().size() <= 8);
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < like.size(); i++) {
            Piece known = comparable ? said.pieces().get(i) : like.get(i);
            Piece.Place place = comparable ? known.place() : Piece.Place.LOST;
            pieces.add(new Piece(like.get(i).offset(), like.get(i).size(), place, known.number()));
        }
        return placed.at(pieces);
    }

    /** Several results of gccgo are one struct without a name. */
    private static List<Variable> split(List<Variable> results) {
        if (results.size() != 1 || !results.get(0).type().name().equals("struct")) {
            return results;
        }
        Variable whole = results.get(0);
        List<Variable> split = new ArrayList<>();
        for (GoType.Field field : whole.type().fields()) {
            List<Piece> pieces = new ArrayList<>();
            for (Piece piece : whole.pieces()) {
                long from = Math.max(piece.offset(), field.offset());
                long to = Math.min(
                        piece.offset() + piece.size(),
                        field.offset() + field.type().size());
                if (piece.place() == Piece.Place.MEMORY) {
                    // counted from the register's address: an offset in the struct
                    pieces.add(new Piece(0, (int) field.type().size(), piece.place(), piece.number())
                            .shifted((int) field.offset()));
                } else if (from < to) {
                    pieces.add(new Piece(from - field.offset(), (int) (to - from), piece.place(), piece.number())
                            .shifted((int) (from - piece.offset())));
                }
            }
            split.add(new Variable("ret" + (split.size() + 1), field.type(), true, pieces));
        }
        return split;
    }
}
