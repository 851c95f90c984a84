package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.tls.report.Report;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Strangers who are refused again and again fill neither the disk nor the memory, and whoever reads the log is told how many they were. */
final class RefusalLogTest {
    private final LogLines lines = new LogLines();
    private long nowNanos;
    private final RefusalLog log =
            new RefusalLog(new Limits.RefusalLines(3, 1_000, 10, 4, Duration.ofMinutes(1)), () -> nowNanos);

    @AfterEach
    void endListening() {
        lines.close();
    }

    private void refuse(String address, String reason, int times) {
        for (int i = 0; i < times; i++) {
            log.accept(new Report(
                    Instant.EPOCH,
                    "https",
                    new InetSocketAddress(address, 4711),
                    UUID.randomUUID(),
                    "hub1",
                    "d" + i,
                    reason,
                    "It was so."));
        }
    }

    private void pass(Duration time) {
        nowNanos += time.toNanos();
        log.tellLeftOut();
    }

    private List<String> endings() {
        return lines.all().stream().filter(line -> line.contains(" more ")).toList();
    }

    @Test
    void a_flood_from_one_address_is_a_few_lines_and_a_number() {
        refuse("192.0.2.7", "UnknownPath", 25_000);
        assertThat(lines.all()).hasSize(3).allMatch(line -> line.contains("UnknownPath: It was so."));
        pass(Duration.ofSeconds(59));
        assertThat(lines.all()).hasSize(3);
        pass(Duration.ofSeconds(1));
        pass(Duration.ofMinutes(2));
        assertThat(endings())
                .singleElement()
                .asString()
                .startsWith("https 192.0.2.7 UnknownPath: and 24997 more like this from this address")
                .contains("within 60 s", "hub=hub1 device=d24999");
    }

    @Test
    void the_next_refusal_of_anyone_tells_of_a_time_that_is_over() {
        refuse("192.0.2.7", "UnknownPath", 4);
        nowNanos += Duration.ofMinutes(1).toNanos();
        refuse("192.0.2.8", "NotTls", 1);
        assertThat(endings()).singleElement().asString().contains("192.0.2.7 UnknownPath: and 1 more");
    }

    @Test
    void another_address_or_reason_has_lines_of_its_own() {
        refuse("192.0.2.7", "UnknownPath", 100);
        refuse("192.0.2.7", "NotTls", 1);
        refuse("192.0.2.8", "UnknownPath", 1);
        assertThat(lines.all()).hasSize(5);
    }

    @Test
    void the_addresses_of_one_ipv6_network_are_one() {
        for (int i = 1; i <= 100; i++) {
            refuse("2001:db8::" + Integer.toHexString(i), "NotTls", 1);
        }
        assertThat(lines.all()).hasSize(3);
    }

    @Test
    void many_addresses_together_have_a_bound_too() {
        for (int i = 1; i <= 50; i++) {
            refuse("192.0.2." + i, "NotTls", 1);
        }
        assertThat(lines.all()).hasSize(10);
        pass(Duration.ofMinutes(1));
        assertThat(endings()).singleElement().asString().startsWith("40 more refusals within 60 s have no line");
    }

    @Test
    void an_address_that_is_forgotten_is_told_about_first() {
        refuse("192.0.2.7", "NotTls", 5);
        for (int i = 10; i < 15; i++) {
            refuse("192.0.2." + i, "NotTls", 1);
        }
        assertThat(endings()).singleElement().asString().contains("192.0.2.7 NotTls: and 2 more");
    }

    @Test
    void at_the_end_nothing_stays_untold() {
        refuse("192.0.2.7", "NotTls", 5);
        log.close();
        assertThat(endings()).singleElement().asString().contains("192.0.2.7 NotTls: and 2 more");
    }

    @Test
    void after_the_time_lines_are_written_again() {
        refuse("192.0.2.7", "NotTls", 5);
        pass(Duration.ofMinutes(1));
        refuse("192.0.2.7", "NotTls", 5);
        assertThat(lines.all()).hasSize(7);
    }
}
