package dev.holdfast.tls.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static Report report(@Nullable String device, String explanation) {
        return new Report(
                Instant.EPOCH,
                "mqtt",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                new UUID(0, 0),
                null,
                device,
                "UnknownDevice",
                explanation);
    }

    @Test
    void a_client_cannot_forge_a_line_of_the_log() {
        Report report = report("dev1\r\n2026 INFO all is well", "No device 'dev1\u2028x\u001b[2J\u202e' here.");

        assertThat(report.device()).isEqualTo("dev1\\u000d\\u000a2026 INFO all is well");
        assertThat(report.explanation()).isEqualTo("No device 'dev1\\u2028x\\u001b[2J\\u202e' here.");
    }

    @Test
    void a_long_name_is_cut() {
        assertThat(report("x".repeat(5_000), "y".repeat(50_000)).device())
                .hasSize(261)
                .endsWith("…");
        assertThat(report(null, "y".repeat(50_000)).explanation())
                .hasSize(4_097)
                .endsWith("…");
    }

    @Test
    void what_people_write_stays_as_it_is() {
        assertThat(report("Wärmepumpe-7 (Süd)", "ok").device()).isEqualTo("Wärmepumpe-7 (Süd)");
    }
}
