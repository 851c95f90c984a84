package dev.holdfast.hub.twin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a client's JSON becomes part of a twin, and what is refused. */
class TwinReaderTest {
    private final TwinReader reader = new TwinReader(Limits.defaults().twin());

    private String read(String json) {
        return read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private String read(byte[] json) {
        return switch (reader.read(json)) {
            case TwinReader.Read.Content(var content) -> content.json().toString();
            case TwinReader.Read.Refused(var why) -> why.reason();
        };
    }

    @Test
    void every_kind_of_value_is_kept() {
        assertThat(read("{'t':'ü','i':-5,'d':0.5,'b':true,'n':null,'a':[1,[2,{'x':null}]],'o':{'p':{}}}"))
                .isEqualTo(
                        "{\"t\":\"ü\",\"i\":-5,\"d\":0.5,\"b\":true,\"n\":null,\"a\":[1,[2,{\"x\":null}]],\"o\":{\"p\":{}}}");
    }

    @Test
    void what_is_the_hubs_own_is_passed_over_at_the_top_only() {
        assertThat(read("{'$version':4,'$metadata':{'a':{'$lastUpdated':1}},'a':1}"))
                .isEqualTo("{\"a\":1}");
        assertThat(read("{'a':{'$version':4}}")).isEqualTo("TwinKeyMalformed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{'a'}",
                "{'a':1}}",
                "{'a':1}{}",
                "{'a':1} x",
                "{'a':1,}",
                "{a:1}",
                "{'a':01}",
                "{'a':NaN}",
                "{'a':1,'a':2}",
                "{'o':{'a':1,'a':2}}",
                "{'a':'\u0000'}",
                "{'a':'\n'}",
                "// x\n{}",
                "{'a':'\\x'}"
            })
    void what_is_not_json_is_refused(String json) {
        assertThat(read(json)).isEqualTo("TwinNotJson");
    }

    @Test
    void bytes_that_are_not_utf8_are_refused() {
        assertThat(read(new byte[] {'{', '"', 'a', '"', ':', '"', (byte) 0xC3, '"', '}'}))
                .isEqualTo("TwinNotJson");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "1", "'text'", "true"})
    void only_an_object_is_a_section(String json) {
        assertThat(read(json)).isEqualTo("TwinNotAnObject");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a.b", "$a", "a b", "\\u0000", "\\u001f", "\\u007f", "\\u009f", "\\n"})
    void a_key_has_no_character_that_paths_are_made_of(String key) {
        assertThat(read("{'" + key + "':1}")).isEqualTo("TwinKeyMalformed");
        assertThat(read("{'a':[{'" + key + "':1}]}")).isEqualTo("TwinKeyMalformed");
    }

    @Test
    void the_length_of_keys_and_texts_counts_in_bytes() {
        assertThat(read("{'" + "ü".repeat(512) + "':1}")).startsWith("{");
        assertThat(read("{'" + "ü".repeat(512) + "a':1}")).isEqualTo("TwinKeyMalformed");
        assertThat(read("{'a':'" + "ü".repeat(2048) + "'}")).startsWith("{");
        assertThat(read("{'a':'" + "ü".repeat(2048) + "a'}")).isEqualTo("TwinValueTooLong");
        assertThat(read("{'a':'\\ud83d\\ude00'}")).isEqualTo("{\"a\":\"😀\"}");
        assertThat(read("{'a':'\\ud83d'}")).isEqualTo("TwinTextMalformed");
    }

    @ParameterizedTest
    @CsvSource({
        "4503599627370495, true",
        "4503599627370496, false",
        "-4503599627370496, true",
        "-4503599627370497, false",
        "9223372036854775808, false",
        "99999999999999999999999999999999999999, false",
        "1e308, true",
        "1e309, false",
        "-1e999999999, false",
        "1e-400, true"
    })
    void numbers_have_a_range(String number, boolean kept) {
        assertThat(read("{'a':" + number + "}").startsWith("{")).isEqualTo(kept);
    }

    @Test
    void a_number_of_many_digits_is_refused() {
        assertThat(read("{'a':" + "9".repeat(50_000) + "}")).startsWith("TwinN");
    }

    private static String nested(String open, String inner, String close, int depth) {
        return open.repeat(depth) + inner + close.repeat(depth);
    }

    @Test
    void ten_levels_stand_below_a_section_and_no_more() {
        assertThat(read("{'a':" + nested("{'a':", "1", "}", 10) + "}")).startsWith("{");
        assertThat(read("{'a':" + nested("{'a':", "1", "}", 11) + "}")).isEqualTo("TwinTooDeep");
        assertThat(read("{'a':" + nested("[", "1", "]", 10) + "}")).startsWith("{");
        assertThat(read("{'a':" + nested("[", "1", "]", 11) + "}")).isEqualTo("TwinTooDeep");
        assertThat(read("{'a':" + nested("[", "", "]", 50_000) + "}")).isEqualTo("TwinTooDeep");
        assertThat(read(nested("{'a':", "1", "}", 20_000))).isEqualTo("TwinTooDeep");
    }

    @Test
    void half_a_pair_in_a_key_is_refused() {
        assertThat(read("{'\\ud800':1}")).isEqualTo("TwinNotJson");
    }

    private static String list(int count, IntFunction<String> each, String open, String close) {
        return IntStream.range(0, count).mapToObj(each).collect(Collectors.joining(",", open, close));
    }

    @Test
    void many_keys_and_many_bytes_are_refused() {
        assertThat(read(list(9_000, i -> "'" + (10_000 + i) + "':''", "{", "}")))
                .startsWith("{");
        assertThat(read(list(11_500, i -> "'" + (10_000 + i) + "':''", "{", "}")))
                .isEqualTo("TwinChangeTooLarge");
        assertThat(read(list(100_000, i -> "'" + i + "':1", "{", "}"))).isEqualTo("TwinRequestTooLong");
        assertThat(read(list(43_000, _ -> "[]", "{'a':[", "]}"))).startsWith("{");
        assertThat(read(list(65_000, _ -> "1", "{'a':[", "]}"))).isEqualTo("TwinChangeTooLarge");
    }
}
