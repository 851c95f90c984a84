package dev.holdfast.hub.service.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Live;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubSettings;
import dev.holdfast.hub.identity.SharedAccessPolicy;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.wire.amqp.AmqpClient;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.AmqpMessage;
import dev.holdfast.wire.amqp.ClientSasl;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reading partitions: where it starts, what comes, who may, and what ends it. */
class ReadingTest {
    private final Endpoint endpoint = new Endpoint();
    private final Hub hub1 = endpoint.hub1;
    private final Hub hub2 = endpoint.hub2;

    @AfterEach
    void stop() {
        endpoint.close();
    }

    private void ten() {
        for (int i = 0; i < 10; i++) {
            endpoint.append(hub1, 0, "m" + i);
            endpoint.clock.advance(Duration.ofSeconds(10));
        }
    }

    private String first(AmqpClient client, @Nullable String selector) throws Exception {
        return endpoint.read(client, hub1, 0, selector).next();
    }

    @Test
    void starts_where_the_filter_says() throws Exception {
        ten();
        long time3 = hub1.log().read(0, 3, 1).getFirst().time().toEpochMilli();
        try (AmqpClient client = endpoint.authorized(hub1)) {
            assertThat(first(client, null)).isEqualTo("m0");
        }
        Map<String, String> starts = Map.of(
                "amqp.annotation.x-opt-offset > '-1'",
                "m0",
                "amqp.annotation.x-opt-offset > '4'",
                "m5",
                "amqp.annotation.x-opt-offset >= '4'",
                "m4",
                "amqp.annotation.x-opt-sequence-number > 8",
                "m9",
                "amqp.annotation.x-opt-enqueued-time > '" + time3 + "'",
                "m4",
                "amqp.annotation.x-opt-enqueuedtimeutc > " + (time3 - 1),
                "m3");
        for (Map.Entry<String, String> start : starts.entrySet()) {
            try (AmqpClient client = endpoint.authorized(hub1)) {
                assertThat(first(client, start.getKey())).as(start.getKey()).isEqualTo(start.getValue());
            }
        }
    }

    @Test
    void latest_gives_only_what_comes_later() throws Exception {
        ten();
        try (AmqpClient client = endpoint.authorized(hub1)) {
            Endpoint.Reader reader = endpoint.read(client, hub1, 0, "amqp.annotation.x-opt-offset > '@latest'");
            endpoint.append(hub1, 0, "new");
            assertThat(reader.next()).isEqualTo("new");
        }
    }

    @Test
    void start_that_retention_dropped_becomes_the_oldest() throws Exception {
        ten();
        hub1.log().dropBefore(hub1.log().read(0, 6, 1).getFirst().time());
        try (AmqpClient client = endpoint.authorized(hub1)) {
            assertThat(first(client, "amqp.annotation.x-opt-offset > '2'")).isEqualTo("m6");
        }
    }

    @Test
    void start_beyond_the_end_is_refused() throws Exception {
        ten();
        try (AmqpClient client = endpoint.authorized(hub1)) {
            assertThatThrownBy(() -> first(client, "amqp.annotation.x-opt-sequence-number > '10'"))
                    .hasMessageContaining("com.microsoft:argument-out-of-range");
            Endpoint.Reader atTheEnd = endpoint.read(client, hub1, 0, "amqp.annotation.x-opt-sequence-number > '9'");
            endpoint.append(hub1, 0, "next");
            assertThat(atTheEnd.next()).isEqualTo("next");
        }
        assertThat(endpoint.reasons()).containsExactly("StartBeyondEnd");
    }

    @Test
    void filter_that_is_none() throws Exception {
        try (AmqpClient client = endpoint.authorized(hub1)) {
            assertThatThrownBy(() -> first(client, "1 = 1")).hasMessageContaining(AmqpError.INVALID_FIELD);
        }
        assertThat(endpoint.reasons()).containsExactly("FilterNotUnderstood");
    }

