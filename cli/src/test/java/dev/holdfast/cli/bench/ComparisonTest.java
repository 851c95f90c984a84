package dev.holdfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ComparisonTest {
    @TempDir
    Path directory;

    private final List<Path> files = new ArrayList<>();

    private void result(String label, String reader, String window, double rate, double micros) throws IOException {
        result(label, reader, window, rate, micros, null);
    }

    private void result(
            String label, String reader, String window, double rate, double micros, @Nullable String failure)
            throws IOException {
        Result result = new Result(
                "publish",
                Map.of("window", window, "size", "200", "reader", reader),
                List.of(
                        new Measure("acknowledgedPerSecond", "", rate, ""),
                        new Measure("serverCpuMicrosPerMessage", "", micros, "")),
                List.of(),
                failure);
        Path file = directory.resolve(files.size() + ".json");
        Files.writeString(file, ResultJson.write(result, label).toString());
        files.add(file);
    }

    private List<String> table() throws BenchFailure {
        List<String> lines = new ArrayList<>();
        Comparison.of("mosquitto", files).print(lines::add);
        return lines;
    }

    @Test
    void medians_stand_beside_their_ratio_to_the_base_under_the_same_load() throws Exception {
        for (double micros : new double[] {30, 20, 25}) {
            result("holdfast", "amqp", "1", 1000, micros);
        }
        result("mosquitto", "mqtt QoS 1", "1", 2000, 50);
        result("mosquitto", "mqtt QoS 1", "16", 4000, 10);
        result("holdfast", "amqp", "16", 1000, 10);

        assertThat(table())
                .containsExactly(
                        "`publish`, medians (smallest to largest) of the runs; everywhere: size 200.",
                        "",
                        "| load | server | runs | acknowledged/s | to mosquitto | server CPU µs/message | to mosquitto |",
                        "|---|---|---|---|---|---|---|",
                        "| window 1 | holdfast, reader amqp | 3 | 1,000 | 0.50 | 25 (20–30) | 0.50 |",
                        "| window 1 | mosquitto, reader mqtt QoS 1 | 1 | 2,000 | 1 | 50 | 1 |",
                        "| window 16 | mosquitto, reader mqtt QoS 1 | 1 | 4,000 | 1 | 10 | 1 |",
                        "| window 16 | holdfast, reader amqp | 1 | 1,000 | 0.25 | 10 | 1 |",
                        "");
    }

    private void handshake(String label, String group, double micros) throws IOException {
        Result result = new Result(
                "handshake",
                Map.of("group", group),
                List.of(new Measure("serverCpuMicrosPerHandshake", "", micros, "")),
                List.of(),
                null);
        Path file = directory.resolve(files.size() + ".json");
        Files.writeString(file, ResultJson.write(result, label).toString());
        files.add(file);
    }

    @Test
    void servers_with_a_group_of_their_own_are_compared() throws Exception {
        handshake("mosquitto", "x25519", 1000);
        handshake("holdfast", "secp256r1", 500);

        assertThat(table())
                .contains(
                        "|  | mosquitto, group x25519 | 1 | 1,000 | 1 |",
                        "|  | holdfast, group secp256r1 | 1 | 500 | 0.50 |");
    }

    @Test
    void values_of_a_setting_are_compared_instead_of_servers() throws Exception {
        handshake("holdfast", "x25519", 1000);
        handshake("holdfast", "secp256r1", 500);
        List<String> lines = new ArrayList<>();

        Comparison.by("group", "x25519", files).print(lines::add);

        assertThat(lines)
                .contains("`handshake`, medians (smallest to largest) of the runs; everywhere: server holdfast.")
                .contains("|  | group x25519 | 1 | 1,000 | 1 |", "|  | group secp256r1 | 1 | 500 | 0.50 |");
    }

    @Test
    void groups_that_each_server_was_asked_for_are_loads() throws Exception {
        handshake("mosquitto", "x25519", 1000);
        handshake("mosquitto", "secp256r1", 2000);
        handshake("holdfast", "secp256r1", 500);

        assertThat(table()).contains("| group secp256r1 | holdfast | 1 | 500 | 0.25 |");
    }

    @Test
    void without_a_base_there_is_no_ratio() throws Exception {
        result("holdfast", "none", "1", 1000, 25);
        assertThat(table()).contains("|  | holdfast, reader none | 1 | 1,000 | - | 25 | - |");
    }

    @Test
    void a_run_that_failed_is_told_and_is_not_in_the_table() throws Exception {
        result("mosquitto", "none", "1", 1000, 25);
        result("mosquitto", "none", "1", 9, 9, "3 connections were lost.");

        assertThat(table())
                .contains("| mosquitto, reader none | 1 | 1,000 | 1 | 25 | 1 |".replaceFirst("^", "|  "))
                .endsWith("- " + files.getLast() + " (mosquitto): 3 connections were lost.");
    }

    @Test
    void where_every_run_failed_there_is_no_table() throws Exception {
        result("mosquitto", "none", "1", 9, 9, "3 connections were lost.");

        assertThatThrownBy(this::table).hasMessageEndingWith("(mosquitto): 3 connections were lost");
    }

    @Test
    void a_file_that_is_no_result_is_named() throws Exception {
        Path file = Files.writeString(directory.resolve("other.json"), "{\"a\": 1}");
        assertThatThrownBy(() -> Comparison.of("mosquitto", List.of(file)))
                .isInstanceOf(BenchFailure.class)
                .hasMessageContaining("other.json");
        assertThatThrownBy(() -> Comparison.of("mosquitto", List.of(directory.resolve("absent"))))
                .isInstanceOf(BenchFailure.class)
                .hasMessageContaining("absent");
    }

    @Test
    void the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        assertThat(Summary.of(List.of(4.0, 1.0, 3.0, 2.0))).isEqualTo(new Summary(2.5, 1, 4));
        assertThat(Summary.of(List.of(0.0)).ratioTo(Summary.of(List.of(0.0)))).isNaN();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"33617.4;33,617", "94.23;94.2", "0.534;0.53", "7;7", "NaN;-", "-1234.4;-1,234"})
    void figures_have_as_many_digits_as_mean_something(double value, String text) {
        assertThat(Figures.format(value)).isEqualTo(text);
    }
}
