package dev.holdfast.server.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a settings file may hold, and the one sentence for whatever it may not. '~' stands for a line break in the tables. */
class SettingsFileTest {
    @TempDir
    Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("h.yaml"), text);
    }

    private Map<String, Given> read(String text) throws IOException, WrongSettingException {
        return SettingsFile.read(file(text), Samples.CATALOG);
    }

    private Values values(String text) throws IOException, WrongSettingException {
        return Values.of(Samples.CATALOG, List.of(read(text)));
    }

    /** The sentence without the name of the file. */
    private String refusal(String text) throws IOException {
        Path file = file(text);
        WrongSettingException refused = catchThrowableOfType(
                WrongSettingException.class,
                () -> Values.of(Samples.CATALOG, List.of(SettingsFile.read(file, Samples.CATALOG))));
        assertThat(refused).as("%s", text).isNotNull();
        assertThat(refused.sentence()).startsWith(file.toString()).doesNotContain("\n", "\r");
        assertThat(refused.isFromOption()).isFalse();
        return refused.sentence().substring(file.toString().length() + 2);
    }

    @Test
    void sections_and_values_are_read_in_any_style() throws Exception {
        Values values = values("""
                # a comment
                home: "/srv/with space"
                doors:
                  front: {port: 81, 'openMaxTime': 2m}
                roomMaxBytes:   128KB
                """);

        assertThat(values.get(Samples.HOME)).isEqualTo(Path.of("/srv/with space"));
        assertThat(values.get(Samples.DOOR_PORT)).isEqualTo(81);
        assertThat(values.get(Samples.DOOR_MAX)).hasMinutes(2);
        assertThat(values.get(Samples.SIZE)).isEqualTo(128 * 1024);
        assertThat(values.get(Samples.COLOR)).as("not in the file").isEqualTo(Samples.Color.RED);
        assertThat(values.find(Samples.ADDRESS)).isNull();
        assertThat(values.origin(Samples.DOOR_PORT))
                .isEqualTo(new Origin.InFile(directory.resolve("h.yaml").toString(), 4, 11));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing~", "---~", "doors:~", "doors:~  front:~#   port: 1~", "{}", "~"})
    void a_file_may_set_nothing(String text) throws Exception {
        assertThat(read(text.replace('~', '\n'))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "doors:~  front:~    prot: 1 | line 3, column 5: 'doors.front.prot' is no setting; did you mean 'doors.front.port'?",
                "Home: x | line 1, column 1: 'Home' is no setting; did you mean 'home'?",
                "port: 1 | line 1, column 1: 'port' is no setting; did you mean 'doors.front.port'?",
                "dors:~  front: | line 1, column 1: 'dors' is no setting; did you mean 'doors'?",
                "doors.front.port: 1 | line 1, column 1: 'doors.front.port' is no setting; write it as sections.",
                "kangaroo: 1 | line 1, column 1: 'kangaroo' is no setting.",
                "<<: {home: x} | line 1, column 1: '<<' is no setting.",
            })
    void an_unknown_key_is_named_with_its_place_and_the_nearest_one(String text, String sentence) throws Exception {
        assertThat(refusal(text.replace('~', '\n'))).isEqualTo(sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "doors: {front: {port: 65536}} | column 17: doors.front.port: '65536' is not a port",
                "doors: {front: {port: yes}} | doors.front.port: 'yes' is not a port",
                "doors: {front: {port: [1]}} | doors.front.port is one value, and a list is given.",
                "doors: {front: {port: {a: 1}}} | doors.front.port is one value, and a section is given.",
                "doors: {front: 1} | doors.front is a section, and a value is given.",
                "doors: [front] | doors is a section, and a value is given.",
                "doors: {front: {openMaxTime: 15}} | '15' is not a time from 1s to 1h, with its unit: ms, s, m or h.",
                "doors: {front: {openMaxTime: 2h}} | '2h' is not a time from 1s to 1h",
                "roomMaxBytes: 5B | '5B' is not a size from 10B to 1MB",
                "paint: {color: green} | 'green' is not one of red, dark_blue.",
                "home: | home has no value; leave the line out to have the default.",
                "home: null | home has no value",
                "home: \"a\\nb\" | home: 'a?b' is not a path",
                "\"\": 1 | '' is no setting",
                "- home | lines are expected.",
                "home | lines are expected.",
            })
    void what_is_no_value_is_named_with_what_one_is(String text, String part) throws Exception {
        assertThat(refusal(text)).contains(part);
    }

    @Test
    void a_key_that_stands_twice_is_named_with_both_lines() throws Exception {
        assertThat(refusal("home: a\nroomMaxBytes: 1KB\nhome: b\n"))
                .isEqualTo("line 3, column 1: 'home' stands here for the second time; the first is in line 1.");
        assertThat(refusal("doors:\n  front:\n    port: 1\ndoors:\n  front:\n    port: 2\n"))
                .startsWith("line 4, column 1: 'doors' stands here for the second time");
        assertThat(refusal("\"home\": a\n'home': b\n")).contains("second time");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "home: &a x | anchors",
                "&a home: x | anchors",
                "doors: &a {front: {}} | anchors",
                "home: *a | aliases",
                "*a : x | aliases",
                "home: !!java.io.File x | tags",
                "home: !env HOME | tags",
                "doors: !!map {front: {}} | tags",
                "? [a, b]~: 1 | a name is expected here.",
                "? {a: b}~: 1 | a name is expected here.",
                "home: a~---~home: b | a second document begins here",
                "{home: x | this is not YAML",
                "home: 'x | this is not YAML",
                "home: \"\\q\" | this is not YAML",
                "home: a: b | this is not YAML",
                "~\thome: a | this is not YAML",
                "home: x\u0007y | this is not YAML",
                "%YAML 9.9~---~home: a | this is not YAML",
            })
    void the_rest_of_yaml_is_refused_with_its_place(String text, String part) throws Exception {
        assertThat(refusal(text.replace('~', '\n'))).startsWith("line ").contains("column ", part);
    }

    @Test
    void a_bomb_of_aliases_costs_nothing() throws Exception {
        StringBuilder bomb = new StringBuilder("a: &a [x, x, x, x, x, x, x, x, x]\n");
        for (char c = 'b'; c <= 'z'; c++) {
            char before = (char) (c - 1);
            bomb.append(c).append(": &").append(c).append(" [*").append(before);
            bomb.append((", *" + before).repeat(8)).append("]\n");
        }
        assertThat(refusal(bomb.toString())).contains("line 1").contains("anchors");
    }

    @Test
    void depth_and_size_are_bounded() throws Exception {
        assertThat(refusal("home: " + "[".repeat(100_000))).contains("home is one value");
        assertThat(refusal("{a: ".repeat(60_000))).contains("is no setting");
        assertThat(refusal("? ".repeat(60_000))).contains("a name is expected");
        Path large = Files.writeString(directory.resolve("large.yaml"), "#".repeat(256 * 1024 + 1));
        assertThat(catchThrowableOfType(WrongSettingException.class, () -> SettingsFile.read(large, Samples.CATALOG))
                        .sentence())
                .contains("large.yaml", "256 KB");
        assertThat(read("#".repeat(256 * 1024))).isEmpty();
    }

    @Test
    void a_file_that_can_not_be_read_is_named() throws Exception {
        for (Path path : List.of(directory.resolve("absent.yaml"), directory)) {
            assertThat(catchThrowableOfType(WrongSettingException.class, () -> SettingsFile.read(path, Samples.CATALOG))
                            .sentence())
                    .contains("the configuration file " + path);
        }
        Path latin = Files.write(directory.resolve("latin.yaml"), "home: ä".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(catchThrowableOfType(WrongSettingException.class, () -> SettingsFile.read(latin, Samples.CATALOG))
                        .sentence())
                .contains("latin.yaml", "UTF-8");
    }

    @Test
    void a_mark_of_utf_8_in_front_is_passed_over() throws Exception {
        assertThat(read("\uFEFFhome: x")).containsOnlyKeys("home");
    }

    @Test
    void whatever_stands_in_a_file_it_is_read_or_refused_in_one_line() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String good = "home: x\ndoors:\n  front: {port: 81, openMaxTime: 2m}\npaint:\n  color: \"red\"\n";
        String marks = ":{}[]&*!|>'\"%@`#?-,\n\t ~a1\u00e9\u2028\u0000";
        for (int round = 0; round < 2_000; round++) {
            StringBuilder text = new StringBuilder(good);
            for (int i = random.nextInt(6); i >= 0; i--) {
                int at = random.nextInt(text.length());
                char mark = marks.charAt(random.nextInt(marks.length()));
                if (random.nextBoolean()) {
                    text.insert(at, mark);
                } else {
                    text.setCharAt(at, mark);
                }
            }
            try {
                values(text.toString());
            } catch (WrongSettingException refused) {
                assertThat(refused.sentence())
                        .as("seed %d round %d", seed, round)
                        .doesNotContain("\n", "\r", "\u2028");
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + round + ": " + text, e);
            }
        }
    }
}
