package io.goroscope.collector.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecParserTest {

    @Test
    void shouldReadAllParts() {
        TraceSpec spec =
                SpecParser.parse("./s:main.(*T).Do (goarg1 > 40 && name == \"GET\") \"%d %-5s\", goarg1, req.URL.Path");

        assertThat(spec.target()).isEqualTo("./s:main.(*T).Do");
        assertThat(spec.filter()).isInstanceOf(Condition.And.class);
        assertThat(spec.format().verbs()).extracting(Format.Verb::letter).containsExactly('d', 's');
        assertThat(spec.arguments()).hasSize(2);
    }

    @Test
    void shouldTakeBlanksInBracketsAsPartOfAName() {
        assertThat(SpecParser.parse("./s:main.Map[go.shape.int,go.shape.struct { X int }] \"%v\" ret1")
                        .target())
                .isEqualTo("./s:main.Map[go.shape.int,go.shape.struct { X int }]");
    }

    @Test
    void shouldPrintEverythingWithoutFormat() {
        assertThat(SpecParser.parse("main.add").printsEverything()).isTrue();
        assertThat(SpecParser.parse("main.add x, len(s), s[0:8], *p").printsEverything())
                .isFalse();
    }

    /** Forty mistakes that people make, and the column that each is at. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    1  | ``                               | no function
                    4  | `   `                            | no function
                    1  | `(x > 1)`                        | no function is named before
                    9  | `main.add"%d" x`                 | expected a blank
                    9  | `main.Map[int "%d" x`            | never closed
                    11 | `main.add ()`                    | the filter is empty
                    16 | `main.add (x > 1`                | expected ')'
                    13 | `main.add (x = 1)`               | ==
                    13 | `main.add (x ? 1)`               | expected ')'
                    16 | `main.add (x && )`               | expected a value
                    15 | `main.add (x > )`                | expected a value
                    11 | `main.add (> 1)`                 | expected a value
                    11 | `main.add (1 > 2)`               | both sides
                    12 | `main.add (5)`                   | expected a comparison
                    17 | `main.add (x > 1 2)`             | expected ')'
                    16 | `main.add (x == "GET)`           | never closed
                    10 | `main.add "%d`                   | never closed
                    11 | `main.add "%q" x`                | no verb %q
                    14 | `main.add "%d %" x`              | ends within a verb
                    11 | `main.add "%d"`                  | nothing is given
                    14 | `main.add "%d %d" x`             | nothing is given
                    18 | `main.add "%d" x, y`             | no verb is left
                    15 | `main.add "%d",`                 | expected a value
                    17 | `main.add "%d" x,`               | expected a value
                    17 | `main.add "%d" x y`              | expected a comma
                    17 | `main.add "%d" x.`               | after the point
                    17 | `main.add "%d" x[`               | an index is a number
                    17 | `main.add "%d" x[a]`             | an index is a number
                    18 | `main.add "%d" x[1`              | expected ':' or ']'
                    19 | `main.add "%s" x[4:2]`           | before it begins
                    20 | `main.add "%s" x[1:2`            | expected ']'
                    15 | `main.add "%d" goarg0`           | numbered from 1
                    15 | `main.add "%d" ret99`            | numbered from 1
                    18 | `main.add "%d" cap(x)`           | no function cap
                    20 | `main.add "%d" len(x`            | expected ')'
                    19 | `main.add "%d" len(3)`           | len takes
                    15 | `main.add "%d" 99999999999999999999` | no number
                    11 | `main.add "\\q" x`               | no escape
                    16 | `main.add (x == 'ab')`           | a character
                    17 | `main.add "%d" x (y > 1)`        | before the format
                    15 | `main.add "%d" 3.x`              | no number
                    """)
    void shouldSayWhichColumnIsWrong(int column, String text, String problem) {
        assertThatThrownBy(() -> SpecParser.parse(text == null ? "" : text))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("column " + column + " ")
                .hasMessageContaining(problem)
                .message()
                .doesNotContain("\n");
    }
}
