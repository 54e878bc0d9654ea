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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
        List<Variable> placed = convention.place(variables);
        List<Variable> arguments = new ArrayList<>();
        List<Variable> results = new ArrayList<>();
        int argument = 0;
        for (Variable variable : placed) {
            if (variable.result()) {
                results.add(variable);
            } else {
                arguments.add(better(
                        variables.stream().filter(v -> !v.result()).toList().get(argument++), variable));
            }
        }
        if (convention == Convention.GO_STACK) {
            List<Variable> saidResults =
                    variables.stream().filter(Variable::result).toList();
            for (int i = 0; i < results.size(); i++) {
                results.set(i, better(saidResults.get(i), results.get(i)));
            }
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
     * The places that debug information names, under the offsets that the convention gives: gc writes no pieces for the
     * padding between fields, so its own offsets are wrong for some structs.
     */
    private static Variable better(Variable said, Variable placed) {
        List<Piece> known = said.pieces().stream()
                .filter(p -> p.place() != Piece.Place.LOST)
                .toList();
        if (known.size() == 1
                && known.get(0).place() == Piece.Place.STACK
                && known.get(0).size() == said.type().size()) {
            return placed.at(known);
        }
        if (known.isEmpty() || known.size() != placed.pieces().size()) {
            return placed;
        }
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < known.size(); i++) {
            Piece like = placed.pieces().get(i);
            pieces.add(new Piece(
                    like.offset(),
                    like.size(),
                    known.get(i).place(),
                    known.get(i).number()));
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
