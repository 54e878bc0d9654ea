package io.goroscope.collector.capture;

import io.goroscope.collector.kernel.CaptureOp;
import io.goroscope.collector.kernel.CaptureOp.Code;
import io.goroscope.collector.kernel.CaptureOp.Relation;
import io.goroscope.collector.spec.Condition;
import io.goroscope.collector.spec.Expression;
import io.goroscope.collector.spec.Expression.Numbered;
import io.goroscope.collector.value.GoType;
import io.goroscope.collector.value.GoType.Kind;
import io.goroscope.collector.value.Piece;
import io.goroscope.collector.value.Register;
import io.goroscope.collector.value.Variable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes the instructions for one place of one function. */
final class RecipeCompiler {

    /** Elements of a slice or array that are followed when they lead elsewhere. */
    private static final int MOST_ELEMENTS = 8;

    private static final int SP = Register.SP.index();

    private final Typing typing;
    private final Signature signature;
    private final int most;
    private final int reach;
    private final int typeInTable;
    private final List<byte[]> texts;
    private Recipe recipe = new Recipe();

    /**
     * A compiler for one function.
     *
     * @param most bytes of a string or slice
     * @param reach how many pointers are followed
     * @param typeInTable where an interface's method table has its type
     * @param texts the session's constants; grows
     */
    RecipeCompiler(Typing typing, Signature signature, int most, int reach, int typeInTable, List<byte[]> texts) {
        this.typing = typing;
        this.signature = signature;
        this.most = most;
        this.reach = reach;
        this.typeInTable = typeInTable;
        this.texts = texts;
    }

    /** Where a value is while the recipe runs. */
    private sealed interface Place {
        record InPieces(List<Piece> pieces, long offset) implements Place {}

        record InMemory(int slot, long offset) implements Place {}
    }

    private record Typed(GoType type, Place place) {}

    /** What brings in all that some values need. */
    List<CaptureOp> capture(List<Variable> variables, List<Expression> expressions, boolean stack) {
        recipe = new Recipe();
        for (Variable variable : variables) {
            int mark = recipe.mark();
            cover(new Typed(variable.type(), new Place.InPieces(variable.pieces(), 0)), reach, true);
            recipe.release(mark);
        }
        for (Expression expression : expressions) {
            int mark = recipe.mark();
            cover(expression);
            recipe.release(mark);
        }
        if (stack) {
            recipe.copy(SP, 0, 8);
            List<CaptureOp> ops = new ArrayList<>(recipe.ops());
            ops.add(CaptureOp.of(Code.STACK));
            ops.add(CaptureOp.of(Code.END));
            return ops;
        }
        return recipe.end(Code.END);
    }

    /** What decides whether a call is wanted. */
    List<CaptureOp> filter(Condition condition) {
        recipe = new Recipe();
        List<Integer> toFalse = new ArrayList<>();
        unless(condition, toFalse);
        recipe.emit(Code.ACCEPT, 0, 0, 0, 0, 0);
        recipe.landAll(toFalse);
        return recipe.end(Code.REJECT);
    }

    /** What counts a value in the kernel. */
    List<CaptureOp> aggregate(Expression expression, boolean histogram) {
        recipe = new Recipe();
        GoType type = typing.type(expression);
        recipe.emit(Code.SET, CaptureOp.FAULT, 0, 0, 0, 0);
        if (type.kind() == Kind.STRING && !histogram) {
            int text = text(expression);
            int fault = recipe.jumpIf(0, Relation.FAULT, 0);
            recipe.emit(Code.TALLY_TEXT, 0, text, 0, 0, 0);
            recipe.land(fault);
            return recipe.end(Code.END);
        }
        if (!type.isInteger() && type.kind() != Kind.BOOL && !type.isPointerShaped()) {
            throw typing.mistake(
                    expression,
                    histogram
                            ? "--hist takes an integer, and this is " + type.name()
                            : "--count takes an integer or a string, and this is " + type.name());
        }
        int slot = number(expression);
        int fault = recipe.jumpIf(0, Relation.FAULT, 0);
        recipe.emit(histogram ? Code.HISTOGRAM : Code.TALLY, 0, slot, 0, 0, 0);
        recipe.land(fault);
        return recipe.end(Code.END);
    }

