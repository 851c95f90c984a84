package dev.holdfast.tls.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.tls.report.HandshakeFailure;
import dev.holdfast.tls.report.HandshakeFailure.AlertReceived;
import dev.holdfast.tls.report.HandshakeFailure.ClosedInHandshake;
import dev.holdfast.tls.report.HandshakeFailure.HandshakeRejected;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class FailureCauseTest {
    private static HandshakeFailure of(Throwable thrown) {
        return FailureCause.of(thrown, TestDoor.AUTHORITIES.rsa(), "localhost");
    }

    @Test
    void alerts_are_found_in_both_forms_and_under_other_causes() {
        assertThat(of(new SSLHandshakeException("(unknown_ca) Received fatal alert: unknown_ca"))
                        .reason())
                .isEqualTo("ClientAlertUnknownCa");
        assertThat(of(new DecoderException(new SSLException(
                                "Unexpected plaintext alert received: Level: fatal; Alert: bad_certificate")))
                        .reason())
                .isEqualTo("ClientAlertBadCertificate");
        assertThat(of(new SSLException("Received close_notify during handshake"))
                        .reason())
                .isEqualTo("ClientAlertCloseNotify");
    }

    @Test
    void an_alert_knows_what_was_shown() {
        assertThat(of(new SSLException("Received fatal alert: unknown_ca")))
                .isInstanceOfSatisfying(AlertReceived.class, alert -> {
                    assertThat(alert.shown().root()).contains("Holdfast RSA Root");
                    assertThat(alert.shown().names()).contains("*.holdfast.localhost", "127.0.0.1");
                    assertThat(alert.shown().serverName()).isEqualTo("localhost");
                });
    }

    @Test
    void closing_and_resetting_are_the_client_going_away() {
        assertThat(of(new ClosedChannelException())).isInstanceOf(ClosedInHandshake.class);
        assertThat(of(new IOException("Connection reset by peer"))).isInstanceOf(ClosedInHandshake.class);
    }

    @Test
    void what_the_engine_could_not_read_is_no_closing() {
        assertThat(of(new DecoderException(new SSLHandshakeException(
                        "(handshake_failure) Invalid CertificateVerify signature",
                        new IOException("Invalid encoding")))))
                .isInstanceOf(HandshakeRejected.class);
        assertThat(of(new SSLHandshakeException("Connection closed while SSL/TLS handshake was in progress")))
                .isInstanceOf(ClosedInHandshake.class);
    }

    @Test
    void everything_else_is_in_the_engines_words_cut_to_a_length() {
        assertThat(of(new SSLException("(decode_error) bad thing")))
                .isEqualTo(new HandshakeRejected("(decode_error) bad thing"));
        assertThat(of(new SSLException("x".repeat(10_000)))).isEqualTo(new HandshakeRejected("x".repeat(300)));
        assertThat(of(new SSLException((String) null))).isInstanceOf(HandshakeRejected.class);
    }
}