    @Test
    void everything_about_a_message_is_in_its_place() throws Exception {
        endpoint.append(
                hub1,
                1,
                "{\"t\":1}".getBytes(StandardCharsets.UTF_8),
                Map.of(
                        SystemProperty.MESSAGE_ID, "id1",
                        SystemProperty.CORRELATION_ID, "c1",
                        SystemProperty.USER_ID, "user",
                        SystemProperty.CONTENT_TYPE, "application/json",
                        SystemProperty.CONTENT_ENCODING, "utf-8",
                        SystemProperty.COMPONENT_NAME, "thermostat",
                        SystemProperty.CREATION_TIME, "2026-12-01T11:59:59Z",
                        SystemProperty.EXPIRY_TIME, "2026-12-02T00:00:00Z"),
                Map.of("alert", "yes"));
        Instant now = endpoint.clock.instant();
        try (AmqpClient client = endpoint.authorized(hub1)) {
            AmqpMessage message = endpoint.read(client, hub1, 1, null).nextMessage();
            assertThat(Endpoint.body(message)).isEqualTo("{\"t\":1}");
            assertThat(message.applicationProperties()).containsOnly(Map.entry("alert", "yes"));
            assertThat(message.annotations())
                    .containsEntry("x-opt-sequence-number", 0L)
                    .containsEntry("x-opt-offset", "0")
                    .containsEntry("x-opt-enqueued-time", now)
                    .containsEntry("iothub-enqueuedtime", now)
                    .containsEntry("iothub-connection-device-id", "dev1")
                    .containsEntry("iothub-connection-auth-generation-id", "gen1")
                    .containsEntry("iothub-message-source", "Telemetry")
                    .containsEntry("dt-dataschema", "dtmi:test;1")
                    .containsEntry("dt-subject", "thermostat")
                    .containsEntry("iothub-creation-time-utc", "2026-12-01T11:59:59Z")
                    .containsKey("iothub-connection-auth-method");
            AmqpMessage.Properties properties = message.properties();
            assertThat(properties.messageId()).isEqualTo("id1");
            assertThat(properties.correlationId()).isEqualTo("c1");
            assertThat(properties.userId()).isEqualTo("user".getBytes(StandardCharsets.UTF_8));
            assertThat(properties.contentType()).isEqualTo("application/json");
            assertThat(properties.contentEncoding()).isEqualTo("utf-8");
            assertThat(properties.absoluteExpiryTime()).isEqualTo("2026-12-02T00:00:00Z");
        }
    }

    @Test
    void largest_message_comes_whole() throws Exception {
        byte[] body = new byte[255 * 1024];
        new SecureRandom().nextBytes(body);
        endpoint.append(hub1, 0, body, Map.of(), Map.of());
        try (AmqpClient client = endpoint.authorized(hub1)) {
            assertThat(endpoint.read(client, hub1, 0, null).nextMessage().body())
                    .isInstanceOfSatisfying(
                            AmqpMessage.Body.Data.class,
                            data -> assertThat(data.bytes()).isEqualTo(body));
        }
    }