    // ---- conditions ----

    /** Falls through where the condition holds. */
    private void unless(Condition condition, List<Integer> toFalse) {
        if (condition instanceof Condition.And and) {
            unless(and.left(), toFalse);
            unless(and.right(), toFalse);
        } else if (condition instanceof Condition.Or or) {
            List<Integer> toTrue = new ArrayList<>();
            when(or.left(), toTrue);
            unless(or.right(), toFalse);
            recipe.landAll(toTrue);
        } else if (condition instanceof Condition.Not not) {
            when(not.of(), toFalse);
        } else {
            toFalse.addAll(compare(condition, false));
        }
    }

    /** Falls through where the condition does not hold. */
    private void when(Condition condition, List<Integer> toTrue) {
        if (condition instanceof Condition.Or or) {
            when(or.left(), toTrue);
            when(or.right(), toTrue);
        } else if (condition instanceof Condition.And and) {
            List<Integer> toFalse = new ArrayList<>();
            unless(and.left(), toFalse);
            when(and.right(), toTrue);
            recipe.landAll(toFalse);
        } else if (condition instanceof Condition.Not not) {
            unless(not.of(), toTrue);
        } else {
            toTrue.addAll(compare(condition, true));
        }
    }

    /** Jumps if the comparison is as wanted. One that could not be computed does not hold. */
    private List<Integer> compare(Condition condition, boolean wanted) {
        int mark = recipe.mark();
        List<Integer> jumps = new ArrayList<>();
        recipe.emit(Code.SET, CaptureOp.FAULT, 0, 0, 0, 0);
        int left;
        int right = -1;
        long constant = 0;
        Relation relation;
        if (condition instanceof Condition.Truth truth) {
            GoType type = typing.type(truth.of());
            if (type.kind() != Kind.BOOL && signature.isTyped()) {
                throw typing.mistake(truth.of(), "expected a comparison: this is " + type.name() + ", and no bool");
            }
            left = number(truth.of());
            relation = Relation.NOT_EQUAL;
        } else {
            Condition.Compare compare = (Condition.Compare) condition;
            typing.check(compare);
            boolean mirrored = isLiteral(compare.left());
            Expression value = mirrored ? compare.right() : compare.left();
            Expression other = mirrored ? compare.left() : compare.right();
            Condition.Relation asked = mirrored ? compare.relation().mirrored() : compare.relation();
            GoType type = typing.type(value);
            if (other instanceof Expression.TextLiteral text) {
                int string = text(value);
                left = recipe.slot();
                recipe.emit(Code.TEXT, left, string, 0, 0, textNumber(text.value()));
                relation = asked == Condition.Relation.EQUAL ? Relation.NOT_EQUAL : Relation.EQUAL;
            } else if (type.kind() == Kind.FLOAT) {
                left = ordered(value, (int) type.size());
                if (isLiteral(other)) {
                    constant = orderedConstant(other, (int) type.size());
                } else {
                    right = ordered(other, (int) type.size());
                }
                relation = relation(asked, false);
            } else {
                left = number(value);
                boolean signed = type.kind() == Kind.INT || type.kind() == Kind.BOOL;
                if (isLiteral(other)) {
                    constant = constant(other);
                } else {
                    right = number(other);
                }
                relation = relation(asked, signed);
            }
        }
        if (wanted) {
            int fault = recipe.jumpIf(0, Relation.FAULT, 0);
            jumps.add(right < 0 ? recipe.jumpIf(left, relation, constant) : recipe.jumpIfSlots(left, relation, right));
            recipe.land(fault);
        } else {
            jumps.add(recipe.jumpIf(0, Relation.FAULT, 0));
            Relation opposite = opposite(relation);
            jumps.add(right < 0 ? recipe.jumpIf(left, opposite, constant) : recipe.jumpIfSlots(left, opposite, right));
        }
        recipe.release(mark);
        return jumps;
    }

