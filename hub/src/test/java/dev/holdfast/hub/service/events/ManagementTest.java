package dev.holdfast.hub.service.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.wire.amqp.AmqpClient;
import dev.holdfast.wire.amqp.AmqpMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ManagementTest {
    private final Endpoint endpoint = new Endpoint();

    @AfterEach
    void stop() {
        endpoint.close();
    }

    private static AmqpMessage ask(AmqpClient client, String... pairs) throws Exception {
        Map<String, Object> properties = new HashMap<>(Map.of("operation", "READ"));
        for (int i = 0; i < pairs.length; i += 2) {
            properties.put(pairs[i], pairs[i + 1]);
        }
        return client.request("$management", properties, "").get(30, TimeUnit.SECONDS);
    }

    private static Map<?, ?> facts(AmqpMessage answer) {
        assertThat(Endpoint.status(answer)).isEqualTo(200);
        return answer.body() instanceof AmqpMessage.Body.Value(Map<?, ?> facts) ? facts : Map.of();
    }

    @Test
    void tells_about_a_hub() throws Exception {
        try (AmqpClient client = endpoint.authorized(endpoint.hub1)) {
            Map<?, ?> facts = facts(ask(client, "name", "hub1", "type", "com.microsoft:eventhub"));
            assertThat(facts.get("name")).isEqualTo("hub1");
            assertThat(facts.get("partition_ids")).isEqualTo(List.of("0", "1", "2", "3"));
            assertThat(facts.get("partition_count")).isEqualTo(4);
            assertThat(facts.get("created_at"))
                    .isEqualTo(endpoint.hub1.settings().get().createdAt());
        }
    }

    @Test
    void tells_about_a_partition() throws Exception {
        for (int i = 0; i < 5; i++) {
            endpoint.append(endpoint.hub1, 2, "m" + i);
            endpoint.clock.advance(Duration.ofSeconds(1));
        }
        Instant last = endpoint.clock.instant().minusSeconds(1);
        endpoint.hub1.log().dropBefore(last.minusSeconds(2));
        try (AmqpClient client = endpoint.authorized(endpoint.hub1)) {
            Map<?, ?> facts = facts(ask(client, "name", "hub1", "type", "com.microsoft:partition", "partition", "2"));
            assertThat(facts.get("partition")).isEqualTo("2");
            assertThat(facts.get("begin_sequence_number")).isEqualTo(2L);
            assertThat(facts.get("last_enqueued_sequence_number")).isEqualTo(4L);
            assertThat(facts.get("last_enqueued_offset")).isEqualTo("4");
            assertThat(facts.get("last_enqueued_time_utc")).isEqualTo(last);
            assertThat(facts.get("is_partition_empty")).isEqualTo(false);
            Map<?, ?> empty = facts(ask(client, "name", "hub1", "type", "com.microsoft:partition", "partition", "0"));
            assertThat(empty.get("last_enqueued_sequence_number")).isEqualTo(-1L);
            assertThat(empty.get("last_enqueued_offset")).isEqualTo("-1");
            assertThat(empty.get("is_partition_empty")).isEqualTo(true);
        }
    }

    @Test
    void what_does_not_exist_is_404() throws Exception {
        try (AmqpClient client = endpoint.authorized(endpoint.hub1)) {
            for (AmqpMessage answer : List.of(
                    ask(client, "name", "hub9", "type", "com.microsoft:eventhub"),
                    ask(client, "name", "hub1", "type", "com.microsoft:partition", "partition", "4"),
                    ask(client, "name", "hub1", "type", "com.microsoft:partition", "partition", "x"))) {
                assertThat(Endpoint.status(answer)).isEqualTo(404);
                assertThat(answer.applicationProperties().get("error-condition"))
                        .isEqualTo("amqp:not-found");
            }
        }
        assertThat(endpoint.reasons()).containsExactly("UnknownHub", "UnknownPartition", "UnknownPartition");
    }

    @Test
    void what_makes_no_sense_is_400_or_501() throws Exception {
        try (AmqpClient client = endpoint.authorized(endpoint.hub1)) {
            assertThat(Endpoint.status(ask(client, "name", "hub1", "type", "com.microsoft:queue")))
                    .isEqualTo(400);
            assertThat(Endpoint.status(ask(client, "name", "hub1", "operation", "DELETE")))
                    .isEqualTo(501);
        }
    }

    @Test
    void needs_a_token_of_that_hub() throws Exception {
        try (AmqpClient stranger = endpoint.connect();
                AmqpClient other = endpoint.authorized(endpoint.hub2)) {
            for (AmqpMessage answer : List.of(
                    ask(stranger, "name", "hub1", "type", "com.microsoft:eventhub"),
                    ask(stranger, "name", "hub9", "type", "com.microsoft:eventhub"),
                    ask(other, "name", "hub1", "type", "com.microsoft:eventhub"))) {
                assertThat(Endpoint.status(answer)).isEqualTo(401);
                assertThat(answer.body()).isEqualTo(new AmqpMessage.Body.Value(null));
            }
        }
    }

    @Test
    void takes_the_token_from_the_request_itself() throws Exception {
        String good = endpoint.token(endpoint.hub1, "service", "sb://127.0.0.1/hub1/$management");
        String other = endpoint.token(endpoint.hub2, "service", "sb://127.0.0.1/hub2/$management");
        String partition = endpoint.token(endpoint.hub1, "service", "sb://127.0.0.1/hub1/ConsumerGroups/$Default");
        try (AmqpClient client = endpoint.connect()) {
            facts(ask(client, "name", "hub1", "type", "com.microsoft:eventhub", "security_token", good));
            for (String bad : List.of(other, partition, "rubbish")) {
                assertThat(Endpoint.status(
                                ask(client, "name", "hub1", "type", "com.microsoft:eventhub", "security_token", bad)))
                        .isEqualTo(401);
            }
        }
    }
}