    @Test
    void nothing_is_lost_or_repeated_while_messages_come() throws Exception {
        Thread writer = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 3000; i++) {
                endpoint.append(hub1, 2, "m" + i);
            }
        });
        try (AmqpClient client = endpoint.authorized(hub1)) {
            Endpoint.Reader reader = endpoint.read(client, hub1, 2, null);
            for (int i = 0; i < 3000; i++) {
                assertThat(reader.next()).isEqualTo("m" + i);
            }
        }
        writer.join();
    }

    @Test
    void reader_without_credit_is_not_read_ahead_for() throws Exception {
        byte[] body = new byte[10_000];
        for (int i = 0; i < 2000; i++) {
            endpoint.append(hub1, 0, body, Map.of(), Map.of());
        }
        try (AmqpClient client = endpoint.authorized(hub1)) {
            AmqpClient.ReceiverOptions ten = new AmqpClient.ReceiverOptions(
                    "hub1/ConsumerGroups/$Default/Partitions/0", null, null, Map.of(), 10);
            Endpoint.Reader reader = new Endpoint.Reader(client, ten, false);
            for (int i = 0; i < 10; i++) {
                reader.nextMessage();
            }
            // An answered request shows that the reader is not still at work.
            assertThat(Endpoint.status(Endpoint.put(client, endpoint.token(hub1, "service", "sb://127.0.0.1/hub1"))))
                    .isEqualTo(200);
            assertThat(reader.messages).isEmpty();
            assertThat(Endpoint.log(hub1).bytesRead.get())
                    .isLessThan(2L * endpoint.limits.amqp().readAheadMaxBytes());
            reader.grant(1990);
            for (int i = 10; i < 2000; i++) {
                assertThat(reader.nextMessage().annotations()).containsEntry("x-opt-sequence-number", (long) i);
            }
        }
    }

    @Test
    void two_hubs_stay_apart() throws Exception {
        endpoint.append(hub1, 0, "of hub1");
        endpoint.append(hub2, 0, "of hub2");
        try (AmqpClient one = endpoint.authorized(hub1);
                AmqpClient two = endpoint.authorized(hub2)) {
            assertThat(endpoint.read(one, hub1, 0, null).next()).isEqualTo("of hub1");
            assertThat(endpoint.read(two, hub2, 0, null).next()).isEqualTo("of hub2");
            assertThatThrownBy(() -> endpoint.read(one, hub2, 0, null))
                    .hasMessageContaining(AmqpError.UNAUTHORIZED_ACCESS);
            assertThatThrownBy(() -> endpoint.read(two, hub1, 0, null))
                    .hasMessageContaining(AmqpError.UNAUTHORIZED_ACCESS);
        }
    }

    @Test
    void token_for_one_partition_opens_no_other() throws Exception {
        endpoint.append(hub1, 0, "zero");
        try (AmqpClient client = endpoint.connect()) {
            String zero = "sb://127.0.0.1/hub1/ConsumerGroups/$Default/Partitions/0";
            assertThat(Endpoint.status(Endpoint.put(client, endpoint.token(hub1, "service", zero))))
                    .isEqualTo(200);
            assertThat(endpoint.read(client, hub1, 0, null).next()).isEqualTo("zero");
            assertThatThrownBy(() -> endpoint.read(client, hub1, 1, null))
                    .hasMessageContaining(AmqpError.UNAUTHORIZED_ACCESS);
            assertThatThrownBy(() -> endpoint.read(client, "hub1/ConsumerGroups/analysis/Partitions/0", null, Map.of()))
                    .hasMessageContaining(AmqpError.UNAUTHORIZED_ACCESS);
        }
    }

    @Test
    void what_does_not_exist_is_not_found() throws Exception {
        try (AmqpClient client = endpoint.authorized(hub1)) {
            for (String address : List.of(
                    "hub1/ConsumerGroups/nobody/Partitions/0",
                    "hub1/ConsumerGroups/$Default/Partitions/4",
                    "hub1/ConsumerGroups/$Default/Partitions/00",
                    "hub1/ConsumerGroups/$Default/Partitions/-1",
                    "hub9/ConsumerGroups/$Default/Partitions/0",
                    "hub1/ConsumerGroups/$Default",
                    "hub1")) {
                assertThatThrownBy(() -> endpoint.read(client, address, null, Map.of()))
                        .as(address)
                        .hasMessageContaining(AmqpError.NOT_FOUND);
            }
        }
        assertThat(endpoint.reasons())
                .containsExactly(
                        "UnknownConsumerGroup",
                        "UnknownPartition",
                        "UnknownPartition",
                        "UnknownPartition",
                        "UnknownHub",
                        "UnknownAddress",
                        "UnknownAddress");
    }

    @Test
    void address_is_read_in_every_spelling() throws Exception {
        endpoint.append(hub1, 0, "m0");
        try (AmqpClient client = endpoint.authorized(hub1)) {
            for (String address : List.of(
                    "/hub1/ConsumerGroups/$Default/Partitions/0",
                    "HUB1/consumergroups/$default/partitions/0/",
                    "hub1/ConsumerGroups/%24Default/Partitions/0",
                    "amqps://127.0.0.1:5671/hub1/ConsumerGroups/$Default/Partitions/0",
                    "hub1/ConsumerGroups/Analysis/Partitions/0")) {
                assertThat(endpoint.read(client, address, null, Map.of()).next())
                        .as(address)
                        .isEqualTo("m0");
            }
        }
    }

    @Test
    void nobody_sends_telemetry_here() throws Exception {
        try (AmqpClient client = endpoint.authorized(hub1)) {
            assertThatThrownBy(() -> client.send("hub1").get()).hasMessageContaining(AmqpError.NOT_ALLOWED);
            assertThatThrownBy(() -> client.send("hub1/Partitions/0").get())
                    .hasMessageContaining(AmqpError.NOT_ALLOWED);
        }
        assertThat(endpoint.reasons()).containsExactly("SendingNotAllowed", "SendingNotAllowed");
    }

    @Test
    void hub_host_form_is_redirected() throws Exception {
        String token = endpoint.iotToken(hub1, "service", "hub1.hub.test");
        try (AmqpClient client = endpoint.connect(ClientSasl.plain("service@sas.root.hub1", token))) {
            assertThatThrownBy(() -> endpoint.read(
                            client, "/messages/events/ConsumerGroups/$Default/Partitions/3", null, Map.of()))
                    .rootCause()
                    .isInstanceOfSatisfying(dev.holdfast.wire.amqp.AmqpException.class, redirect -> {
                        assertThat(redirect.error().condition()).isEqualTo(AmqpError.LINK_REDIRECT);
                        assertThat(redirect.error().info())
                                .containsEntry("hostname", "hub1.hub.test")
                                .containsEntry("network-host", "hub1.hub.test")
                                .containsEntry(
                                        "address",
                                        "amqps://hub1.hub.test:" + endpoint.port()
                                                + "/hub1/ConsumerGroups/$Default/Partitions/3");
                        assertThat(String.valueOf(redirect.error().info().get("port")))
                                .isEqualTo(Integer.toString(endpoint.port()));
                    });
            assertThatThrownBy(() -> client.send("/messages/events/$management").get())
                    .hasMessageContaining(AmqpError.LINK_REDIRECT);
        }
        try (AmqpClient stranger = endpoint.connect()) {
            assertThatThrownBy(() -> endpoint.read(stranger, "/messages/events/$management", null, Map.of()))
                    .hasMessageContaining(AmqpError.UNAUTHORIZED_ACCESS);
        }
    }

    @Test
    void link_ends_when_its_token_runs_out_and_goes_on_when_it_is_renewed() throws Exception {
        try (AmqpClient client = endpoint.authorized(hub1);
                AmqpClient renewing = endpoint.authorized(hub1)) {
            Endpoint.Reader reader = endpoint.read(client, hub1, 0, null);
            Endpoint.Reader renewed = endpoint.read(renewing, hub1, 0, null);
            endpoint.clock.advance(Duration.ofMinutes(50));
            assertThat(Endpoint.status(Endpoint.put(renewing, endpoint.token(hub1, "service", "sb://127.0.0.1/hub1"))))
                    .isEqualTo(200);
            endpoint.clock.advance(Duration.ofMinutes(16));
            assertThat(reader.ended()).startsWith(AmqpError.UNAUTHORIZED_ACCESS);
            endpoint.append(hub1, 0, "still here");
            assertThat(renewed.next()).isEqualTo("still here");
        }
        assertThat(endpoint.reasons()).containsExactly("TokenMissing");
    }

    @Test
    void link_ends_when_the_key_is_regenerated() throws Exception {
        try (AmqpClient client = endpoint.authorized(hub1)) {
            Endpoint.Reader reader = endpoint.read(client, hub1, 0, null);
            change(hub1.settings(), SharedAccessPolicy.standard(new SecureRandom()), Endpoint.GROUPS);
            assertThat(reader.ended()).startsWith(AmqpError.UNAUTHORIZED_ACCESS);
        }
    }

    @Test
    void link_ends_when_the_hub_is_deleted_and_also_when_it_is_made_again() throws Exception {
        try (AmqpClient client = endpoint.authorized(hub1)) {
            Endpoint.Reader reader = endpoint.read(client, hub1, 0, null);
            endpoint.hubs.remove(hub1.name());
            assertThat(reader.ended()).startsWith(AmqpError.RESOURCE_DELETED);
        }
        endpoint.hubs.put(hub1.name(), hub1);
        try (AmqpClient client = endpoint.authorized(hub1)) {
            Endpoint.Reader reader = endpoint.read(client, hub1, 0, null);
            endpoint.create("hub1");
            assertThat(reader.ended()).startsWith(AmqpError.RESOURCE_DELETED);
        }
        assertThat(endpoint.reasons()).containsExactly("HubDeleted", "HubDeleted");
        Endpoint.await(
                "the watches to be closed", () -> Endpoint.log(hub1).watchers.isEmpty());
    }

    @Test
    void link_ends_when_its_consumer_group_is_removed() throws Exception {
        try (AmqpClient client = endpoint.authorized(hub1)) {
            Endpoint.Reader group = endpoint.read(client, "hub1/ConsumerGroups/analysis/Partitions/0", null, Map.of());
            Endpoint.Reader other = endpoint.read(client, hub1, 0, null);
            change(hub1.settings(), hub1.settings().get().policies(), List.of());
            assertThat(group.ended()).startsWith(AmqpError.RESOURCE_DELETED);
            endpoint.append(hub1, 0, "for the other");
            assertThat(other.next()).isEqualTo("for the other");
        }
    }

    private static void change(Live<HubSettings> settings, List<SharedAccessPolicy> policies, List<String> groups) {
        settings.update(now -> new HubSettings(
                now.name(), now.hostName(), now.partitions(), now.retentionDays(), policies, groups, now.createdAt()));
    }

    @Test
    void log_that_can_not_be_read_ends_the_link() throws Exception {
        try (AmqpClient client = endpoint.authorized(hub1)) {
            Endpoint.Reader reader = endpoint.read(client, hub1, 0, null);
            Endpoint.log(hub1).breakIt();
            endpoint.append(hub1, 0, "unreadable");
            assertThat(reader.ended()).startsWith(AmqpError.INTERNAL_ERROR);
            assertThatThrownBy(() -> endpoint.read(client, hub1, 0, null))
                    .hasMessageContaining(AmqpError.INTERNAL_ERROR);
        }
        assertThat(endpoint.reasons()).containsExactly("LogUnreadable", "LogUnreadable");
    }

    @Test
    void reader_that_goes_away_leaves_no_watch() throws Exception {
        try (AmqpClient client = endpoint.authorized(hub1)) {
            for (int i = 0; i < 4; i++) {
                endpoint.read(client, hub1, i, null);
            }
            Endpoint.await("the watches", () -> Endpoint.log(hub1).watchers.size() == 4);
        }
        Endpoint.await(
                "the watches to be closed", () -> Endpoint.log(hub1).watchers.isEmpty());
    }

    private Endpoint.Reader withEpoch(AmqpClient client, long epoch) throws Exception {
        return endpoint.read(
                client, "hub1/ConsumerGroups/$Default/Partitions/0", null, Map.of("com.microsoft:epoch", epoch));
    }

    @Test
    void higher_or_equal_epoch_takes_over_and_lower_ones_are_refused() throws Exception {
        try (AmqpClient one = endpoint.authorized(hub1);
                AmqpClient two = endpoint.authorized(hub1)) {
            Endpoint.Reader plain = endpoint.read(one, hub1, 0, null);
            Endpoint.Reader first = withEpoch(one, 1);
            assertThat(plain.ended()).startsWith(AmqpError.LINK_STOLEN);
            assertThatThrownBy(() -> endpoint.read(two, hub1, 0, null)).hasMessageContaining(AmqpError.LINK_STOLEN);
            assertThatThrownBy(() -> withEpoch(two, 0)).hasMessageContaining(AmqpError.LINK_STOLEN);
            Endpoint.Reader equal = withEpoch(two, 1);
            assertThat(first.ended()).startsWith(AmqpError.LINK_STOLEN);
            Endpoint.Reader higher = withEpoch(one, 2);
            assertThat(equal.ended()).startsWith(AmqpError.LINK_STOLEN);
            // Another partition and another group are not touched.
            endpoint.read(two, hub1, 1, null);
            endpoint.read(two, "hub1/ConsumerGroups/analysis/Partitions/0", null, Map.of());
            endpoint.append(hub1, 0, "for the owner");
            assertThat(higher.next()).isEqualTo("for the owner");
        }
        assertThat(endpoint.reasons())
                .containsExactlyInAnyOrder("Superseded", "EpochTooLow", "EpochTooLow", "Superseded", "Superseded");
    }

    @Test
    void owner_that_left_makes_room_for_readers_without_epoch() throws Exception {
        try (AmqpClient owner = endpoint.authorized(hub1)) {
            withEpoch(owner, 9);
        }
        endpoint.append(hub1, 0, "m0");
        try (AmqpClient client = endpoint.authorized(hub1)) {
            Endpoint.await("the seat", () -> {
                try {
                    return endpoint.read(client, hub1, 0, null).next().equals("m0");
                } catch (Exception stillTaken) {
                    return false;
                }
            });
        }
    }

    @Test
    void epoch_that_is_no_number() throws Exception {
        try (AmqpClient client = endpoint.authorized(hub1)) {
            for (Object epoch : List.of("high", -1L)) {
                assertThatThrownBy(() -> endpoint.read(
                                client,
                                "hub1/ConsumerGroups/$Default/Partitions/0",
                                null,
                                Map.of("com.microsoft:epoch", epoch)))
                        .hasMessageContaining(AmqpError.INVALID_FIELD);
            }
        }
    }

    @Test
    void five_readers_without_epoch_and_no_more() throws Exception {
        List<AmqpClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                clients.add(endpoint.authorized(hub1));
                endpoint.read(clients.getLast(), hub1, 0, null);
            }
            clients.add(endpoint.authorized(hub1));
            assertThatThrownBy(() -> endpoint.read(clients.getLast(), hub1, 0, null))
                    .hasMessageContaining(AmqpError.RESOURCE_LIMIT_EXCEEDED);
            endpoint.read(clients.getLast(), hub1, 1, null);
        } finally {
            clients.forEach(AmqpClient::close);
        }
        assertThat(endpoint.reasons()).containsExactly("TooManyReaders");
    }
}
