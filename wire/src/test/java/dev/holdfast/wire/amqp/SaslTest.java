package dev.holdfast.wire.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every way to begin a connection: each mechanism, none at all, and rubbish. */
class SaslTest {
    private final Loopback server = new Loopback();

    @AfterEach
    void stop() {
        server.close();
    }

    private SaslIdentity opened(ClientSasl sasl) throws Exception {
        try (AmqpClient client = server.connect(sasl).get(30, TimeUnit.SECONDS)) {
            assertThat(client).isNotNull();
        }
        Loopback.await("the end of the conversation", () -> server.face.conversationsEnded.get() == 1);
        assertThat(server.refusals).isEmpty();
        return server.face.peers.getFirst().sasl();
    }

    private AmqpRefusal refused(ClientSasl sasl) throws Exception {
        assertThatThrownBy(() -> server.connect(sasl).get(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(server.face.peers).isEmpty();
        return server.refusal();
    }

    @Test
    void no_sasl_layer() throws Exception {
        assertThat(opened(ClientSasl.none())).isEqualTo(new SaslIdentity.None());
        assertThat(server.face.peers.getFirst().hostName()).isEqualTo("127.0.0.1");
    }

    @Test
    void anonymous() throws Exception {
        assertThat(opened(ClientSasl.anonymous())).isEqualTo(new SaslIdentity.Anonymous());
    }

    @Test
    void claims_based() throws Exception {
        assertThat(opened(new ClientSasl("MSSBCBS", new byte[0]))).isEqualTo(new SaslIdentity.ClaimsBased());
    }

    @Test
    void plain_with_the_right_password() throws Exception {
        assertThat(opened(ClientSasl.plain("user", "right")))
                .isEqualTo(new SaslIdentity.Plain("user", server.face, "granted"));
    }

    @Test
    void plain_with_a_wrong_password() throws Exception {
        assertThat(refused(ClientSasl.plain("user", "wrong")))
                .isEqualTo(new AmqpRefusal.PlainRefused("WrongPassword", "The password is wrong.", null));
    }

    @Test
    void plain_with_a_user_that_no_face_knows() throws Exception {
        assertThat(refused(ClientSasl.plain("stranger", "x")).reason()).isEqualTo("UnknownPlainUser");
    }

    @Test
    void plain_without_its_three_parts() throws Exception {
        assertThat(refused(new ClientSasl("PLAIN", new byte[] {'a', 0, 'b'})))
                .isEqualTo(new AmqpRefusal.PlainMalformed());
    }

    @Test
    void plain_with_a_user_that_is_no_text() throws Exception {
        assertThat(refused(new ClientSasl("PLAIN", new byte[] {0, (byte) 0xC3, (byte) 0x28, 0, 'x'})))
                .isEqualTo(new AmqpRefusal.PlainMalformed());
    }

    @Test
    void response_that_does_not_fit_into_a_frame_of_sasl() throws Exception {
        byte[] frame = RawAmqp.plain("user", "x".repeat(600));
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.SASL).read();
            client.send(frame).awaitClosed();
        }
        assertThat(server.refusal()).isEqualTo(new AmqpRefusal.FrameTooLarge(frame.length, 512));
    }

