package io.goroscope.collector.spec;

import io.goroscope.collector.spec.Expression.Numbered;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads trace specifications, by recursive descent.
 *
 * <pre>
 *   spec       = target [ "(" condition ")" ] [ format [","] ] [ value { "," value } ]
 *   condition  = and { "||" and }
 *   and        = not { "&amp;&amp;" not }
 *   not        = "!" not | "(" condition ")" | value [ relation value ]
 *   value      = "*" value | primary { "." name | ".(" type ")" | "[" index "]" | "[" [low] ":" [high] "]" }
 *   primary    = name | "len" "(" value ")" | number | text | character | "true" | "false" | "nil"
 * </pre>
 *
 * The target ends at the first blank outside of brackets: a generic function's name may have blanks within.
 */
public final class SpecParser {

    private static final int DEEPEST = 50;
    private static final int LONGEST = 4096;

    private final Scanner in;
    private int depth;

    private SpecParser(String text) {
        this.in = new Scanner(text);
    }

    /**
     * Reads a whole specification.
     *
     * @throws SpecException with the column of the first mistake
     */
    public static TraceSpec parse(String text) {
        if (text.length() > LONGEST) {
            throw new SpecException(text.substring(0, 40) + "...", LONGEST, "longer than " + LONGEST + " characters");
        }
        return new SpecParser(text).spec();
    }

    /**
     * Reads one value alone, as {@code --hist} takes it.
     *
     * @throws SpecException with the column of the first mistake
     */
    public static Expression parseValue(String text) {
        SpecParser parser = new SpecParser(text);
        Expression value = parser.value();
        if (!parser.in.atEnd()) {
            throw parser.in.mistake("expected the end, not '" + parser.in.rest() + "'");
        }
        return value;
    }

    private TraceSpec spec() {
        String target = in.target();
        Condition filter = null;
        if (in.accept("(")) {
            if (in.peek(")")) {
                throw in.mistake("the filter is empty; write (goarg1 > 40), or leave it out");
            }
            filter = condition();
            in.expect(")", "to close the filter");
        }
        Format format = null;
        if (in.peek("\"")) {
            Scanner.Quoted quoted = in.quoted();
            format = Format.parse(in.text(), quoted.text(), quoted.columns());
        }
        boolean comma = format != null && in.accept(",");
        List<Expression> arguments = new ArrayList<>();
        if (!in.atEnd() || comma) {
            do {
                arguments.add(value());
            } while (in.accept(","));
        }
        if (!in.atEnd()) {
            throw in.mistake(
                    in.peek("(")
                            ? "a filter stands before the format: FUNCTION (filter) \"format\" values"
                            : "expected a comma or the end, not '" + in.rest() + "'");
        }
        if (format != null) {
            check(format, arguments);
        }
        return new TraceSpec(in.text(), target, filter, format, arguments);
    }

    private void check(Format format, List<Expression> arguments) {
        int verbs = format.verbs().size();
        if (arguments.size() < verbs) {
            Format.Verb verb = format.verbs().get(arguments.size());
            throw new SpecException(
                    in.text(),
                    verb.column(),
                    "nothing is given for this verb: the format has " + verbs + (verbs == 1 ? " verb" : " verbs")
                            + " and " + arguments.size() + " follow it");
        }
        if (arguments.size() > verbs) {
            throw new SpecException(
                    in.text(),
                    arguments.get(verbs).column(),
                    "no verb is left for this: the format has " + verbs + (verbs == 1 ? " verb" : " verbs"));
        }
    }

    private Condition condition() {
        enter();
        Condition left = and();
        while (in.accept("||")) {
            left = new Condition.Or(left, and());
        }
        depth--;
        return left;
    }

    private Condition and() {
        Condition left = not();
        while (in.accept("&&")) {
            left = new Condition.And(left, not());
        }
        return left;
    }

    private Condition not() {
        enter();
        try {
            if (!in.peek("!=") && in.accept("!")) {
                return new Condition.Not(not());
            }
            if (in.accept("(")) {
                Condition inner = condition();
                in.expect(")", "to close the parenthesis");
                return inner;
            }
            Expression left = value();
            int column = in.column();
            Condition.Relation relation = relation();
            if (relation == null) {
                if (left instanceof Expression.IntegerLiteral
                        || left instanceof Expression.FloatLiteral
                        || left instanceof Expression.TextLiteral
                        || left instanceof Expression.NilLiteral) {
                    throw in.mistake("expected a comparison: == != < <= > >=");
                }
                return new Condition.Truth(left);
            }
            Expression right = value();
            if (isLiteral(left) && isLiteral(right)) {
                throw new SpecException(in.text(), left.column(), "both sides of the comparison are constants");
            }
            return new Condition.Compare(column, left, relation, right);
        } finally {
            depth--;
        }
    }

