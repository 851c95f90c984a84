package dev.holdfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ProcessUseTest {
    private static final String AFTER_NAME =
            " S 1 4711 4711 0 -1 4194560 100 0 0 0 250 50 7 9 20 0 31 0 100 2000000 3000 18446744073709551615";

    @ParameterizedTest
    @ValueSource(strings = {"mosquitto", "java", "a b", "tmux: (server)", "x) S 1 2 3", ")", "", "((", "1 (2) 3"})
    void processor_time_is_found_behind_any_name(String name) {
        assertThat(ProcessStat.parse("4711 (" + name + ")" + AFTER_NAME)).isEqualTo(new ProcessStat(300));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4711", "4711 (java)", "4711 (java) S 1 2", "4711 (java) S 1 2 3 4 5 6 7 8 9 10 x y z"})
    void a_line_that_is_none_is_recognised(String line) {
        assertThat(ProcessStat.parse(line)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"0;1", "0-1;2", "0-3,8;5", "1,3,5-6;4"})
    void memory_and_processors_are_read(String allowed, int cpus) {
        ProcessStatus status = ProcessStatus.parse(
                List.of("Name:\tjava", "VmRSS:\t  204800 kB", "Cpus_allowed:\t3", "Cpus_allowed_list:\t" + allowed));
        assertThat(status).isEqualTo(new ProcessStatus(204_800L * 1024, cpus));
    }

    @Test
    void this_process_can_be_read() throws Exception {
        ProcessUse use = ProcessUse.of(ProcessHandle.current().pid());
        assertThat(use.residentBytes()).isPositive();
        assertThat(use.cpus()).isPositive();
        assertThat(use.threads()).isNotEmpty();
    }

    @Test
    void what_was_used_between_two_readings_is_by_operation_and_by_time() {
        ProcessUse before = new ProcessUse(0, 100, Map.of("1", new ThreadUse(50, 7), "2", new ThreadUse(50, 0)), 0, 2);
        ProcessUse after = new ProcessUse(
                2_000_000_000L, 350, Map.of("1", new ThreadUse(240, 500_000_007), "3", new ThreadUse(60, 9)), 0, 2);

        ProcessUse.Used used = after.since(before);

        assertThat(used.cpuSeconds()).isEqualTo(2.5);
        assertThat(used.microsPer(100_000)).isEqualTo(25);
        assertThat(used.microsPer(0)).isZero();
        // The first thread used 1.9 s of the 2 s, more than the 2.5 s of two processors are of their time.
        assertThat(used.busy()).isCloseTo(0.95, within(1e-9));
        assertThat(used.waiting()).isCloseTo(0.25, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({
        "0.50, 0.50, NOT_THE_CLIENT",
        "0.50, 1.00, NOT_THE_CLIENT",
        "0.95, 0.50, THE_CLIENT",
        "0.95, 0.95, PERHAPS_THE_CLIENT"
    })
    void a_saturated_client_is_told_from_one_that_waits(double client, double server, Limiting expected) {
        assertThat(Limiting.judge(used(client, 0), used(server, 0))).isEqualTo(expected);
    }

    @Test
    void beside_an_unknown_server_a_saturated_client_may_be_the_limit() {
        assertThat(Limiting.judge(used(1, 0), null)).isEqualTo(Limiting.PERHAPS_THE_CLIENT);
    }

    private static ProcessUse.Used used(double busy, double waiting) {
        return new ProcessUse.Used(1, busy, busy, waiting, 1);
    }

    @Test
    void who_waits_for_a_processor_has_no_time_to_spare() {
        assertThat(Limiting.judge(used(0.4, 0.3), used(0.3, 0))).isEqualTo(Limiting.THE_MACHINE);
        assertThat(Limiting.judge(used(0.4, 0), used(0.3, 0.3))).isEqualTo(Limiting.THE_MACHINE);
        assertThat(Limiting.waits(used(0.4, 0.31), used(0.3, 0.05)))
                .singleElement()
                .asString()
                .contains("the client waited", "31 %");
        assertThat(Limiting.waits(used(0.4, 0.05), null)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"4711 250000000 12;250000000", "'';0", "1;0", "1 x 2;0"})
    void the_time_without_a_processor_is_read(String line, long nanos) {
        assertThat(ThreadUse.parseWaited(line)).isEqualTo(nanos);
    }

    @Test
    void a_process_that_did_next_to_nothing_is_not_the_server() {
        assertThat(Doubt.of(used(0, 0), 50_000, Doubt.MESSAGE_MICROS)).contains("0 ms", "50000", "--server-pid");
        assertThat(Doubt.of(used(0.3, 0), 50_000, Doubt.MESSAGE_MICROS)).isNull();
        assertThat(Doubt.of(used(0, 0), 100, Doubt.MESSAGE_MICROS))
                .as("too few to tell")
                .isNull();
        assertThat(Doubt.of(null, 50_000, Doubt.MESSAGE_MICROS)).isNull();
    }
}
