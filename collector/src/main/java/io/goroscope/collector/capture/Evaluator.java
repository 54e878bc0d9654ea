package io.goroscope.collector.capture;

import io.goroscope.collector.spec.Expression;
import io.goroscope.collector.spec.Expression.Numbered;
import io.goroscope.collector.value.GoType;
import io.goroscope.collector.value.GoType.Kind;
import io.goroscope.collector.value.Value;
import io.goroscope.collector.value.ValueReader;
import io.goroscope.collector.value.ValueReader.Content;
import io.goroscope.collector.value.Variable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Computes expressions out of a captured record. */
final class Evaluator {

    private final Typing typing;
    private final Signature signature;
    private final ValueReader reader;

    Evaluator(Typing typing, Signature signature, ValueReader reader) {
        this.typing = typing;
        this.signature = signature;
        this.reader = reader;
    }

    /** A value, by its bytes, or by its address where it is in memory: then only what is asked for has to be there. */
    private final class Found {

        private final GoType type;
        private final long address;
        private Content content;

        Found(GoType type, Content content, long address) {
            this.type = type;
            this.content = content;
            this.address = address;
        }

        GoType type() {
            return type;
        }

        Content content() {
            if (content == null) {
                content = reader.content(type, address);
            }
            return content;
        }

        Found part(GoType partType, long offset) {
            return address == 0
                    ? new Found(partType, content.part(offset), 0)
                    : new Found(partType, null, address + offset);
        }
    }

    /** @param asText whether a machine word of unknown meaning is to be read as the start of a string */
    Value value(Expression expression, boolean asText) {
        if (expression instanceof Expression.IntegerLiteral number) {
            return new Value.Integer(Typing.INT, number.value());
        }
        if (expression instanceof Expression.FloatLiteral number) {
            return new Value.Float(number.value(), false);
        }
        if (expression instanceof Expression.TextLiteral text) {
            byte[] bytes = text.value().getBytes(StandardCharsets.UTF_8);
            return new Value.Text(bytes, bytes.length);
        }
        if (expression instanceof Expression.BoolLiteral bool) {
            return new Value.Bool(bool.value());
        }
        if (expression instanceof Expression.NilLiteral) {
            return new Value.Nil();
        }
        if (expression instanceof Expression.Length length) {
            return length(length);
        }
        if (expression instanceof Expression.Range range) {
            return range(range);
        }
        if (!signature.isTyped() && asText && expression instanceof Numbered numbered) {
            List<Variable> words = numbered.isResult() ? signature.results() : signature.arguments();
            Variable string = Signature.asString(words, numbered.number() - 1);
            return reader.read(string.type(), string.pieces());
        }
        Found found = find(expression);
        return found == null ? new Value.Fault() : reader.read(found.type(), found.content());
    }

    private Value length(Expression.Length length) {
        GoType type = typing.type(length.of());
        if (type.kind() == Kind.ARRAY) {
            return new Value.Integer(Typing.INT, type.length());
        }
        Found of = find(length.of());
        if (of == null) {
            return new Value.Fault();
        }
        if (type.kind() == Kind.MAP || type.kind() == Kind.CHAN) {
            Value value = reader.read(of.type(), of.content());
            if (value instanceof Value.Nil) {
                return new Value.Integer(Typing.INT, 0);
            }
            return value instanceof Value.Counted counted && counted.length() >= 0
                    ? new Value.Integer(Typing.INT, counted.length())
                    : new Value.Fault();
        }
        return of.content().has(8, 8)
                ? new Value.Integer(Typing.INT, of.content().word(8))
                : of.content().absent();
    }

    private Value range(Expression.Range range) {
        Value whole = value(range.of(), false);
        if (whole instanceof Value.Text text) {
            long high = range.high() < 0 ? text.length() : Math.min(range.high(), text.length());
            if (range.low() > text.bytes().length) {
                return range.low() > text.length() ? new Value.Text(new byte[0], 0) : new Value.Fault();
            }
            int end = (int) Math.min(high, text.bytes().length);
            byte[] part = Arrays.copyOfRange(text.bytes(), (int) range.low(), Math.max(end, (int) range.low()));
            return new Value.Text(part, Math.max(0, high - range.low()));
        }
        if (whole instanceof Value.Sequence sequence) {
            long high = range.high() < 0 ? sequence.length() : Math.min(range.high(), sequence.length());
            int have = sequence.elements().size();
            int low = (int) Math.min(range.low(), have);
            int end = (int) Math.max(low, Math.min(high, have));
            return new Value.Sequence(sequence.elements().subList(low, end), Math.max(0, high - range.low()));
        }
        return whole;
    }

    /** Null where something on the way is nil or was not captured. */
    private Found find(Expression expression) {
        if (expression instanceof Expression.Field field) {
            Found of = find(field.of());
            if (of == null) {
                return null;
            }
            GoType.Field found = typing.field(field);
            if (of.type().kind() != Kind.POINTER) {
                return of.part(found.type(), found.offset());
            }
            long address = pointer(of);
            return address == 0 ? null : at(found.type(), address + found.offset());
        }
        if (expression instanceof Expression.Target target) {
            Found of = find(target.of());
            long address = of == null ? 0 : pointer(of);
            return address == 0 ? null : at(typing.type(target), address);
        }
        if (expression instanceof Expression.Index index) {
            return element(index);
        }
        Variable variable = expression instanceof Expression.As as ? typing.cast(as) : typing.variable(expression);
        return new Found(variable.type(), reader.content(variable.type(), variable.pieces()), 0);
    }

    private Found element(Expression.Index index) {
        Found of = find(index.of());
        if (of == null) {
            return null;
        }
        GoType type = typing.type(index);
        if (of.type().kind() == Kind.ARRAY) {
            return of.part(type, index.index() * type.size());
        }
        if (!of.content().has(0, 16)
                || Long.compareUnsigned(index.index(), of.content().word(8)) >= 0) {
            return null;
        }
        return at(type, of.content().word(0) + index.index() * type.size());
    }

    private Found at(GoType type, long address) {
        return new Found(type, null, address);
    }

    private static long pointer(Found found) {
        return found.content().has(0, 8) ? found.content().word(0) : 0;
    }
}
