package io.goroscope.collector.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/** Floating-point numbers as Go's {@code %v} writes them: the shortest digits that read back the same, {@code %g}. */
final class GoNumber {

    /** From here on Go writes an exponent; for the shortest form the precision that decides is 6 (strconv/ftoa.go). */
    private static final int LARGEST_EXPONENT = 6;

    private GoNumber() {}

    static String text(Value.Float value) {
        double d = value.number();
        if (Double.isNaN(d)) {
            return "NaN";
        }
        if (Double.isInfinite(d)) {
            return d > 0 ? "+Inf" : "-Inf";
        }
        if (d == 0) {
            return 1 / d < 0 ? "-0" : "0";
        }
        // Before Java 19 Double.toString may give a digit too many: look for fewer that read back the same.
        BigDecimal digits = value.single() ? shortest((float) d) : shortest(d);
        BigInteger unscaled = digits.unscaledValue().abs();
        String figures = unscaled.toString();
        int exponent = figures.length() - digits.scale() - 1;
        String sign = digits.signum() < 0 ? "-" : "";
        if (exponent < -4 || exponent >= LARGEST_EXPONENT) {
            String rest = figures.length() > 1 ? "." + figures.substring(1) : "";
            int size = Math.abs(exponent);
            return sign + figures.charAt(0) + rest + "e" + (exponent < 0 ? "-" : "+") + (size < 10 ? "0" : "") + size;
        }
        return sign + digits.abs().toPlainString();
    }

    private static BigDecimal shortest(double d) {
        BigDecimal exact = new BigDecimal(d);
        for (int precision = 1; precision <= 17; precision++) {
            BigDecimal rounded = exact.round(new MathContext(precision));
            if (rounded.doubleValue() == d) {
                return rounded.stripTrailingZeros();
            }
        }
        return exact;
    }

    private static BigDecimal shortest(float f) {
        BigDecimal exact = new BigDecimal(f);
        for (int precision = 1; precision <= 9; precision++) {
            BigDecimal rounded = exact.round(new MathContext(precision));
            if (rounded.floatValue() == f) {
                return rounded.stripTrailingZeros();
            }
        }
        return exact;
    }
}
