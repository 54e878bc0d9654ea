package io.goroscope.collector.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
}
