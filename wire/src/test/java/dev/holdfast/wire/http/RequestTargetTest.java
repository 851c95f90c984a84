package dev.holdfast.wire.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {
    @Test
    void segmentsAreDecodedOneByOne() throws Exception {
        RequestTarget target = RequestTarget.parse("/devices/a%2Fb%3F%23%25+c/modules?x=1");
        assertThat(target.path()).isEqualTo(List.of("devices", "a/b?#%+c", "modules"));
        assertThat(target.host()).isNull();
    }

    @Test
    void emptySegmentsVanish() throws Exception {
        assertThat(RequestTarget.parse("//devices///d1/").path()).isEqualTo(List.of("devices", "d1"));
        assertThat(RequestTarget.parse("/").path()).isEmpty();
    }

    @Test
    void parametersAreDecodedAndTheFirstOneCounts() throws Exception {
        assertThat(RequestTarget.parse("/?api-version=2021-04-12&top=1&top=2&reject&e=a%3Db%26+c")
                        .query())
                .isEqualTo(Map.of("api-version", "2021-04-12", "top", "1", "reject", "", "e", "a=b&+c"));
    }

    @Test
    void anAbsoluteTargetBringsItsHost() throws Exception {
        RequestTarget target = RequestTarget.parse("HTTPS://Hub1.Example:8443/devices?top=3");
        assertThat(target.host()).isEqualTo("hub1.example");
        assertThat(target.path()).isEqualTo(List.of("devices"));
        assertThat(target.query()).isEqualTo(Map.of("top", "3"));
        assertThat(RequestTarget.parse("https://hub1.example").path()).isEmpty();
        assertThat(RequestTarget.parse("https://hub1.example?a=b").query()).isEqualTo(Map.of("a", "b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%",
                "/%4",
                "/%zz",
                "/a%2",
                "/%c3",
                "/%ff",
                "/%ed%a0%80",
                "/%c0%af",
                "/%00",
                "/a%0d%0aX:",
                "/%7f",
                "/..",
                "/a/../b",
                "/%2e%2e/b",
                "/.%2e",
                "/./a",
                "/a#b",
                "/a\\b",
                "devices",
                "ftp://host/",
                "host:443",
                "/?a=%",
                "/?%=a",
                "/?a=%00",
                "/%c2%85"
            })
    void brokenTargetsAreRefused(String target) {
        assertThatThrownBy(() -> RequestTarget.parse(target)).hasMessage("MalformedTarget");
    }

    @ParameterizedTest
    @CsvSource({
        "hub1.example,hub1.example",
        "Hub1.Example:443,hub1.example",
        "localhost:,localhost",
        "127.0.0.1:8443,127.0.0.1",
        "[::1]:443,[::1]",
        "[::1],[::1]"
    })
    void aHostIsKeptInLowerCaseWithoutPort(String field, String host) throws Exception {
        assertThat(RequestTarget.host(field)).isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "a,b",
                "a/b",
                "user@host",
                "a:b",
                "a:123456",
                "[::1",
                "::1",
                "a\u00e4",
                "a%41",
                "a:1:2"
            })
    void brokenHostsAreRefused(String field) {
        assertThatThrownBy(() -> RequestTarget.host(field)).hasMessage("MalformedHost");
    }

    @Test
    void aHostIsBounded() {
        assertThatThrownBy(() -> RequestTarget.host("a".repeat(256))).hasMessage("MalformedHost");
    }
}
