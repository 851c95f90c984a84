package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.setting.Setting;
import dev.holdfast.server.setting.SettingsFile;
import dev.holdfast.server.setting.Values;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of settings has all of them with what the code says of each, and its example can be used as it is. */
class ConfigurationReferenceTest {
    private static final Path PAGE = Path.of("../docs/reference/configuration.md");

    @TempDir
    Path directory;

    private static String row(Setting<?> setting) {
        return "| `%s` | `%s` | %s | %s | %s |"
                .formatted(
                        setting.path(),
                        setting.variable(),
                        setting.kind().name(),
                        setting.fallbackText(),
                        setting.about());
    }

    @Test
    void the_table_has_every_setting_in_order_and_no_other() throws IOException {
        List<String> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();
        assertThat(rows)
                .containsExactlyElementsOf(Settings.catalog().all().stream()
                        .map(ConfigurationReferenceTest::row)
                        .toList());
    }

    @Test
    void the_example_names_every_setting_and_holds_the_defaults() throws Exception {
        Matcher example = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
        assertThat(example.find()).isTrue();
        // Settings without a value of their own stand there commented out, with one.
        String text = example.group(1).replaceAll("(?m)^( *)# ([A-Za-z]+: [^ \n]+)( .*)?$", "$1$2");
        Path file = Files.writeString(directory.resolve("holdfast.yaml"), text);
        assertThat(SettingsFile.read(file, Settings.catalog()))
                .containsOnlyKeys(
                        Settings.catalog().all().stream().map(Setting::path).toArray(String[]::new));

        Files.writeString(file, example.group(1));
        Values values = Values.of(Settings.catalog(), List.of(SettingsFile.read(file, Settings.catalog())));
        assertThat(Settings.config(values))
                .isEqualTo(Settings.config(Values.of(Settings.catalog(), List.of(Map.of()))));
    }
}
