package io.goroscope.collector.capture;

import io.goroscope.collector.spec.Condition;
import io.goroscope.collector.spec.Expression;
import io.goroscope.collector.spec.Expression.Numbered;
import io.goroscope.collector.spec.SpecException;
import io.goroscope.collector.value.Convention;
import io.goroscope.collector.value.GoType;
import io.goroscope.collector.value.GoType.Kind;
import io.goroscope.collector.value.Variable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The types of expressions for one function; what does not fit is said with its column. */
final class Typing {

    static final GoType INT = GoType.simple("int", Kind.INT, 8);
    private static final GoType FLOAT = GoType.simple("float64", Kind.FLOAT, 8);
    private static final GoType STRING = GoType.simple("string", Kind.STRING, 16);
    private static final GoType BOOL = GoType.simple("bool", Kind.BOOL, 1);
    private static final GoType NIL = GoType.simple("nil", Kind.UNKNOWN, 0);
    private static final int LONGEST_TEXT = 64;

    private final String text;
    private final String function;
    private final Signature signature;
    private final Convention convention;

    /** @param text of the whole specification, for messages */
    Typing(String text, String function, Signature signature, Convention convention) {
        this.text = text;
        this.function = function;
        this.signature = signature;
        this.convention = convention;
    }

    SpecException mistake(Expression at, String problem) {
        return new SpecException(text, at.column(), problem);
    }

    /** True where an expression needs a result, false where it needs an argument or nothing of the call. */
    boolean needsReturn(Expression expression) {
        Variable root = root(expression);
        return root != null && root.result();
    }

    /** True where an expression needs an argument. */
    boolean needsEntry(Expression expression) {
        Variable root = root(expression);
        return root != null && !root.result();
    }

    /** The argument or result that an expression is about; empty for a constant. */
    Optional<Variable> variableOf(Expression expression) {
        return Optional.ofNullable(root(expression));
    }

    private Variable root(Expression expression) {
        if (expression instanceof Expression.Field field) {
            return root(field.of());
        }
        if (expression instanceof Expression.Index index) {
            return root(index.of());
        }
        if (expression instanceof Expression.Range range) {
            return root(range.of());
        }
        if (expression instanceof Expression.Length length) {
            return root(length.of());
        }
        if (expression instanceof Expression.Target target) {
            return root(target.of());
        }
        if (expression instanceof Expression.As as) {
            return root(as.of());
        }
        boolean named = expression instanceof Expression.Numbered
                || (expression instanceof Expression.Name name && !isSpecial(name));
        return named ? variable(expression) : null;
    }

    /** {@code goid}, {@code pid}, {@code tid}, unless an argument is called so. */
    boolean isSpecial(Expression.Name name) {
        return switch (name.name()) {
            case "goid", "pid", "tid" -> find(name.name()) == null;
            default -> false;
        };
    }

    private Variable find(String name) {
        for (List<Variable> some : List.of(signature.arguments(), signature.results())) {
            for (Variable variable : some) {
                if (variable.name().equals(name) && signature.source() == Signature.Source.DEBUG_INFO) {
                    return variable;
                }
            }
        }
        return null;
    }

    /** The argument or result that a name or number means. */
    Variable variable(Expression expression) {
        if (expression instanceof Expression.Name name) {
            Variable found = find(name.name());
            if (found == null) {
                throw mistake(expression, noSuchName(name.name()));
            }
            return found;
        }
        Numbered numbered = (Numbered) expression;
        if (numbered.kind() == Numbered.Kind.C_ARGUMENT && convention != Convention.SYSTEM_V) {
            throw mistake(
                    expression,
                    "arg" + numbered.number() + " is for gccgo's convention, and gc made " + function + "; write goarg"
                            + numbered.number());
        }
        checkStackWords(numbered);
        boolean result = numbered.isResult();
        List<Variable> from = result ? signature.results() : signature.arguments();
        if (numbered.number() > from.size()) {
            throw mistake(
                    expression,
                    function + " has "
                            + (from.isEmpty() ? "no" : "only " + from.size())
                            + (result ? " result" : " argument")
                            + (from.size() == 1 ? "" : "s"));
        }
        return from.get(numbered.number() - 1);
    }

    /** On the stack results follow the arguments; without types nobody knows where. */
    private void checkStackWords(Numbered numbered) {
        boolean stackWords = convention == Convention.GO_STACK && !signature.isTyped();
        if (numbered.kind() == Numbered.Kind.RESULT && stackWords) {
            throw mistake(
                    numbered,
                    "where the results of " + function + " begin on the stack is not known (no debug information);"
                            + " word1, word2 and so on are arguments and results in a row, as the call leaves them");
        }
        if (numbered.kind() == Numbered.Kind.STACK_WORD && !stackWords) {
            throw mistake(
                    numbered,
                    "word" + numbered.number() + " is for programs of Go up to 1.16 without debug"
                            + " information; write goarg" + numbered.number() + " or ret" + numbered.number());
        }
    }

