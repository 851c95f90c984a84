package dev.holdfast.hub.service.events;

import static dev.holdfast.hub.service.events.Endpoint.put;
import static dev.holdfast.hub.service.events.Endpoint.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.amqp.AmqpClient;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.AmqpMessage;
import dev.holdfast.wire.amqp.ClientSasl;
import dev.holdfast.wire.amqp.OutgoingLink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tokens on $cbs: who is let in, who is not, and what the answer looks like. */
class CbsTest {
    private final Endpoint endpoint = new Endpoint();

    @AfterEach
    void stop() {
        endpoint.close();
    }

    private void assertRefused(String token, int status, String reason) throws Exception {
        assertRefused(token, status, reason, null);
    }

    /** @param told to the client in the place of the operator's sentence; null for that one */
    private void assertRefused(String token, int status, String reason, @Nullable String told) throws Exception {
        endpoint.reports.clear();
        try (AmqpClient client = endpoint.connect()) {
            AmqpMessage answer = put(client, token);
            assertThat(status(answer)).as(reason).isEqualTo(status);
            assertThat(endpoint.reasons()).containsExactly(reason);
            Report report = endpoint.reports.getFirst();
            assertThat(answer.applicationProperties().get("status-description"))
                    .as("the sentence, and what to ask for")
                    .isEqualTo((told == null ? report.explanation() : told) + " (report " + report.id() + ")");
            assertThatThrownBy(() -> endpoint.read(client, endpoint.hub1, 0, null))
                    .hasMessageContaining(AmqpError.UNAUTHORIZED_ACCESS);
        }
    }