    private static boolean isLiteral(Expression expression) {
        return expression instanceof Expression.IntegerLiteral
                || expression instanceof Expression.FloatLiteral
                || expression instanceof Expression.TextLiteral
                || expression instanceof Expression.BoolLiteral
                || expression instanceof Expression.NilLiteral;
    }

    private Condition.Relation relation() {
        // the longer ones first
        for (Condition.Relation relation : new Condition.Relation[] {
            Condition.Relation.EQUAL,
            Condition.Relation.NOT_EQUAL,
            Condition.Relation.LESS_EQUAL,
            Condition.Relation.GREATER_EQUAL,
            Condition.Relation.LESS,
            Condition.Relation.GREATER
        }) {
            if (in.accept(relation.sign())) {
                return relation;
            }
        }
        if (in.peek("=")) {
            throw in.mistake("'=' compares nothing; write ==");
        }
        return null;
    }

    private Expression value() {
        enter();
        try {
            int column = in.column();
            if (in.accept("*")) {
                return new Expression.Target(column, value());
            }
            Expression value = primary();
            while (true) {
                int at = in.column();
                if (in.accept(".")) {
                    if (isLiteral(value)) {
                        throw new SpecException(in.text(), at, "a constant has no fields");
                    }
                    if (in.accept("(")) {
                        value = new Expression.As(at, value, in.type());
                        continue;
                    }
                    value = new Expression.Field(at, value, in.name("a field's name after the point"));
                } else if (in.accept("[")) {
                    if (isLiteral(value)) {
                        throw new SpecException(in.text(), at, "a constant has no elements");
                    }
                    value = index(at, value);
                } else {
                    return value;
                }
            }
        } finally {
            depth--;
        }
    }

    private Expression index(int column, Expression of) {
        long low = in.peek(":") ? 0 : in.index();
        if (in.accept("]")) {
            return new Expression.Index(column, of, low);
        }
        if (!in.accept(":")) {
            throw in.mistake("expected ':' or ']' in an index");
        }
        int at = in.column();
        long high = in.peek("]") ? -1 : in.index();
        in.expect("]", "to close the index");
        if (high >= 0 && high < low) {
            throw new SpecException(in.text(), at, "the range ends at " + high + ", before it begins at " + low);
        }
        return new Expression.Range(column, of, low, high);
    }

    @SuppressWarnings("StatementSwitchToExpressionSwitch") // a name that looks like a function falls through
    private Expression primary() {
        int column = in.column();
        if (in.peek("\"")) {
            return new Expression.TextLiteral(column, in.quoted().text());
        }
        if (in.peek("'")) {
            return new Expression.IntegerLiteral(column, in.character());
        }
        if (in.startsNumber()) {
            return in.number();
        }
        String name = in.name("a value: an argument's name, goarg1, ret1, a number or a \"text\"");
        switch (name) {
            case "true", "false":
                return new Expression.BoolLiteral(column, name.equals("true"));
            case "nil":
                return new Expression.NilLiteral(column);
            case "len":
                if (in.accept("(")) {
                    Expression of = value();
                    if (isLiteral(of)) {
                        throw new SpecException(in.text(), of.column(), "len takes an argument or a result");
                    }
                    in.expect(")", "to close len(");
                    return new Expression.Length(column, of);
                }
                break;
            default:
                break;
        }
        if (in.isNext('(')) {
            throw in.mistake("no function " + name + "; the only one is len");
        }
        return numbered(column, name);
    }

    private Expression numbered(int column, String name) {
        for (Numbered.Kind kind : Numbered.Kind.values()) {
            if (name.startsWith(kind.prefix()) && name.length() > kind.prefix().length()) {
                String digits = name.substring(kind.prefix().length());
                if (digits.chars().allMatch(Character::isDigit)) {
                    int number = digits.length() > 3 ? 1000 : Integer.parseInt(digits);
                    if (number < 1 || number > 64) {
                        throw new SpecException(
                                in.text(), column, name + " does not exist: they are numbered from 1 to 64");
                    }
                    return new Numbered(column, kind, number);
                }
            }
        }
        return new Expression.Name(column, name);
    }

    private void enter() {
        if (++depth > DEEPEST) {
            throw in.mistake("nested deeper than " + DEEPEST);
        }
    }
}
