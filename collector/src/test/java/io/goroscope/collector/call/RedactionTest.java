package io.goroscope.collector.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.capture.TracedFunction.Item;
import io.goroscope.collector.value.GoType;
import io.goroscope.collector.value.Value;
import io.goroscope.collector.value.ValueText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactionTest {

    private static final Redaction RULES = Redaction.with(List.of("Iban"));

    @ParameterizedTest
    @CsvSource(textBlock = """
            password,              string,        <redacted>
            oldPassWord,           string,        <redacted>
            api_key,               string,        <redacted>
            X-Api-Key,             string,        <redacted>
            req.AccessToken[0:8],  string,        <redacted>
            len(secret),           int,           <redacted>
            iban,                  string,        <redacted>
            x,                     config.Secret, <redacted>
            x,                     *main.Token,   <redacted>
            user,                  string,        "ada"
            f,                     *token.File,   "ada"
            """)
    void shouldGoByNamesAndTypes(String name, String type, String expected) {
        assertThat(redacted(new Item(name, type, text("ada")))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /login?user=ada&access_token=abc&x=1                   | /login?user=ada&access_token=<redacted>&x=1
            {"user":"ada","password":"a\\"bc","x":1}               | {"user":"ada","password":<redacted>,"x":1}
            {"Token": abc}                                         | {"Token": <redacted>}
            Authorization: Bearer abc                              | Authorization: <redacted>
            map[Authorization:[Bearer abc] Accept:[*]]             | map[Authorization:<redacted>
            host=db password='a b c' port=1                        | host=db password=<redacted> port=1
            the token is 42                                        | the token is 42
            tokenizer                                              | tokenizer
            """)
    void shouldLookIntoTexts(String text, String expected) {
        assertThat(ValueText.plain(RULES.apply(List.of(new Item("s", "string", text(text))))
                        .get(0)
                        .value()))
                .isEqualTo(expected);
    }

    @Test
    void shouldSayThatATextWasCutAlsoWhereItIsShorterNow() {
        Value cut = new Value.Text("?token=abcdefghijklmnopq".getBytes(StandardCharsets.UTF_8), 300);
        assertThat(redacted(new Item("url", "string", cut))).isEqualTo("\"?token=<redacted>\"...(300 bytes)");
    }

    @Test
    void shouldFollowWhatIsWithin() {
        Value header = struct("http.Header", "Name", "Value", text("Authorization"), text("Bearer abc"));
        Value plain = struct("http.Header", "Name", "Value", text("Accept"), text("text/plain"));
        assertThat(redacted(new Item("h", "[]http.Header", new Value.Sequence(List.of(header, plain), 2))))
                .isEqualTo("[{Name:\"Authorization\" Value:<redacted>} {Name:\"Accept\" Value:\"text/plain\"}]");
        Value user = struct("main.User", "Name", "Cookie", text("ada"), text("abc"));
        assertThat(redacted(new Item("u", "any", new Value.Dynamic("*main.User", new Value.Pointer(4, user)))))
                .isEqualTo("*main.User(&{Name:\"ada\" Cookie:<redacted>})");
        Value words = new Value.Sequence(List.of(text("--password"), text("abc"), text("-v")), 3);
        assertThat(redacted(new Item("args", "[]string", words))).isEqualTo("[\"--password\" <redacted> \"-v\"]");
        Value secret = new Value.Dynamic("main.Secret", text("abc"));
        assertThat(redacted(new Item("x", "any", secret))).isEqualTo("main.Secret(<redacted>)");
    }

    @Test
    void shouldTakeAnArgumentForTheKeyOfTheOneBesideIt() {
        List<Item> redacted = RULES.apply(
                List.of(new Item("key", "string", text("authorization")), new Item("value", "string", text("abc"))));
        assertThat(redacted)
                .extracting(item -> ValueText.of(item.value()))
                .containsExactly("\"authorization\"", "<redacted>");
        // words of a stripped program
        assertThat(RULES.apply(List.of(
                        new Item("goarg1", "string", text("Cookie")), new Item("goarg3", "string", text("abc")))))
                .extracting(item -> ValueText.of(item.value()))
                .containsExactly("\"Cookie\"", "<redacted>");
    }

    @Test
    void shouldLeaveThatThereIsNothing() {
        assertThat(redacted(new Item("token", "*main.T", new Value.Nil()))).isEqualTo("nil");
        assertThat(redacted(new Item("token", "string", new Value.Fault()))).isEqualTo("<fault>");
    }

    @Test
    void shouldChangeNothingWhereItIsOff() {
        List<Item> items = List.of(new Item("password", "string", text("abc")));
        assertThat(Redaction.NONE.apply(items)).isSameAs(items);
    }

    private static String redacted(Item item) {
        return ValueText.of(RULES.apply(List.of(item)).get(0).value());
    }

    private static Value text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Value.Text(bytes, bytes.length);
    }

    private static Value struct(String type, String first, String second, Value... values) {
        GoType string = GoType.simple("string", GoType.Kind.STRING, 16);
        GoType struct = GoType.struct(
                type, 32, () -> List.of(new GoType.Field(first, 0, string), new GoType.Field(second, 16, string)));
        return new Value.Struct(struct, Arrays.asList(values));
    }
}