    @Test
    void good_token_is_answered_with_200_as_an_int() throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            AmqpMessage answer = put(client, endpoint.token(endpoint.hub1, "service", "sb://127.0.0.1:5671/hub1"));
            assertThat(answer.applicationProperties().get("status-code")).isEqualTo(200);
            assertThat(answer.applicationProperties().get("status-description")).isEqualTo("OK");
        }
        assertThat(endpoint.reports).isEmpty();
    }

    @Test
    void message_id_comes_back_with_its_type() throws Exception {
        String token = endpoint.token(endpoint.hub1, "service", "sb://127.0.0.1/hub1");
        LinkedBlockingQueue<AmqpMessage> answers = new LinkedBlockingQueue<>();
        try (AmqpClient client = endpoint.connect()) {
            client.receive(new AmqpClient.ReceiverOptions("$cbs", "cbs", null, Map.of(), 10), arrived -> {
                        answers.add(AmqpMessage.decode(arrived.encoded()).orElseThrow());
                        arrived.accept();
                    })
                    .get(30, TimeUnit.SECONDS);
            OutgoingLink requests = client.send("$cbs").get(30, TimeUnit.SECONDS);
            byte[] binary = {1, 2, 3};
            for (Object id : List.of("text", UUID.randomUUID(), UnsignedLong.valueOf(42), binary)) {
                AmqpMessage request = AmqpMessage.ofValue(
                        AmqpMessage.Properties.request(id, "no such address"),
                        Map.of("operation", "put-token", "type", "servicebus.windows.net:sastoken", "name", "a"),
                        token);
                client.execute(() -> requests.send(request.encode()));
                AmqpMessage answer = answers.poll(30, TimeUnit.SECONDS);
                assertThat(answer).isNotNull();
                assertThat(answer.properties().correlationId()).isEqualTo(id).hasSameClassAs(id);
                assertThat(status(answer)).isEqualTo(200);
            }
        }
    }

    @Test
    void token_in_a_data_section_is_read_as_well() throws Exception {
        String token = endpoint.token(endpoint.hub1, "service", "sb://127.0.0.1/hub1");
        endpoint.append(endpoint.hub1, 0, "hello");
        try (AmqpClient client = endpoint.connect()) {
            client.receive(new AmqpClient.ReceiverOptions("$cbs", null, null, Map.of(), 10), _ -> {})
                    .get(30, TimeUnit.SECONDS);
            OutgoingLink requests = client.send("$cbs").get(30, TimeUnit.SECONDS);
            AmqpMessage request = new AmqpMessage(
                    Map.of(),
                    Map.of(),
                    AmqpMessage.Properties.request("id", "x"),
                    Map.of("operation", "put-token"),
                    new AmqpMessage.Body.Data(token.getBytes(StandardCharsets.UTF_8)));
            client.execute(() -> requests.send(request.encode()));
            // Answered in order, so that the first token is in force by then.
            put(client, "other", "rubbish");
            assertThat(endpoint.read(client, endpoint.hub1, 0, null).next()).isEqualTo("hello");
        }
    }

    /** What a report calls the hub is the name of one, or nothing. */
    @Test
    void refused_token_is_reported_under_the_hub_that_it_names() throws Exception {
        for (String[] named : new String[][] {
            {"127.0.0.1/messages/events", "hub1"},
            {"sb://127.0.0.1/hub2", "hub2"},
            {"hub2.hub.test", "hub2"},
            {"nowhere.test", ""},
        }) {
            endpoint.reports.clear();
            try (AmqpClient client = endpoint.connect()) {
                put(client, endpoint.sign(named[0], new byte[32], "&skn=service"));
            }
            assertThat(endpoint.reports).as(named[0]).hasSize(1);
            String hub = endpoint.reports.getFirst().hub();
            assertThat(hub == null ? "" : hub).as(named[0]).isEqualTo(named[1]);
        }
    }

    @Test
    void binary_value_is_no_token() throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            AmqpMessage answer = client.request("$cbs", Map.of("operation", "put-token"), new byte[] {1, 2})
                    .get(30, TimeUnit.SECONDS);
            assertThat(status(answer)).isEqualTo(400);
        }
    }

    @Test
    void iot_service_token_for_the_host_is_good() throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            assertThat(status(put(client, endpoint.iotToken(endpoint.hub1, "iothubowner", "hub1.hub.test"))))
                    .isEqualTo(200);
        }
    }

    /** Else anybody could try names until one is told from the rest. */
    @Test
    void wrong_key_is_not_told_from_an_unknown_policy() throws Exception {
        String told =
                "What was shown does not prove a shared access policy of this hub. Copy the connection string of the"
                        + " policy again.";
        String signedByOther = endpoint.token(endpoint.hub2, "service", "sb://127.0.0.1/hub1");
        assertRefused(signedByOther, 401, "PolicySignatureWrong", told);
        assertRefused(signedByOther.replace("skn=service", "skn=nobody"), 401, "UnknownPolicy", told);
    }

    @Test
    void expired_token() throws Exception {
        String token = endpoint.token(endpoint.hub1, "service", "sb://127.0.0.1/hub1");
        endpoint.clock.advance(Duration.ofHours(2));
        assertRefused(token, 401, "TokenExpired");
    }

    @Test
    void policy_without_the_right() throws Exception {
        assertRefused(endpoint.token(endpoint.hub1, "device", "sb://127.0.0.1/hub1"), 401, "PolicyLacksRight");
        assertRefused(endpoint.token(endpoint.hub1, "registryRead", "sb://127.0.0.1/hub1"), 401, "PolicyLacksRight");
    }

    @Test
    void token_of_a_device() throws Exception {
        String token = endpoint.sign("127.0.0.1/devices/dev1", new byte[32], "");
        assertRefused(
                token,
                401,
                "UnknownDevice",
                "What was shown does not prove this device. Compare its id and its key or certificate with what is registered,"
                        + " and ask the operator for the report, which says what is wrong.");
    }

    @Test
    void token_of_entra_id() throws Exception {
        assertRefused("Bearer eyJhbGciOiJub25lIn0.e30.", 401, "BearerToken");
    }

    @Test
    void token_for_a_hub_that_does_not_exist() throws Exception {
        assertRefused(endpoint.token(endpoint.hub1, "service", "sb://127.0.0.1/hub9"), 404, "UnknownHub");
        assertRefused(endpoint.token(endpoint.hub1, "service", "sb://foreign.example/hub1"), 404, "UnknownHub");
    }

    @Test
    void text_that_is_no_token() throws Exception {
        assertRefused("rubbish", 401, "TokenMalformed");
        assertRefused("", 400, "RequestMalformed");
    }

    @Test
    void operation_that_does_not_exist() throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            AmqpMessage answer = client.request("$cbs", Map.of("operation", "take-over"), "x")
                    .get(30, TimeUnit.SECONDS);
            assertThat(status(answer)).isEqualTo(501);
        }
    }

    @Test
    void tokens_of_one_connection_are_bounded_and_renewed_in_place() throws Exception {
        String token = endpoint.token(endpoint.hub1, "service", "sb://127.0.0.1/hub1");
        try (AmqpClient client = endpoint.connect()) {
            for (int i = 0; i < endpoint.limits.amqp().tokensMax(); i++) {
                assertThat(status(put(client, "audience" + i, token))).isEqualTo(200);
            }
            assertThat(status(put(client, "audience0", token))).isEqualTo(200);
            assertThat(status(put(client, "one more", token))).isEqualTo(403);
            assertThat(endpoint.reasons()).containsExactly("TooManyTokens");
            // Those that ran out make room.
            endpoint.clock.advance(Duration.ofHours(2));
            assertThat(status(put(client, "fresh", endpoint.token(endpoint.hub1, "service", "sb://127.0.0.1/hub1"))))
                    .isEqualTo(200);
        }
    }

    @Test
    void no_sasl_identity_allows_anything_by_itself() throws Exception {
        endpoint.showedCertificate = true;
        for (ClientSasl sasl : List.of(
                ClientSasl.none(),
                ClientSasl.anonymous(),
                ClientSasl.external(),
                new ClientSasl("MSSBCBS", new byte[0]))) {
            try (AmqpClient client = endpoint.connect(sasl)) {
                assertThatThrownBy(() -> endpoint.read(client, endpoint.hub1, 0, null))
                        .as(sasl.toString())
                        .hasMessageContaining(AmqpError.UNAUTHORIZED_ACCESS);
                assertThatThrownBy(() ->
                                endpoint.read(client, "hub9/ConsumerGroups/$Default/Partitions/0", null, Map.of()))
                        .as("hubs are not told to strangers")
                        .hasMessageContaining(AmqpError.UNAUTHORIZED_ACCESS);
            }
        }
        assertThat(endpoint.reasons()).containsOnly("TokenMissing");
    }

    @Test
    void plain_with_policy_and_key_reads_that_hub_only() throws Exception {
        endpoint.append(endpoint.hub2, 0, "hello");
        String key =
                Endpoint.policy(endpoint.hub2, "service").keys().secondary().base64();
        try (AmqpClient client = endpoint.connect(ClientSasl.plain("service", key))) {
            assertThat(endpoint.read(client, endpoint.hub2, 0, null).next()).isEqualTo("hello");
            assertThatThrownBy(() -> endpoint.read(client, endpoint.hub1, 0, null))
                    .hasMessageContaining(AmqpError.UNAUTHORIZED_ACCESS);
        }
    }

    @Test
    void plain_with_a_wrong_key_or_policy() {
        String key = Endpoint.policy(endpoint.hub1, "service").keys().primary().base64();
        String device =
                Endpoint.policy(endpoint.hub1, "device").keys().primary().base64();
        assertThatThrownBy(() -> endpoint.connect(ClientSasl.plain("service", device)));
        assertThatThrownBy(() -> endpoint.connect(ClientSasl.plain("nobody", key)));
        assertThatThrownBy(() -> endpoint.connect(ClientSasl.plain("device", device)));
        assertThatThrownBy(() -> endpoint.connect(ClientSasl.plain("service", "")));
        assertThat(endpoint.reasons())
                .containsExactly("PolicyKeyWrong", "UnknownPlainUser", "PolicyLacksRight", "PolicyKeyWrong");
    }

    @Test
    void plain_with_a_token() throws Exception {
        endpoint.append(endpoint.hub1, 0, "hello");
        String token = endpoint.iotToken(endpoint.hub1, "service", "hub1.hub.test");
        try (AmqpClient client = endpoint.connect(ClientSasl.plain("service@sas.root.HUB1", token))) {
            assertThat(endpoint.read(client, endpoint.hub1, 0, null).next()).isEqualTo("hello");
        }
        String other = endpoint.iotToken(endpoint.hub2, "service", "hub2.hub.test");
        assertThatThrownBy(() -> endpoint.connect(ClientSasl.plain("service@sas.root.hub1", other)));
        assertThatThrownBy(() -> endpoint.connect(ClientSasl.plain("service@sas.root.hub9", token)));
        assertThatThrownBy(() -> endpoint.connect(ClientSasl.plain("dev1@sas.hub1", token)));
        assertThat(endpoint.reasons()).containsExactly("TokenForOtherResource", "UnknownHub", "UnknownDevice");
    }

    @Test
    void connection_that_never_shows_anything_is_closed() throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            AmqpError error = client.closed().get(30, TimeUnit.SECONDS);
            assertThat(error.condition()).isEqualTo(AmqpError.UNAUTHORIZED_ACCESS);
        }
        assertThat(endpoint.reasons()).containsExactly("NeverAuthorized");
    }

    @Test
    void guessing_ends_the_connection() throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            String guess = endpoint.token(endpoint.hub2, "service", "sb://127.0.0.1/hub1");
            for (int i = 0; i < 19; i++) {
                assertThat(status(put(client, guess))).isEqualTo(401);
            }
            var _ = client.request("$cbs", Map.of("operation", "put-token"), guess);
            AmqpError error = client.closed().get(30, TimeUnit.SECONDS);
            assertThat(error.condition()).isEqualTo(AmqpError.RESOURCE_LIMIT_EXCEEDED);
        }
        assertThat(endpoint.reasons()).hasSize(21).endsWith("TooManyRefusals");
    }

    @Test
    void stranger_gets_only_a_few_links() throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            for (int i = 0; i < 12; i++) {
                var _ = client.send("$cbs");
            }
            AmqpError error = client.closed().get(30, TimeUnit.SECONDS);
            assertThat(error.condition()).isEqualTo(AmqpError.RESOURCE_LIMIT_EXCEEDED);
        }
        assertThat(endpoint.reasons()).contains("TooManyLinksUnauthorized");
    }
}
