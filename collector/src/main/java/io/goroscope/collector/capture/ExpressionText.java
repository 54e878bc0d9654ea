package io.goroscope.collector.capture;

import io.goroscope.collector.spec.Expression;

/** Expressions as a user would write them. */
final class ExpressionText {

    private ExpressionText() {}

    static String of(Expression expression) {
        if (expression instanceof Expression.Name name) {
            return name.name();
        }
        if (expression instanceof Expression.Numbered numbered) {
            return numbered.kind().prefix() + numbered.number();
        }
        if (expression instanceof Expression.Field field) {
            return of(field.of()) + "." + field.name();
        }
        if (expression instanceof Expression.Index index) {
            return of(index.of()) + "[" + index.index() + "]";
        }
        if (expression instanceof Expression.Range range) {
            return of(range.of()) + "[" + range.low() + ":" + (range.high() < 0 ? "" : range.high()) + "]";
        }
        if (expression instanceof Expression.Length length) {
            return "len(" + of(length.of()) + ")";
        }
        if (expression instanceof Expression.Target target) {
            return "*" + of(target.of());
        }
        if (expression instanceof Expression.As as) {
            return of(as.of()) + ".(" + as.type() + ")";
        }
        if (expression instanceof Expression.IntegerLiteral number) {
            return Long.toString(number.value());
        }
        if (expression instanceof Expression.FloatLiteral number) {
            return Double.toString(number.value());
        }
        if (expression instanceof Expression.TextLiteral text) {
            return '"' + text.value() + '"';
        }
        return expression instanceof Expression.BoolLiteral bool ? Boolean.toString(bool.value()) : "nil";
    }
}
