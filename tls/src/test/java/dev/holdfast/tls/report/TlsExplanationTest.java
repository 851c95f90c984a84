package dev.holdfast.tls.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Commands;
import dev.holdfast.tls.report.HandshakeFailure.AlertReceived;
import dev.holdfast.tls.report.HandshakeFailure.ClosedInHandshake;
import dev.holdfast.tls.report.HandshakeFailure.HandshakeRejected;
import dev.holdfast.tls.report.HandshakeFailure.HandshakeTooSlow;
import dev.holdfast.tls.report.HandshakeFailure.NoApplicationData;
import dev.holdfast.tls.report.HandshakeFailure.RenegotiationRefused;
import dev.holdfast.tls.report.HandshakeFailure.ServerBusy;
import dev.holdfast.tls.report.HandshakeFailure.Shown;
import dev.holdfast.tls.report.HandshakeFailure.TooManySockets;
import dev.holdfast.tls.report.HandshakeFailure.TooManySocketsFromAddress;
import dev.holdfast.tls.report.HelloRefusal.ClosedInHello;
import dev.holdfast.tls.report.HelloRefusal.HelloMalformed;
import dev.holdfast.tls.report.HelloRefusal.HelloTooLarge;
import dev.holdfast.tls.report.HelloRefusal.HelloTooSlow;
import dev.holdfast.tls.report.HelloRefusal.NotTls;
import dev.holdfast.tls.report.HelloRefusal.Spoken;
import dev.holdfast.tls.report.VerdictRefusal.CertificateCurveNotOffered;
import dev.holdfast.tls.report.VerdictRefusal.FallbackNotNeeded;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonGroup;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonSignature;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonSuite;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TlsExplanationTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final Shown SHOWN = new Shown(
            "CN=Holdfast RSA Root 1",
            List.of("*.holdfast.localhost"),
            "hub1.holdfast.localhost",
            NOW.minusSeconds(86_400),
            NOW.plusSeconds(86_400));
    private static final Duration MAX = Duration.ofSeconds(15);

    static Stream<TlsRefusal> everyCase() {
        Stream<TlsRefusal> spoken = Arrays.stream(Spoken.values()).map(NotTls::new);
        return Stream.concat(
                spoken,
                Stream.of(
                        new HelloMalformed("extension 10 is there twice"),
                        new HelloTooLarge(0xFFFFFF, 65_536),
                        new HelloTooSlow(MAX, 0),
                        new HelloTooSlow(MAX, 100),
                        new ClosedInHello(20),
                        new NoCommonVersion("p", List.of("up to TLS 1.0"), List.of("TLS 1.2")),
                        new FallbackNotNeeded("TLS 1.2", "TLS 1.3"),
                        new NoCommonSuite("p", List.of("A"), List.of("B")),
                        new NoCommonGroup("p", List.of("A"), List.of("B")),
                        new CertificateCurveNotOffered(List.of("x25519"), "secp256r1"),
                        new NoCommonSignature("p", List.of(), List.of("B")),
                        new AlertReceived("unknown_ca", SHOWN),
                        new HandshakeRejected("Bad record MAC"),
                        new HandshakeTooSlow(MAX),
                        new ServerBusy(MAX),
                        new ClosedInHandshake(SHOWN),
                        new RenegotiationRefused(),
                        new NoApplicationData(),
                        new TooManySockets(20_000),
                        new TooManySocketsFromAddress(10_000, Duration.ofMinutes(1))));
    }

    @ParameterizedTest
    @MethodSource("everyCase")
    void every_refusal_has_a_word_and_sentences(TlsRefusal refusal) {
        assertThat(refusal.reason()).matches("[A-Z][A-Za-z0-9]+");
        assertThat(TlsExplanation.of(refusal, NOW, Commands.OF_NO_HUB))
                .matches("(?s)[A-Z0-9].{40,}[.]")
                .doesNotContain("null", "[", "..");
    }

    @ParameterizedTest
    @CsvSource({
        "unknown_ca,ClientAlertUnknownCa",
        "bad_certificate,ClientAlertBadCertificate",
        "handshake_failure,ClientAlertHandshakeFailure",
        "close_notify,ClientAlertCloseNotify"
    })
    void the_reason_of_an_alert_names_it(String alert, String reason) {
        assertThat(new AlertReceived(alert, SHOWN).reason()).isEqualTo(reason);
    }

    @Test
    void trouble_with_trust_names_root_file_and_name() {
        assertThat(TlsExplanation.of(new AlertReceived("unknown_ca", SHOWN), NOW, Commands.OF_NO_HUB))
                .contains("does not trust the root", "CN=Holdfast RSA Root 1", "ca.pem", "hub1.holdfast.localhost");
        assertThat(TlsExplanation.of(new AlertReceived("bad_certificate", SHOWN), NOW, Commands.OF_NO_HUB))
                .contains("*.holdfast.localhost");
        assertThat(TlsExplanation.of(
                        new AlertReceived("unknown_ca", new Shown("CN=R", List.of(), null, NOW, NOW)),
                        NOW,
                        Commands.OF_NO_HUB))
                .contains("no SNI");
    }

    @Test
    void who_only_closes_is_told_of_trust_and_names() {
        assertThat(TlsExplanation.of(new ClosedInHandshake(SHOWN), NOW, Commands.OF_NO_HUB))
                .contains(
                        "Node.js", "CN=Holdfast RSA Root 1", "holdfast cert bundle", "good for *.holdfast.localhost.");
    }

    @Test
    void what_a_policy_does_not_accept_is_told_with_the_command_for_another() {
        for (TlsRefusal refusal : List.of(
                new NoCommonVersion("p", List.of("up to TLS 1.1"), List.of("TLS 1.2")),
                new NoCommonSuite("p", List.of("A"), List.of("B")),
                new NoCommonGroup("p", List.of("A"), List.of("B")))) {
            assertThat(TlsExplanation.of(refusal, NOW, Commands.OF_NO_HUB)).contains("holdfast policy set HUB NAME");
        }
    }

    @Test
    void a_list_of_thousands_is_cut() {
        List<String> many =
                IntStream.range(0, 5_000).mapToObj(i -> "SUITE_" + i).toList();

        assertThat(TlsExplanation.of(new NoCommonSuite("p", many, List.of("B")), NOW, Commands.OF_NO_HUB))
                .contains("SUITE_39 and 4960 more")
                .hasSizeLessThan(2_000);
        assertThat(TlsExplanation.of(new NoCommonSuite("p", List.of(), List.of("B")), NOW, Commands.OF_NO_HUB))
                .contains("offers none;");
    }
}