    private String noSuchName(String name) {
        if (signature.source() != Signature.Source.DEBUG_INFO) {
            return "the names of " + function
                    + "'s arguments are not known (no debug information); write goarg1, goarg2, ret1";
        }
        String names = Stream.concat(signature.arguments().stream(), signature.results().stream())
                .map(Variable::name)
                .filter(n -> !n.startsWith("~"))
                .collect(Collectors.joining(", "));
        return function + " has no argument or result " + name + (names.isEmpty() ? "" : "; it has " + names);
    }

    GoType type(Expression expression) {
        if (expression instanceof Expression.Name name && isSpecial(name)) {
            return INT;
        }
        if (expression instanceof Expression.Name || expression instanceof Numbered) {
            return variable(expression).type();
        }
        if (expression instanceof Expression.Field field) {
            return field(field).type();
        }
        if (expression instanceof Expression.Index index) {
            return element(index);
        }
        if (expression instanceof Expression.Range range) {
            GoType of = type(range.of());
            if (of.kind() != Kind.STRING && of.kind() != Kind.SLICE && of.kind() != Kind.ARRAY) {
                throw mistake(expression, "only strings, slices and arrays have ranges, and this is " + of.name());
            }
            return of;
        }
        if (expression instanceof Expression.As as) {
            return cast(as).type();
        }
        if (expression instanceof Expression.Length length) {
            GoType of = type(length.of());
            switch (of.kind()) {
                case STRING, SLICE, ARRAY, MAP, CHAN -> {
                    return INT;
                }
                default ->
                    throw mistake(
                            length.of(), "len takes a string, slice, array, map or channel, and this is " + of.name());
            }
        }
        if (expression instanceof Expression.Target target) {
            GoType of = type(target.of());
            if (of.kind() != Kind.POINTER || of.elem() == null) {
                throw mistake(expression, "* takes a pointer, and this is " + of.name());
            }
            return of.elem();
        }
        if (expression instanceof Expression.IntegerLiteral) {
            return INT;
        }
        if (expression instanceof Expression.FloatLiteral) {
            return FLOAT;
        }
        if (expression instanceof Expression.TextLiteral) {
            return STRING;
        }
        return expression instanceof Expression.BoolLiteral ? BOOL : NIL;
    }

    /** Words in a row, as a value of the type that the user names. */
    Variable cast(Expression.As as) {
        GoType type = NamedTypes.of(as.type());
        if (type == null) {
            throw mistake(as, "no type " + as.type() + " here; there are " + NamedTypes.names());
        }
        if (signature.isTyped() || !(as.of() instanceof Numbered numbered)) {
            throw mistake(
                    as,
                    signature.isTyped()
                            ? "the types of " + function + "'s arguments are known; leave .(" + as.type() + ") out"
                            : "only goarg1, ret1 and the like can be given a type");
        }
        variable(numbered);
        List<Variable> words = numbered.isResult() ? signature.results() : signature.arguments();
        return Signature.as(words, numbered.number() - 1, type);
    }

    /** The struct that a field is looked up in: through one pointer, as in Go. */
    GoType struct(Expression.Field field) {
        GoType of = type(field.of());
        GoType struct = of.kind() == Kind.POINTER && of.elem() != null ? of.elem() : of;
        if (struct.kind() == Kind.INTERFACE || struct.kind() == Kind.EMPTY_INTERFACE) {
            throw mistake(field, "what is in an interface is known only when the call comes; print it with %v");
        }
        if (struct.kind() != Kind.STRUCT) {
            throw mistake(field, of.name() + " has no fields");
        }
        return struct;
    }

    GoType.Field field(Expression.Field expression) {
        GoType struct = struct(expression);
        for (GoType.Field field : struct.fields()) {
            if (field.name().equals(expression.name())) {
                return field;
            }
        }
        String names =
                struct.fields().stream().map(GoType.Field::name).limit(12).collect(Collectors.joining(", "));
        throw mistake(expression, struct.name() + " has no field " + expression.name() + "; it has " + names);
    }

    private GoType element(Expression.Index index) {
        GoType of = type(index.of());
        switch (of.kind()) {
            case STRING -> {
                return GoType.simple("uint8", Kind.UINT, 1);
            }
            case SLICE, ARRAY -> {
                if (of.elem() == null) {
                    throw mistake(index, "the element type of " + of.name() + " is not known");
                }
                if (of.kind() == Kind.ARRAY && index.index() >= of.length()) {
                    throw mistake(index, of.name() + " has no element " + index.index());
                }
                return of.elem();
            }
            default -> throw mistake(index, "only strings, slices and arrays have elements, and this is " + of.name());
        }
    }

