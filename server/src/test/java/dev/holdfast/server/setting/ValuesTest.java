package dev.holdfast.server.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which place wins, and that what holds can be written and read back. */
class ValuesTest {
    @TempDir
    Path directory;

    private static Map<String, Given> option(String path, String text) {
        return Map.of(path, new Given(text, new Origin.Option("--it")));
    }

    private static Map<String, Given> variable(String path, String text) {
        return Map.of(path, new Given(text, new Origin.Variable("HOLDFAST_IT")));
    }

    private static Map<String, Given> file(String path, String text) {
        return Map.of(path, new Given(text, new Origin.InFile("h.yaml", 1, 1)));
    }

    @Test
    void the_command_line_wins_over_the_environment_and_that_over_the_file() throws Exception {
        String path = "doors.front.port";
        Values all = Values.of(Samples.CATALOG, List.of(option(path, "1"), variable(path, "2"), file(path, "3")));
        assertThat(all.get(Samples.DOOR_PORT)).isEqualTo(1);
        Values two = Values.of(Samples.CATALOG, List.of(Map.of(), variable(path, "2"), file(path, "3")));
        assertThat(two.get(Samples.DOOR_PORT)).isEqualTo(2);
        Values one = Values.of(Samples.CATALOG, List.of(Map.of(), Map.of(), file(path, "3")));
        assertThat(one.get(Samples.DOOR_PORT)).isEqualTo(3);
        Values none = Values.of(Samples.CATALOG, List.of());
        assertThat(none.get(Samples.DOOR_PORT)).isEqualTo(80);
    }

    @Test
    void a_mistake_counts_even_where_another_place_wins() {
        String path = "doors.front.port";
        assertThatThrownBy(() -> Values.of(Samples.CATALOG, List.of(option(path, "1"), variable(path, "many"))))
                .isInstanceOf(WrongSettingException.class)
                .hasMessageContaining("the environment variable HOLDFAST_IT: 'many' is not a port");
    }

    @Test
    void a_mistake_on_the_command_line_is_known_as_such() {
        assertThatThrownBy(() -> Values.of(Samples.CATALOG, List.of(option("domain", "a_b"))))
                .isInstanceOfSatisfying(WrongSettingException.class, wrong -> {
                    assertThat(wrong.isFromOption()).isTrue();
                    assertThat(wrong.sentence()).startsWith("--it: 'a_b' is not a domain");
                });
    }

    @Test
    void what_holds_is_written_with_where_it_was_set_and_reads_back_as_the_same() throws Exception {
        Values values = Values.of(
                Samples.CATALOG,
                List.of(
                        option("home", "/srv/a \"b\" \\c #d"),
                        variable("address", "::1"),
                        file("doors.front.port", "3")));
        String page = SettingsPage.of(values);

        assertThat(page).isEqualTo("""
                        home: "/srv/a \\"b\\" \\\\c #d"  # --it
                        doors:
                          front:
                            port: 3  # h.yaml, line 1, column 1
                            openMaxTime: 15s
                        roomMaxBytes: 64KB
                        paint:
                          color: red
                        address: "0:0:0:0:0:0:0:1"  # the environment variable HOLDFAST_IT
                        domain: house.example
                        """);
        Values again = Values.of(
                Samples.CATALOG,
                List.of(SettingsFile.read(Files.writeString(directory.resolve("h.yaml"), page), Samples.CATALOG)));
        for (Setting<?> setting : Samples.CATALOG.all()) {
            assertThat((Object) again.find(setting)).isEqualTo(values.find(setting));
        }
    }

    @Test
    void a_setting_without_a_value_is_written_as_a_comment() throws Exception {
        assertThat(SettingsPage.of(Values.of(Samples.CATALOG, List.of()))).contains("\n# address: none\n");
    }
}
