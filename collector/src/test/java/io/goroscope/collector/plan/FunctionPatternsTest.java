package io.goroscope.collector.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FunctionPatternsTest {

    private static final String LETTERS = "ab.*?(";
    private static final int TRIES = 20_000;

    /** Short ways for plain patterns may not answer otherwise than the slow one would. */
    @Test
    void shouldMatchAsTheDefinitionSays() {
        Random random = new Random(20261124);
        int matched = 0;
        for (int i = 0; i < TRIES; i++) {
            String pattern = text(random, LETTERS, 1 + random.nextInt(5));
            String name = text(random, "ab.(*", random.nextInt(6));
            boolean matches = FunctionPatterns.wildcards(List.of(pattern)).matches(name);
            assertThat(matches).as("%s on %s", pattern, name).isEqualTo(matches(pattern, 0, name, 0));
            matched += matches ? 1 : 0;
        }
        assertThat(matched).isBetween(TRIES / 50, TRIES - TRIES / 50);
    }

    private static String text(Random random, String letters, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    private static boolean matches(String pattern, int p, String name, int n) {
        if (p == pattern.length()) {
            return n == name.length();
        }
        if (pattern.charAt(p) == '*') {
            return matches(pattern, p + 1, name, n) || (n < name.length() && matches(pattern, p, name, n + 1));
        }
        boolean one = n < name.length() && (pattern.charAt(p) == '?' || pattern.charAt(p) == name.charAt(n));
        return one && matches(pattern, p + 1, name, n + 1);
    }
}