    private static boolean isLiteral(Expression expression) {
        return Typing.isConstant(expression)
                || expression instanceof Expression.TextLiteral
                || expression instanceof Expression.BoolLiteral
                || expression instanceof Expression.NilLiteral;
    }

    private static long constant(Expression literal) {
        if (literal instanceof Expression.IntegerLiteral number) {
            return number.value();
        }
        return literal instanceof Expression.BoolLiteral bool && bool.value() ? 1 : 0;
    }

    private static long orderedConstant(Expression literal, int size) {
        double value = literal instanceof Expression.FloatLiteral f
                ? f.value()
                : literal instanceof Expression.IntegerLiteral i ? i.value() : 0;
        if (size == 4) {
            int bits = Float.floatToRawIntBits((float) value);
            return (bits < 0 ? ~bits : bits | 1 << 31) & 0xffff_ffffL;
        }
        long bits = Double.doubleToRawLongBits(value);
        return bits < 0 ? ~bits : bits | 1L << 63;
    }

    private int ordered(Expression expression, int size) {
        int bits = number(expression);
        int slot = recipe.slot();
        recipe.emit(Code.ORDER, slot, bits, size, 0, 0);
        return slot;
    }

    private static Relation relation(Condition.Relation asked, boolean signed) {
        return switch (asked) {
            case EQUAL -> Relation.EQUAL;
            case NOT_EQUAL -> Relation.NOT_EQUAL;
            case LESS -> signed ? Relation.LESS : Relation.BELOW;
            case LESS_EQUAL -> signed ? Relation.LESS_EQUAL : Relation.BELOW_EQUAL;
            case GREATER -> signed ? Relation.GREATER : Relation.ABOVE;
            case GREATER_EQUAL -> signed ? Relation.GREATER_EQUAL : Relation.ABOVE_EQUAL;
        };
    }

    private static Relation opposite(Relation relation) {
        return switch (relation) {
            case EQUAL -> Relation.NOT_EQUAL;
            case NOT_EQUAL -> Relation.EQUAL;
            case LESS -> Relation.GREATER_EQUAL;
            case LESS_EQUAL -> Relation.GREATER;
            case GREATER -> Relation.LESS_EQUAL;
            case GREATER_EQUAL -> Relation.LESS;
            case BELOW -> Relation.ABOVE_EQUAL;
            case BELOW_EQUAL -> Relation.ABOVE;
            case ABOVE -> Relation.BELOW_EQUAL;
            case ABOVE_EQUAL -> Relation.BELOW;
            case FAULT -> throw new IllegalArgumentException("a fault has no opposite");
        };
    }