    /** Refuses a comparison that means nothing. */
    void check(Condition.Compare compare) {
        GoType left = type(compare.left());
        GoType right = type(compare.right());
        boolean equality =
                compare.relation() == Condition.Relation.EQUAL || compare.relation() == Condition.Relation.NOT_EQUAL;
        Expression at = compare.right();
        if (isNil(compare.left()) || isNil(compare.right())) {
            GoType other = isNil(compare.left()) ? right : left;
            boolean canBeNil = other.isPointerShaped()
                    || other.isInterface()
                    || other.kind() == Kind.SLICE
                    || !signature.isTyped();
            if (!canBeNil || !equality) {
                throw mistake(at, other.name() + " cannot be compared with nil" + (equality ? "" : " so"));
            }
            return;
        }
        if (isText(left, right, compare.left()) || isText(right, left, compare.right())) {
            if (!equality) {
                throw mistake(at, "strings are compared by == and != only");
            }
            Expression literal = compare.left() instanceof Expression.TextLiteral ? compare.left() : compare.right();
            if (!(literal instanceof Expression.TextLiteral constant)) {
                throw mistake(at, "one side of a comparison of strings is a constant in double quotes");
            }
            if (constant.value().getBytes(StandardCharsets.UTF_8).length > LONGEST_TEXT) {
                throw mistake(literal, "a filter compares with at most " + LONGEST_TEXT + " bytes");
            }
            return;
        }
        boolean numbers = isNumber(left) && isNumber(right);
        boolean truths = left.kind() == Kind.BOOL && right.kind() == Kind.BOOL && equality;
        boolean pointers = left.isPointerShaped() && isNumber(right) && right.isInteger();
        if (!numbers && !truths && !pointers) {
            throw mistake(
                    at, left.name() + " " + compare.relation().sign() + " " + right.name() + " cannot be computed");
        }
        if (left.kind() == Kind.FLOAT && !isConstant(compare.right()) && right.kind() != Kind.FLOAT) {
            throw mistake(at, "a float is compared with a float or a constant");
        }
        if (left.isInteger() && compare.right() instanceof Expression.FloatLiteral) {
            throw mistake(at, left.name() + " is compared with whole numbers");
        }
    }

    private boolean isText(GoType type, GoType other, Expression expression) {
        if (expression instanceof Expression.TextLiteral) {
            // without types, a word may be the start of a string
            return other.kind() == Kind.STRING || !signature.isTyped();
        }
        return type.kind() == Kind.STRING && other.kind() == Kind.STRING;
    }

    private static boolean isNil(Expression expression) {
        return expression instanceof Expression.NilLiteral;
    }

    static boolean isConstant(Expression expression) {
        return expression instanceof Expression.IntegerLiteral || expression instanceof Expression.FloatLiteral;
    }

    private static boolean isNumber(GoType type) {
        return type.isInteger() || type.kind() == Kind.FLOAT;
    }

    /** Refuses a verb that does not suit its value. */
    void check(char verb, Expression expression) {
        GoType type = type(expression);
        boolean fits =
                switch (verb) {
                    case 'd', 'u' -> type.isInteger() || type.kind() == Kind.BOOL || isOpaque(type);
                    case 'x', 'p' -> true;
                    case 'f' -> type.kind() == Kind.FLOAT || type.isInteger() || isOpaque(type);
                    case 't' -> type.kind() == Kind.BOOL || type.isInteger() || isOpaque(type);
                    case 's' -> isTextual(type) || !signature.isTyped();
                    default -> true;
                };
        if (!fits) {
            String wants =
                    switch (verb) {
                        case 'd', 'u' -> "an integer";
                        case 'f' -> "a float";
                        case 't' -> "a bool";
                        default -> "a string, bytes or an error";
                    };
            throw mistake(
                    expression,
                    "%" + verb + " takes " + wants + ", and this is " + type.name() + "; %v takes anything");
        }
    }

    private static boolean isOpaque(GoType type) {
        return type.isInterface();
    }

    private static boolean isTextual(GoType type) {
        boolean bytes = (type.kind() == Kind.SLICE || type.kind() == Kind.ARRAY)
                && type.elem() != null
                && type.elem().size() == 1;
        boolean toText = type.kind() == Kind.POINTER
                && type.elem() != null
                && type.elem().kind() == Kind.STRING;
        return type.kind() == Kind.STRING
                || bytes
                || toText
                || type.isInterface()
                || type.name().startsWith("time.");
    }
}
