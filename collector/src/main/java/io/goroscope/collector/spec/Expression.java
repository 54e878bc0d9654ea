package io.goroscope.collector.spec;

/** What is to be printed or compared; {@code column} is where it stands in the text. */
public sealed interface Expression {

    int column();

    /** An argument or result by its name, or {@code goid}, {@code pid}, {@code tid}. */
    record Name(int column, String name) implements Expression {}

    /**
     * {@code goarg1}, {@code arg1}, {@code ret1}, {@code word1}.
     *
     * @param number from 1
     */
    record Numbered(int column, Kind kind, int number) implements Expression {
        /** Which of them. */
        public enum Kind {
            GO_ARGUMENT("goarg"),
            C_ARGUMENT("arg"),
            RESULT("ret"),
            /** Of the stack as a call leaves it, for programs that keep no word on where results begin there. */
            STACK_WORD("word");

            private final String prefix;

            Kind(String prefix) {
                this.prefix = prefix;
            }

            public String prefix() {
                return prefix;
            }
        }

        /** True for what is there when the call returns. */
        public boolean isResult() {
            return kind == Kind.RESULT || kind == Kind.STACK_WORD;
        }
    }

    /** {@code of.name}; through a pointer as well. */
    record Field(int column, Expression of, String name) implements Expression {}

    /** {@code of[index]}. */
    record Index(int column, Expression of, long index) implements Expression {}

    /**
     * {@code of[low:high]}.
     *
     * @param high −1 for the end
     */
    record Range(int column, Expression of, long low, long high) implements Expression {}

    /** {@code len(of)}. */
    record Length(int column, Expression of) implements Expression {}

    /** {@code *of}. */
    record Target(int column, Expression of) implements Expression {}

    /** {@code of.(type)}: words that nobody knows the type of, as a value of a type. */
    record As(int column, Expression of, String type) implements Expression {}

    /** An integer as written: decimal, hexadecimal, negative, or a character. */
    record IntegerLiteral(int column, long value) implements Expression {}

    record FloatLiteral(int column, double value) implements Expression {}

    record TextLiteral(int column, String value) implements Expression {}

    record BoolLiteral(int column, boolean value) implements Expression {}

    record NilLiteral(int column) implements Expression {}
}