    private int textNumber(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < texts.size(); i++) {
            if (Arrays.equals(texts.get(i), bytes)) {
                return i;
            }
        }
        texts.add(bytes);
        return texts.size() - 1;
    }

    // ---- values into slots ----

    /** A value of at most 8 bytes, or the first word of a larger one. */
    private int number(Expression expression) {
        if (expression instanceof Expression.Name name && typing.isSpecial(name)) {
            return special(name.name());
        }
        if (expression instanceof Expression.Length length) {
            return length(length);
        }
        Typed typed = locate(expression, false);
        boolean signed = typed.type().kind() == Kind.INT;
        return load(typed.place(), 0, (int) Math.min(8, Math.max(1, typed.type().size())), signed);
    }

    private int special(String name) {
        int slot = recipe.slot();
        switch (name) {
            case "goid" -> recipe.emit(Code.ADD, slot, CaptureOp.GOID, 0, 0, 0);
            case "pid" -> recipe.emit(Code.ADD, slot, CaptureOp.PID, 0, 0, 0);
            default -> throw new IllegalArgumentException(name);
        }
        return slot;
    }

    private int length(Expression.Length length) {
        GoType of = typing.type(length.of());
        if (of.kind() == Kind.ARRAY) {
            int slot = recipe.slot();
            recipe.emit(Code.SET, slot, 0, 0, 0, of.length());
            return slot;
        }
        Typed typed = locate(length.of(), false);
        if (of.kind() == Kind.MAP || of.kind() == Kind.CHAN) {
            int pointer = load(typed.place(), 0, 8, false);
            int slot = recipe.slot();
            recipe.emit(Code.SET, slot, 0, 0, 0, 0);
            int isNil = recipe.jumpIf(pointer, Relation.EQUAL, 0);
            recipe.emit(Code.LOAD, slot, pointer, 8, 0, 0);
            recipe.land(isNil);
            return slot;
        }
        return load(typed.place(), 8, 8, false);
    }

    /** Address and length of a string into two slots in a row; returns the first. */
    private int text(Expression expression) {
        Typed typed = locate(expression, false);
        if (typed.type().kind() != Kind.STRING && expression instanceof Numbered numbered) {
            typed = new Typed(
                    typed.type(), new Place.InPieces(asString(numbered).pieces(), 0));
        }
        int address = load(typed.place(), 0, 8, false);
        int length = load(typed.place(), 8, 8, false);
        int first = recipe.slot();
        int second = recipe.slot();
        recipe.emit(Code.ADD, first, address, 0, 0, 0);
        recipe.emit(Code.ADD, second, length, 0, 0, 0);
        return first;
    }

    private Variable asString(Numbered numbered) {
        List<Variable> words = numbered.isResult() ? signature.results() : signature.arguments();
        return Signature.asString(words, numbered.number() - 1);
    }

    private int load(Place place, long offset, int size, boolean signed) {
        if (place instanceof Place.InMemory memory) {
            int slot = recipe.slot();
            recipe.emit(Code.LOAD, slot, memory.slot(), size, (int) (memory.offset() + offset), signed ? 1 : 0);
            return slot;
        }
        Place.InPieces pieces = (Place.InPieces) place;
        long at = pieces.offset() + offset;
        for (Piece piece : pieces.pieces()) {
            if (at >= piece.offset() && at < piece.offset() + piece.size()) {
                return load(piece, (int) (at - piece.offset()) + piece.skip(), size, signed);
            }
        }
        return nothing();
    }

    private int load(Piece piece, int skip, int size, boolean signed) {
        if (piece.place() == Piece.Place.REGISTER && skip == 0 && size == 8) {
            return piece.number();
        }
        int slot = recipe.slot();
        switch (piece.place()) {
            case REGISTER -> {
                int from = piece.number();
                if (skip > 0) {
                    recipe.emit(Code.SHIFT, slot, from, 0, 0, 8L * skip);
                    from = slot;
                }
                recipe.emit(Code.EXTEND, slot, from, size, 0, signed ? 1 : 0);
            }
            case VECTOR -> {
                recipe.emit(Code.VECTOR, slot, piece.number(), 0, 0, skip / 8);
                if (skip % 8 > 0) {
                    recipe.emit(Code.SHIFT, slot, slot, 0, 0, 8L * (skip % 8));
                }
                recipe.emit(Code.EXTEND, slot, slot, size, 0, signed ? 1 : 0);
            }
            case STACK -> recipe.emit(Code.LOAD, slot, SP, size, piece.number() + skip, signed ? 1 : 0);
            case MEMORY -> recipe.emit(Code.LOAD, slot, piece.number(), size, skip, signed ? 1 : 0);
            default -> {
                return nothing();
            }
        }
        return slot;
    }

    private int nothing() {
        int slot = recipe.slot();
        recipe.emit(Code.SET, slot, 0, 0, 0, 0);
        recipe.emit(Code.SET, CaptureOp.FAULT, 0, 0, 0, 1);
        return slot;
    }

    // ---- paths ----

    /** @param bringIn whether the memory on the way is wanted too, so that the path can be walked again */
    private Typed locate(Expression expression, boolean bringIn) {
        if (expression instanceof Expression.Field field) {
            Typed of = locate(field.of(), bringIn);
            GoType.Field found = typing.field(field);
            Place place = of.type().kind() == Kind.POINTER ? follow(of, bringIn) : of.place();
            return new Typed(found.type(), moved(place, found.offset()));
        }
        if (expression instanceof Expression.Target target) {
            Typed of = locate(target.of(), bringIn);
            return new Typed(typing.type(target), follow(of, bringIn));
        }
        if (expression instanceof Expression.Index index) {
            return element(index, bringIn);
        }
        if (expression instanceof Expression.Range range) {
            return locate(range.of(), bringIn);
        }
        if (expression instanceof Expression.As as) {
            Variable cast = typing.cast(as);
            return new Typed(cast.type(), new Place.InPieces(cast.pieces(), 0));
        }
        Variable variable = typing.variable(expression);
        return new Typed(variable.type(), new Place.InPieces(variable.pieces(), 0));
    }

    private static Place moved(Place place, long by) {
        return place instanceof Place.InMemory memory
                ? new Place.InMemory(memory.slot(), memory.offset() + by)
                : new Place.InPieces(((Place.InPieces) place).pieces(), ((Place.InPieces) place).offset() + by);
    }

    private Place follow(Typed pointer, boolean bringIn) {
        if (bringIn) {
            copy(pointer.place(), 8);
        }
        return new Place.InMemory(load(pointer.place(), 0, 8, false), 0);
    }

    private Typed element(Expression.Index index, boolean bringIn) {
        Typed of = locate(index.of(), bringIn);
        GoType type = typing.type(index);
        if (of.type().kind() == Kind.ARRAY) {
            if (bringIn && of.place() instanceof Place.InPieces) {
                copy(of.place(), of.type().size());
            }
            return new Typed(type, moved(of.place(), index.index() * type.size()));
        }
        if (bringIn) {
            copy(of.place(), of.type().size());
        }
        int length = load(of.place(), 8, 8, false);
        int start = load(of.place(), 0, 8, false);
        // An element that is not there has no address.
        int address = recipe.slot();
        recipe.emit(Code.SET, address, 0, 0, 0, 0);
        int outside = recipe.jumpIf(length, Relation.BELOW_EQUAL, index.index());
        recipe.emit(Code.ADD, address, start, 0, 0, index.index() * type.size());
        recipe.land(outside);
        return new Typed(type, new Place.InMemory(address, 0));
    }

    // ---- bringing memory in ----

    private void copy(Place place, long size) {
        if (place instanceof Place.InMemory memory) {
            recipe.copy(memory.slot(), memory.offset(), size);
            return;
        }
        Place.InPieces in = (Place.InPieces) place;
        for (Piece piece : in.pieces()) {
            long from = Math.max(piece.offset(), in.offset());
            long to = Math.min(piece.offset() + piece.size(), in.offset() + size);
            if (from >= to) {
                continue;
            }
            // the whole piece, since that is what is asked for when values are read
            if (piece.place() == Piece.Place.STACK) {
                recipe.copy(SP, piece.number() + piece.skip(), piece.size());
            } else if (piece.place() == Piece.Place.MEMORY) {
                recipe.copy(piece.number(), piece.skip(), piece.size());
            }
        }
    }

    private void cover(Expression expression) {
        if ((expression instanceof Expression.Name name && typing.isSpecial(name)) || isLiteral(expression)) {
            return;
        }
        if (expression instanceof Expression.Length length) {
            Typed of = locate(length.of(), true);
            copy(of.place(), of.type().size());
            if (of.type().kind() == Kind.MAP || of.type().kind() == Kind.CHAN) {
                cover(of, 0, false);
            }
            return;
        }
        if (!signature.isTyped() && expression instanceof Numbered numbered) {
            Variable string = asString(numbered);
            cover(new Typed(string.type(), new Place.InPieces(string.pieces(), 0)), 0, true);
            return;
        }
        cover(locate(expression, true), reach, true);
    }

    /**
     * All that is needed to print a value.
     *
     * @param far how many pointers are still followed
     * @param whole whether the value's own bytes are still to be brought in
     */
    private void cover(Typed typed, int far, boolean whole) {
        if (recipe.isFull()) {
            return;
        }
        GoType type = typed.type();
        Place place = typed.place();
        int mark = recipe.mark();
        if (whole) {
            copy(place, type.size());
        }
        switch (type.kind()) {
            case STRING ->
                recipe.emit(
                        Code.COPY_N, load(place, 8, 8, false), load(place, 0, 8, false), 0, 0, 1 | (long) most << 32);
            case SLICE -> coverSlice(type, place, far);
            case ARRAY -> {
                if (type.elem() != null && leadsElsewhere(type.elem(), far)) {
                    for (int i = 0; i < Math.min(type.length(), MOST_ELEMENTS); i++) {
                        cover(
                                new Typed(
                                        type.elem(),
                                        moved(place, i * type.elem().size())),
                                far,
                                false);
                    }
                }
            }
            case STRUCT -> {
                for (GoType.Field field : type.fields()) {
                    if (leadsElsewhere(field.type(), far)) {
                        cover(new Typed(field.type(), moved(place, field.offset())), far, false);
                    }
                }
            }
            case POINTER -> coverPointer(type, place, far);
            case MAP, CHAN, FUNC -> {
                int pointer = load(place, 0, 8, false);
                int isNil = recipe.jumpIf(pointer, Relation.EQUAL, 0);
                recipe.copy(pointer, 0, 8);
                recipe.land(isNil);
            }
            case EMPTY_INTERFACE -> walk(load(place, 0, 8, false), load(place, 8, 8, false));
            case INTERFACE -> {
                int table = load(place, 0, 8, false);
                int isNil = recipe.jumpIf(table, Relation.EQUAL, 0);
                recipe.copy(table, typeInTable, 8);
                int word = recipe.slot();
                recipe.emit(Code.LOAD, word, table, 8, typeInTable, 0);
                walk(word, load(place, 8, 8, false));
                recipe.land(isNil);
            }
            default -> {}
        }
        recipe.release(mark);
    }

    private void walk(int typeSlot, int dataSlot) {
        recipe.emit(Code.WALK, dataSlot, typeSlot, 0, 0, most);
    }

    private void coverSlice(GoType type, Place place, int far) {
        GoType elem = type.elem();
        if (elem == null || elem.size() == 0) {
            return;
        }
        int start = load(place, 0, 8, false);
        int length = load(place, 8, 8, false);
        recipe.emit(Code.COPY_N, length, start, 0, 0, (elem.size() & 0xffff_ffffL) | ((long) most << 32));
        if (!leadsElsewhere(elem, far)) {
            return;
        }
        List<Integer> toEnd = new ArrayList<>();
        for (int i = 0; i < Math.min(MOST_ELEMENTS, Math.max(1, most / elem.size())) && !recipe.isFull(); i++) {
            toEnd.add(recipe.jumpIf(length, Relation.BELOW_EQUAL, i));
            cover(new Typed(elem, new Place.InMemory(start, i * elem.size())), far, false);
        }
        recipe.landAll(toEnd);
    }

    private void coverPointer(GoType type, Place place, int far) {
        GoType elem = type.elem();
        if (far == 0 || elem == null || elem.size() == 0) {
            return;
        }
        int pointer = load(place, 0, 8, false);
        int isNil = recipe.jumpIf(pointer, Relation.EQUAL, 0);
        cover(new Typed(elem, new Place.InMemory(pointer, 0)), far - 1, true);
        recipe.land(isNil);
    }

    private static boolean leadsElsewhere(GoType type, int far) {
        // what it points to is its place on earth, which is not printed
        if (type.name().equals("time.Time")) {
            return false;
        }
        return switch (type.kind()) {
            case STRING, SLICE, MAP, CHAN, FUNC, INTERFACE, EMPTY_INTERFACE -> true;
            case POINTER -> far > 0;
            case STRUCT -> type.fields().stream().anyMatch(f -> leadsElsewhere(f.type(), far));
            case ARRAY -> type.elem() != null && leadsElsewhere(type.elem(), far);
            default -> false;
        };
    }
}
