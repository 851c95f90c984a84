package dev.holdfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class CommandBodyTest {
    @ParameterizedTest
    @EnumSource(CommandKind.class)
    void every_kind_carries_its_number_and_size_in_json(CommandKind kind) {
        byte[] body = CommandBody.of(kind, 4711, 300);

        JsonNode json = JsonMapper.shared().readTree(body);
        assertThat(json.findValue("number").asLong()).isEqualTo(4711);
        assertThat(json.findValue("filling").asString()).hasSize(300);
        assertThat(CommandBody.number(new String(body, StandardCharsets.UTF_8))).isEqualTo(4711);
    }

    @Test
    void the_number_is_found_wherever_the_server_puts_it() {
        assertThat(CommandBody.number("{\"$version\":7,\"bench\":{\"filling\":\"\",\"number\":12}}"))
                .isEqualTo(12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"number\":}", "{\"number\":\"x\"}", "{\"number\""})
    void what_has_no_number_is_told_from_what_has(String body) {
        assertThat(CommandBody.number(body)).isEqualTo(-1);
    }
}
