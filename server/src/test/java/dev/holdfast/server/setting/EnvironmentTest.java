package dev.holdfast.server.setting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which variables are settings, and what is said of those that only look like one. */
class EnvironmentTest {
    private static Environment.Found read(Map<String, String> variables) {
        return Environment.read(variables, Samples.CATALOG);
    }

    @Test
    void the_path_is_the_name_in_capitals_with_underscores() {
        assertThat(Samples.DOOR_MAX.variable()).isEqualTo("HOLDFAST_DOORS_FRONT_OPEN_MAX_TIME");
        Environment.Found found = read(Map.of("HOLDFAST_DOORS_FRONT_PORT", "81", "PATH", "/bin"));

        assertThat(found.byPath())
                .isEqualTo(
                        Map.of("doors.front.port", new Given("81", new Origin.Variable("HOLDFAST_DOORS_FRONT_PORT"))));
        assertThat(found.unknown()).isEmpty();
    }

    @Test
    void an_empty_variable_gives_nothing() {
        assertThat(read(Map.of("HOLDFAST_HOME", "")).byPath()).isEmpty();
    }

    @Test
    void a_variable_that_looks_like_a_setting_is_told_with_the_one_that_was_meant() {
        assertThat(read(Map.of("HOLDFAST_DOOR_FRONT_PORT", "81")).unknown())
                .singleElement()
                .asString()
                .contains("HOLDFAST_DOOR_FRONT_PORT", "ignored", "did you mean HOLDFAST_DOORS_FRONT_PORT?");
    }

    @Test
    void what_a_container_platform_sets_by_itself_keeps_nobody_from_starting() {
        Environment.Found found = read(Map.of("HOLDFAST_SERVICE_HOST", "10.0.0.1", "HOLDFAST_PORT_8883_TCP", "x"));
        assertThat(found.byPath()).isEmpty();
        assertThat(found.unknown()).hasSize(2).allMatch(sentence -> sentence.contains("ignored"));
    }

    @Test
    void variables_of_the_script_and_the_commands_are_known() {
        assertThat(read(Map.of("HOLDFAST_JAVA_OPTIONS", "-Xmx2g", "HOLDFAST_TOKEN", "secret", "HOLDFAST_JVMS", "/opt"))
                        .unknown())
                .isEqualTo(List.of());
    }

    @Test
    void a_value_is_never_part_of_what_is_told() {
        assertThat(read(Map.of("HOLDFAST_TOKENS", "a-secret-value")).unknown())
                .singleElement()
                .asString()
                .doesNotContain("a-secret-value");
    }
}