    @Test
    void response_that_just_fits_into_a_frame_of_sasl_is_judged() throws Exception {
        int around = RawAmqp.plain("stranger", "x".repeat(300)).length - 300;
        byte[] frame = RawAmqp.plain("stranger", "x".repeat(512 - around));
        assertThat(frame).hasSize(512);
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.SASL).read();
            client.send(frame);
            assertThat(outcome(client)).isEqualTo(1);
        }
        assertThat(server.refusal()).isEqualTo(new AmqpRefusal.UnknownPlainUser());
    }

    @Test
    void external_with_a_certificate() throws Exception {
        server.showedCertificate = true;
        assertThat(opened(ClientSasl.external())).isEqualTo(new SaslIdentity.External());
    }

    @Test
    void external_without_a_certificate_is_not_offered_and_not_accepted() throws Exception {
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.SASL);
            assertThat(client.read().fields().getFirst()).isEqualTo(List.of("MSSBCBS", "PLAIN", "ANONYMOUS"));
            client.send(RawAmqp.saslInit("EXTERNAL", new byte[0]));
            assertThat(outcome(client)).isEqualTo(1);
            client.awaitClosed();
        }
        assertThat(server.refusal()).isEqualTo(new AmqpRefusal.ExternalWithoutCertificate());
    }

    @Test
    void external_is_offered_first_to_a_client_with_a_certificate() throws Exception {
        server.showedCertificate = true;
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.SASL);
            assertThat(client.read().fields().getFirst())
                    .isEqualTo(List.of("EXTERNAL", "MSSBCBS", "PLAIN", "ANONYMOUS"));
        }
    }

    @Test
    void mechanism_that_is_not_offered() throws Exception {
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.SASL).read();
            client.send(RawAmqp.saslInit("CRAM-MD5", new byte[0]));
            assertThat(outcome(client)).isEqualTo(1);
            client.awaitClosed();
        }
        // Names of mechanisms that nobody offers are not kept, not even for the report.
        assertThat(server.refusal()).isEqualTo(new AmqpRefusal.MechanismNotOffered("????????"));
    }

    @Test
    void socket_is_not_read_while_a_password_is_judged() throws Exception {
        server.face.holdPlainVerdict = true;
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.SASL).read();
            // A client may go on before it has the outcome.
            client.send(RawAmqp.plain("user", "right"))
                    .header(ProtocolHeader.AMQP)
                    .send(RawAmqp.open("127.0.0.1"));
            Loopback.await("the question", () -> server.face.heldVerdict.get() != null);
            assertThat(server.face.peers).isEmpty();
            server.face.heldVerdict.get().run();
            assertThat(outcome(client)).isZero();
            assertThat(client.readHeader()).isEqualTo(ProtocolHeader.AMQP);
            assertThat(client.read().code()).isEqualTo(Performatives.OPEN);
        }
        assertThat(server.refusals).isEmpty();
    }

    @Test
    void amqp_before_the_end_of_sasl() throws Exception {
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.SASL).read();
            client.send(RawAmqp.open("127.0.0.1")).awaitClosed();
        }
        assertThat(server.refusal()).isInstanceOf(AmqpRefusal.FrameOutOfOrder.class);
        assertThat(server.face.peers).isEmpty();
    }

    @Test
    void sasl_after_the_amqp_header() throws Exception {
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.AMQP).send(RawAmqp.saslInit("ANONYMOUS", new byte[0]));
            assertThat(client.closeError()).startsWith("amqp:not-allowed: FrameOutOfOrder");
            client.awaitClosed();
        }
    }

    @Test
    void rubbish_is_answered_with_the_sasl_header_and_closed() throws Exception {
        for (byte[] first : List.of(
                "GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                new byte[] {0x10, 0x20, 0, 4, 'M', 'Q', 'T', 'T'},
                new byte[] {'A', 'M', 'Q', 'P', 2, 1, 0, 0},
                new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1})) {
            try (RawAmqp client = server.raw()) {
                client.send(first);
                assertThat(client.readHeader()).isEqualTo(ProtocolHeader.SASL);
                client.awaitClosed();
            }
            assertThat(server.refusal()).isEqualTo(new AmqpRefusal.NotAmqp());
        }
    }

    @Test
    void host_name_that_nobody_answers_to() throws Exception {
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.AMQP).send(RawAmqp.open("nowhere.example:5671"));
            assertThat(client.read().code()).isEqualTo(Performatives.OPEN);
            assertThat(client.closeError())
                    .startsWith("amqp:not-found: UnknownHost")
                    .endsWith(" (report report-1)");
            client.awaitClosed();
        }
        assertThat(server.refusal()).isEqualTo(new AmqpRefusal.UnknownHost("nowhere.example"));
    }

    private static int outcome(RawAmqp client) throws Exception {
        RawAmqp.Frame frame = client.read();
        assertThat(frame.code()).isEqualTo(Performatives.SASL_OUTCOME);
        return ((Number) frame.fields().getFirst()).intValue();
    }
}
