package io.goroscope.benchmarks;

/**
 * One measured number.
 *
 * @param name as in the file of figures: lower case, words joined by {@code _}, the unit last
 * @param value what was measured
 * @param target what it must be
 */
public record Figure(String name, double value, Target target) {

    /** What a figure must be. */
    public sealed interface Target {

        /** True where {@code value} is what it must be. */
        boolean isMetBy(double value);

        /** In words, for a table. */
        String text();
    }

    /** No promise is made; the figure explains others. */
    public record Free() implements Target {
        @Override
        public boolean isMetBy(double value) {
            return true;
        }

        @Override
        public String text() {
            return "";
        }
    }

    /** At least {@code bound}. */
    public record AtLeast(double bound) implements Target {
        @Override
        public boolean isMetBy(double value) {
            return value >= bound;
        }

        @Override
        public String text() {
            return ">= " + Figures.plain(bound);
        }
    }

    /** At most {@code bound}. */
    public record AtMost(double bound) implements Target {
        @Override
        public boolean isMetBy(double value) {
            return value <= bound;
        }

        @Override
        public String text() {
            return "<= " + Figures.plain(bound);
        }
    }

    public Figure {
        if (!name.matches("[a-z][a-z0-9_]*")) {
            throw new IllegalArgumentException("a figure's name must be lower case with _, is " + name);
        }
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("figure " + name + " must be a number, is " + value);
        }
    }

    /** True where it is what it must be. */
    public boolean isMet() {
        return target.isMetBy(value);
    }
}
