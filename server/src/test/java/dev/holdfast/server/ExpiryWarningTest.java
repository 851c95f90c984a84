package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.ServerChain;
import dev.holdfast.pki.ServerSlot;
import dev.holdfast.pki.TrustWorld;
import dev.holdfast.server.certificate.ExpiryWarning;
import dev.holdfast.server.certificate.ShownCertificate;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the log says of certificates that end. */
class ExpiryWarningTest {
    private static final Instant BEGIN = Instant.parse("2026-11-22T10:00:00Z");

    private final TestAuthority root = new TestAuthority("Root", BEGIN, BEGIN.plus(Duration.ofDays(3650)));
    private final TestClock clock = new TestClock(BEGIN);

    private List<ShownCertificate> shown() {
        KeyAndCertificate leaf =
                root.issueServer(List.of("hub1.iot.example"), KeyKind.EC_P256, BEGIN, BEGIN.plus(Duration.ofDays(90)));
        return ShownCertificate.of(
                TrustWorld.DEFAULT,
                ServerSlot.ECDSA,
                new ServerChain(List.of(leaf.certificate()), leaf.key(), root.certificate()));
    }

    @Test
    void one_line_a_day_from_30_days_before_the_end() {
        List<ShownCertificate> shown = shown();
        ExpiryWarning warning = new ExpiryWarning(() -> shown, clock);
        try (LogLines log = new LogLines()) {
            clock.advance(Duration.ofDays(60));
            warning.look();
            assertThat(log.all()).isEmpty();

            clock.advance(Duration.ofMinutes(1));
            warning.look();
            clock.advance(Duration.ofHours(23));
            warning.look();
            assertThat(log.all())
                    .singleElement()
                    .asString()
                    .contains("ecdsa leaf 'CN=hub1.iot.example' ends at 2027-02-20T10:00:00Z")
                    .contains("holdfast cert server replace")
                    .doesNotContain("CN=Root");

            clock.advance(Duration.ofHours(1));
            warning.look();
            assertThat(log.all()).hasSize(2);

            clock.advance(Duration.ofDays(30));
            warning.look();
            assertThat(log.all().getLast()).contains("has ended at 2027-02-20T10:00:00Z");
        }
    }
}
