package io.goroscope.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.schemas.UserException;
import org.junit.jupiter.api.Test;

class CommandWordsTest {

    @Test
    void shouldSplitAsAShellDoes() {
        assertThat(CommandWords.split("  ./app  -n 3 'a b' \"c 'd'\" e\\ f ''"))
                .containsExactly("./app", "-n", "3", "a b", "c 'd'", "e f", "");
    }

    @Test
    void shouldSayWhatIsWrong() {
        assertThatThrownBy(() -> CommandWords.split("app 'x"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("open '");
        assertThatThrownBy(() -> CommandWords.split("  ")).hasMessageContaining("empty");
        assertThatThrownBy(() -> CommandWords.executable(CommandWords.split("./no-such-thing")))
                .hasMessageContaining("cannot start ./no-such-thing");
    }
}
