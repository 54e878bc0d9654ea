package io.goroscope.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.schemas.UserException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TargetSpecTest {

    private static final BinaryFinder SHELL = new BinaryFinder(0, null);
    private static final BinaryFinder PROCESS =
            new BinaryFinder((int) ProcessHandle.current().pid(), null);

    @Test
    void shouldSplitAtTheFirstColon() {
        assertThat(TargetSpec.parse("/bin/sh:main.*", SHELL)).isEqualTo(new TargetSpec(Path.of("/bin/sh"), "main.*"));
        assertThat(TargetSpec.parse("/bin/sh:type:.eq.main.T", SHELL).pattern()).isEqualTo("type:.eq.main.T");
    }

    @Test
    void shouldFindABareNameOnPath() {
        assertThat(TargetSpec.parse("sh:main.*", SHELL).binary()).isAbsolute().hasFileName("sh");
    }

    @Test
    void shouldTakeAPatternAloneWhereAProcessIsGiven() {
        assertThat(TargetSpec.parse("main.*", PROCESS)).isEqualTo(new TargetSpec(null, "main.*"));
        assertThat(TargetSpec.parse("type:.eq.main.T", PROCESS)).isEqualTo(new TargetSpec(null, "type:.eq.main.T"));
    }

    @Test
    void shouldTakeAPathAsTheProcessSeesIt() {
        TargetSpec spec = TargetSpec.parse("/bin/sh:main.*", PROCESS);
        assertThat(spec.binary().toString()).startsWith("/proc/").endsWith("/root/bin/sh");
        assertThat(spec.pattern()).isEqualTo("main.*");
    }

    @Test
    void shouldSayWhatIsMissing() {
        assertRefused("main.*", "names no binary");
        assertRefused(":main.*", "names no binary before the colon");
        assertRefused("/bin/sh:", "has no pattern");
        assertRefused("/no/such/file:main.*", "cannot read /no/such/file: no such file");
        assertRefused("no-such-program-here:main.*", "no such file here or on PATH");
    }

    private static void assertRefused(String spec, String message) {
        assertThatThrownBy(() -> TargetSpec.parse(spec, SHELL))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message);
    }
}
