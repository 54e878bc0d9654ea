package io.goroscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What {@code trace} says of specifications that cannot be: one line with the column, and exit code 2. */
class TraceMistakesTest {

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
        hold(text == null ? "" : text, column, problem);
    }

    /** Mistakes that show only beside the program: names that are not there, types that do not fit. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    main.add   | ` "%d" x`                   | 7  | no argument or result x; it has a, b
                    main.add   | ` "%d" goarg3`              | 7  | has only 2 arguments
                    main.add   | ` "%d" ret2`                | 7  | has only 1 result
                    main.add   | ` "%d" arg1`                | 7  | arg1 is for gccgo's convention
                    main.add   | ` "%d" word1`               | 7  | is for programs of Go up to 1.16
                    main.add   | ` "%s" a`                   | 7  | %s takes a string, bytes or an error, and this is int
                    main.add   | ` "%d" a.b`                 | 8  | int has no fields
                    main.add   | ` "%d" a[0]`                | 8  | have elements, and this is int
                    main.add   | ` "%d" len(a)`              | 11 | len takes a string
                    main.add   | ` "%d" *a`                  | 7  | * takes a pointer
                    main.add   | ` "%v" a.(string)`          | 8  | the types of main.add's arguments are known
                    main.add   | ` (a == "x")`               | 8  | cannot be computed
                    main.add   | ` (a == 1.5)`               | 8  | compared with whole numbers
                    main.add   | ` (a == nil)`               | 8  | cannot be compared with nil
                    main.add   | ` (a > 1 && ret1 > 1)`      | 3  | about arguments or about results, not both
                    main.add   | ` (tid == 1)`               | 3  | cannot ask for tid
                    main.serve | ` (method < "GET")`         | 12 | by == and != only
                    main.serve | ` (method == path)`         | 13 | a constant in double quotes
                    main.show  | ` "%v" x.y`                 | 8  | known only when the call comes
                    """)
    void shouldSayWhatDoesNotFitTheProgram(String function, String rest, int column, String problem) {
        Requirements.require("go");
        String target = TestProgram.build(Toolchains.requireLocal(), "values", Flavor.NORMAL)
                        .binary()
                + ":" + function;
        hold(target + rest, target.length() + column, problem);
    }

    private static void hold(String specification, int column, String problem) {
        StringWriter said = new StringWriter();
        CommandLine commandLine = Main.commandLine("trace");
        commandLine.getSubcommands().get("trace").setErr(new PrintWriter(said, true));

        assertThat(commandLine.execute("trace", "--costly", specification)).isEqualTo(2);
        assertThat(said.toString())
                .startsWith("goroscope: column " + column + " ")
                .contains(problem)
                .hasLineCount(1);
    }
}
