package dev.holdfast.hub.device.amqp;

import static dev.holdfast.hub.service.events.Endpoint.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.amqp.LockedDelivery;
import dev.holdfast.hub.command.CloudMessage;
import dev.holdfast.hub.command.FeedbackWanted;
import dev.holdfast.hub.command.InvokeMethod;
import dev.holdfast.hub.command.MethodResult;
import dev.holdfast.hub.command.SendMessage;
import dev.holdfast.hub.command.SendResult;
import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.ModuleName;
import dev.holdfast.hub.identity.ModuleRequest;
import dev.holdfast.hub.identity.ModuleResult;
import dev.holdfast.hub.identity.ModuleSpec;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.identity.RegistryResult;
import dev.holdfast.hub.identity.SymmetricKey;
import dev.holdfast.hub.identity.SymmetricKeys;
import dev.holdfast.hub.link.DeviceLink;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.hub.service.events.Endpoint;
import dev.holdfast.hub.service.events.Endpoint.Reader;
import dev.holdfast.hub.telemetry.StoredMessage;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.wire.amqp.AmqpClient;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.AmqpMessage;
import dev.holdfast.wire.amqp.ClientSasl;
import dev.holdfast.wire.amqp.IncomingLink;
import dev.holdfast.wire.amqp.OutgoingLink;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Devices and modules by their AMQP links, with a client that does exactly what it is told. */
class DevicesOverAmqpTest {
    private static final Identity DEV1 = Identity.of(new DeviceId("dev1"));
    private static final Identity DEV2 = Identity.of(new DeviceId("dev2"));
    private static final Identity MODULE = new Identity(new DeviceId("dev1"), new ModuleId("mod1"));

    private final Endpoint endpoint = new Endpoint();
    private final Hub hub = endpoint.hub1;
    private final Map<String, SymmetricKeys> keys = new HashMap<>();

    @BeforeEach
    void register() {
        for (Hub one : List.of(endpoint.hub1, endpoint.hub2)) {
            for (Identity identity : List.of(DEV1, DEV2)) {
                assertThat(one.registry()
                                .apply(new RegistryRequest.Create(DeviceSpec.of(
                                        identity.device(), new Authentication.Sas(keysOf(one, identity))))))
                        .isInstanceOf(RegistryResult.Done.class);
            }
        }
        ModuleName name = MODULE.moduleName().orElseThrow();
        assertThat(hub.registry()
                        .modules()
                        .apply(new ModuleRequest.Create(
                                ModuleSpec.of(name, new Authentication.Sas(keysOf(hub, MODULE))))))
                .isInstanceOf(ModuleResult.Done.class);
    }

    @AfterEach
    void stop() {
        endpoint.close();
    }

    /** Different for each identity and hub, so that no token is good for another one by chance. */
    private SymmetricKeys keysOf(Hub of, Identity identity) {
        return keys.computeIfAbsent(
                of.name() + "/" + identity,
                _ -> new SymmetricKeys(
                        SymmetricKey.random(new SecureRandom()), SymmetricKey.random(new SecureRandom())));
    }

    private static String path(Identity identity) {
        return "/" + String.join("/", identity.path());
    }

    private String token(Hub of, Identity identity) {
        return endpoint.sign(
                of.settings().get().hostName() + path(identity),
                keysOf(of, identity).primary().bytes(),
                "");
    }

    /** A client that put tokens of these. */
    private AmqpClient connect(Identity... identities) throws Exception {
        AmqpClient client = endpoint.connect();
        for (Identity identity : identities) {
            show(client, identity);
        }
        return client;
    }

    private void show(AmqpClient client, Identity identity) throws Exception {
        AmqpMessage answer = Endpoint.put(client, "the same name for all", token(hub, identity));
        assertThat(Endpoint.status(answer)).isEqualTo(200);
    }

    private static OutgoingLink send(AmqpClient client, Identity identity, String what) throws Exception {
        return client.send(path(identity) + what, Map.of("com.microsoft:channel-correlation-id", "channel"))
                .get(30, TimeUnit.SECONDS);
    }

    private Reader receive(AmqpClient client, Identity identity, String what) throws Exception {
        return endpoint.read(
                client, path(identity) + what, null, Map.of("com.microsoft:channel-correlation-id", "channel"));
    }

    /** Sends and waits for the outcome. */
    private static OutgoingLink.Outcome sent(AmqpClient client, OutgoingLink link, AmqpMessage message)
            throws Exception {
        CompletableFuture<OutgoingLink.Outcome> outcome = new CompletableFuture<>();
        client.execute(() -> link.send(
                message.encode(),
                UUID.randomUUID().toString().substring(0, 8).getBytes(StandardCharsets.UTF_8),
                (decided, settle) -> {
                    settle.settle(null);
                    outcome.complete(decided);
                }));
        return outcome.get(30, TimeUnit.SECONDS);
    }

    private static AmqpMessage data(String body) {
        return new AmqpMessage(
                Map.of(),
                Map.of(),
                AmqpMessage.Properties.NONE,
                Map.of(),
                new AmqpMessage.Body.Data(body.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> bodies(Hub of) {
        return Endpoint.telemetry(of).stream()
                .map(one -> new String(one.message().body(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void telemetry_keeps_what_was_said() throws Exception {
        UUID id = UUID.randomUUID();
        try (AmqpClient client = connect(MODULE)) {
            OutgoingLink link = client.send(
                            "amqps://hub1.hub.test/DEVICES/dev1/Modules/mod1/messages/Events",
                            Map.of("com.microsoft:model-id", "dtmi:test;1"))
                    .get(30, TimeUnit.SECONDS);
            AmqpMessage message = new AmqpMessage(
                    Map.of(),
                    Map.of("x-opt-output-name", "alarms", "other", 7),
                    new AmqpMessage.Properties(
                            id,
                            "user".getBytes(StandardCharsets.UTF_8),
                            "to",
                            null,
                            null,
                            UnsignedLong.valueOf(42),
                            "application/json",
                            "utf-8",
                            Instant.parse("2027-01-01T00:00:00Z"),
                            null),
                    Map.of("number", 15L, "flag", true, "iothub-connection-device-id", "forged"),
                    new AmqpMessage.Body.Data("{}".getBytes(StandardCharsets.UTF_8)));
            assertThat(sent(client, link, message)).isEqualTo(OutgoingLink.Outcome.ACCEPTED);
        }
        StoredMessage stored = Endpoint.telemetry(hub).getFirst();
        assertThat(stored.stamp().sender()).isEqualTo(MODULE);
        assertThat(stored.stamp().modelId()).isEqualTo("dtmi:test;1");
        assertThat(stored.message().properties()).isEqualTo(Map.of("number", "15", "flag", "true"));
        assertThat(stored.message().system())
                .isEqualTo(Map.of(
                        SystemProperty.MESSAGE_ID, id.toString(),
                        SystemProperty.USER_ID, "user",
                        SystemProperty.TO, "to",
                        SystemProperty.CORRELATION_ID, "42",
                        SystemProperty.CONTENT_TYPE, "application/json",
                        SystemProperty.CONTENT_ENCODING, "utf-8",
                        SystemProperty.EXPIRY_TIME, "2027-01-01T00:00:00Z",
                        SystemProperty.OUTPUT_NAME, "alarms"));
        assertThat(endpoint.connected)
                .extracting(one -> one.device() + " " + one.authentication())
                .containsExactly("dev1/mod1 sas");
    }

    @Test
    void telemetry_that_cannot_be_stored_is_rejected_and_the_link_stays() throws Exception {
        try (AmqpClient client = connect(DEV1)) {
            OutgoingLink link = send(client, DEV1, "/messages/events");
            AmqpMessage value = AmqpMessage.ofValue(AmqpMessage.Properties.NONE, Map.of(), "text");
            assertThat(sent(client, link, value)).isEqualTo(OutgoingLink.Outcome.REJECTED);
            assertThat(sent(client, link, data("x".repeat(256 * 1024 + 1)))).isEqualTo(OutgoingLink.Outcome.REJECTED);
            assertThat(sent(client, link, data("good"))).isEqualTo(OutgoingLink.Outcome.ACCEPTED);
        }
        assertThat(bodies(hub)).containsExactly("good");
        assertThat(endpoint.reasons()).containsExactly("MessageMalformed", "MessageTooLarge");
    }

    @Test
    void nothing_is_read_while_the_hub_has_no_room_whatever_credit_is_out() throws Exception {
        int count = 24;
        AtomicInteger accepted = new AtomicInteger();
        try (AmqpClient client = connect(DEV1)) {
            OutgoingLink link = send(client, DEV1, "/messages/events");
            OutgoingLink other = send(client, DEV1, "/messages/events");
            Endpoint.crowd(hub);
            client.execute(() -> {
                for (int i = 0; i < count; i++) {
                    byte[] tag = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
                    (i % 2 == 0 ? link : other).send(data("m" + i).encode(), tag, (decided, settle) -> {
                        settle.settle(null);
                        if (decided == OutgoingLink.Outcome.ACCEPTED) {
                            accepted.incrementAndGet();
                        }
                    });
                }
            });
            for (int i = 0; i < count; i++) {
                await("the next message", () -> Endpoint.storeHeld(hub));
            }
            await("all outcomes", () -> accepted.get() == count);
        }
        assertThat(Endpoint.mostHeld(hub)).isEqualTo(1);
        assertThat(bodies(hub)).hasSize(count).doesNotHaveDuplicates();
    }

    @Test
    void model_id_that_is_none_lets_nobody_in() throws Exception {
        try (AmqpClient client = connect(DEV1)) {
            for (String model : List.of("y".repeat(2049), "dtmi:x\r\n;1")) {
                assertThatThrownBy(
                                () -> client.send(path(DEV1) + "/messages/events", Map.of(DevicesPart.MODEL_ID, model))
                                        .get(30, TimeUnit.SECONDS))
                        .hasMessageContaining(AmqpError.INVALID_FIELD)
                        .hasMessageContaining("longer than 2048 characters or holds a control character");
            }
            assertThat(hub.links().isConnected(DEV1)).isFalse();
            client.send(path(DEV1) + "/messages/events", Map.of(DevicesPart.MODEL_ID, "y".repeat(2048)))
                    .get(30, TimeUnit.SECONDS);
        }
        assertThat(endpoint.reasons()).containsExactly("ModelIdMalformed", "ModelIdMalformed");
    }

    @Test
    void sasl_plain_lets_in_whom_the_token_names_and_nobody_else() throws Exception {
        try (AmqpClient client = endpoint.connect(ClientSasl.plain("dev1@sas.hub1", token(hub, DEV1)))) {
            assertThat(sent(client, send(client, DEV1, "/messages/events"), data("plain")))
                    .isEqualTo(OutgoingLink.Outcome.ACCEPTED);
            assertThatThrownBy(() -> send(client, DEV2, "/messages/events"))
                    .hasMessageContaining(AmqpError.UNAUTHORIZED_ACCESS);
        }
        assertThatThrownBy(() -> endpoint.connect(ClientSasl.plain("dev2@sas.hub1", token(hub, DEV1))));
        assertThatThrownBy(() -> endpoint.connect(ClientSasl.plain("dev1@sas.hub9", token(hub, DEV1))));
        assertThat(endpoint.reasons()).containsExactly("NoCredentials", "TokenForOtherResource", "UnknownHub");
    }

    @Test
    void a_device_does_not_receive_where_it_sends() throws Exception {
        try (AmqpClient client = connect(DEV1)) {
            assertThatThrownBy(() -> receive(client, DEV1, "/messages/events"))
                    .hasMessageContaining(AmqpError.NOT_FOUND);
        }
    }

    /** Every link that a connection asks for is opened if and only if it proved the identity in that hub. */
    @Test
    void links_are_for_who_was_proved_alone() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Identity> identities = List.of(DEV1, DEV2, MODULE);
        List<String> incoming = List.of("/messages/events", "/twin", "/methods/devicebound");
        List<String> outgoing = List.of("/messages/devicebound", "/twin", "/methods/deviceBound");
        for (int round = 0; round < 12; round++) {
            List<Identity> proved =
                    identities.stream().filter(_ -> random.nextBoolean()).toList();
            try (AmqpClient client = connect(proved.toArray(Identity[]::new))) {
                for (int attempt = 0; attempt < 6; attempt++) {
                    Identity asked = identities.get(random.nextInt(identities.size()));
                    boolean sends = random.nextBoolean();
                    // Only modules receive where they send.
                    List<String> received = asked.equals(MODULE)
                            ? Stream.concat(outgoing.stream(), Stream.of("/messages/events"))
                                    .toList()
                            : outgoing;
                    String what = sends
                            ? incoming.get(random.nextInt(incoming.size()))
                            : received.get(random.nextInt(received.size()));
                    String printed = "seed " + seed + ": " + asked + what + " with proofs of " + proved;
                    if (proved.contains(asked)) {
                        assertThat(sends ? send(client, asked, what) : receive(client, asked, what))
                                .as(printed)
                                .isNotNull();
                    } else {
                        assertThatThrownBy(() -> {
                                    if (sends) {
                                        send(client, asked, what);
                                    } else {
                                        receive(client, asked, what);
                                    }
                                })
                                .as(printed)
                                .hasMessageContaining(AmqpError.UNAUTHORIZED_ACCESS);
                    }
                }
            }
        }
    }

    @Test
    void token_of_another_hub_opens_nothing_here() throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            assertThat(Endpoint.status(Endpoint.put(client, token(endpoint.hub2, DEV1))))
                    .isEqualTo(200);
            assertThatThrownBy(() -> client.send("amqps://hub1.hub.test/devices/dev1/messages/events")
                            .get(30, TimeUnit.SECONDS))
                    .hasMessageContaining(AmqpError.UNAUTHORIZED_ACCESS);
            // A path alone means the hub whose token was shown.
            assertThat(sent(client, send(client, DEV1, "/messages/events"), data("second")))
                    .isEqualTo(OutgoingLink.Outcome.ACCEPTED);
        }
        assertThat(bodies(hub)).isEmpty();
        assertThat(bodies(endpoint.hub2)).containsExactly("second");
    }

    @Test
    void who_proved_nothing_does_not_learn_which_devices_there_are() throws Exception {
        List<String> told = new ArrayList<>();
        for (String device : List.of("dev1", "nobody")) {
            try (AmqpClient client = endpoint.connect()) {
                String token = endpoint.sign("hub1.hub.test/devices/" + device, new byte[32], "");
                AmqpMessage answer = Endpoint.put(client, token);
                assertThat(Endpoint.status(answer)).isEqualTo(401);
                String text = String.valueOf(answer.applicationProperties().get("status-description"));
                told.add(text.substring(0, text.indexOf(" (report")));
            }
        }
        assertThat(told.get(0)).isEqualTo(told.get(1));
        assertThat(endpoint.reasons()).containsExactly("TokenSignatureWrong", "UnknownDevice");
    }

    private static AmqpMessage twinRequest(String operation, @Nullable String resource, Object id, String body) {
        Map<String, Object> annotations = resource == null
                ? Map.of("operation", operation)
                : Map.of("operation", operation, "resource", resource);
        return new AmqpMessage(
                Map.of(),
                annotations,
                AmqpMessage.Properties.answer(id),
                Map.of(),
                new AmqpMessage.Body.Data(body.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void twin_answers_have_the_types_that_sdks_read() throws Exception {
        try (AmqpClient client = connect(DEV1)) {
            OutgoingLink requests = send(client, DEV1, "/twin");
            Reader answers = receive(client, DEV1, "/twin");
            byte[] binary = {1, 2, 3};
            for (Object id : List.of("text", UUID.randomUUID(), UnsignedLong.valueOf(42), binary)) {
                assertThat(sent(client, requests, twinRequest("GET", null, id, " ")))
                        .isEqualTo(OutgoingLink.Outcome.ACCEPTED);
                AmqpMessage answer = answers.nextMessage();
                assertThat(answer.properties().correlationId()).isEqualTo(id).hasSameClassAs(id);
                assertThat(answer.annotations()).isEqualTo(Map.of("status", 200));
                assertThat(Endpoint.body(answer)).contains("\"desired\"");
            }
            sent(client, requests, twinRequest("PATCH", "/properties/reported", "p", "{\"a\":1}"));
            AmqpMessage reported = answers.nextMessage();
            assertThat(reported.annotations()).isEqualTo(Map.of("status", 204, "version", 2L));
            sent(client, requests, twinRequest("PATCH", "/properties/reported", "bad", "{"));
            AmqpMessage refused = answers.nextMessage();
            assertThat(refused.annotations()).isEqualTo(Map.of("status", 400));
            assertThat(Endpoint.body(refused)).contains("\"errorCode\":400006");
            sent(client, requests, twinRequest("JUMP", "/over", "odd", ""));
            assertThat(answers.nextMessage().annotations()).isEqualTo(Map.of("status", 400));
        }
    }

    @Test
    void method_is_called_by_uuid_and_answered_by_uuid_text_or_bytes() throws Exception {
        try (AmqpClient client = connect(DEV1)) {
            Reader calls = receive(client, DEV1, "/methods/devicebound");
            OutgoingLink answers = send(client, DEV1, "/methods/devicebound");
            for (int form = 0; form < 3; form++) {
                CompletableFuture<MethodResult> result = CompletableFuture.supplyAsync(() -> hub.methods()
                        .invoke(new InvokeMethod(
                                DEV1, "reboot", "{\"n\":1}", Duration.ofSeconds(30), Duration.ofSeconds(30))));
                AmqpMessage call = calls.nextMessage();
                assertThat(call.applicationProperties()).isEqualTo(Map.of("IoThub-methodname", "reboot"));
                assertThat(Endpoint.body(call)).isEqualTo("{\"n\":1}");
                UUID id = (UUID) call.properties().correlationId();
                assertThat(id).isNotNull();
                assertThat(id.version()).isEqualTo(4);
                Object back = form == 0 ? id : form == 1 ? id.toString() : LockedDelivery.tag(id);
                AmqpMessage answer = new AmqpMessage(
                        Map.of(),
                        Map.of(),
                        AmqpMessage.Properties.answer(back),
                        Map.of("IoThub-status", 200 + form),
                        new AmqpMessage.Body.Data("true".getBytes(StandardCharsets.UTF_8)));
                assertThat(sent(client, answers, answer)).isEqualTo(OutgoingLink.Outcome.ACCEPTED);
                assertThat(result.get(30, TimeUnit.SECONDS)).isEqualTo(new MethodResult.Answered(200 + form, "true"));
            }
        }
    }

    private void queue(Identity to, String body) {
        assertThat(hub.messages()
                        .send(new SendMessage(
                                to,
                                new CloudMessage(
                                        body.getBytes(StandardCharsets.UTF_8),
                                        Map.of(SystemProperty.MESSAGE_ID, "id of " + body),
                                        Map.of("colour", "blue"),
                                        FeedbackWanted.NONE,
                                        null))))
                .isInstanceOf(SendResult.Queued.class);
    }

    @Test
    void messages_come_in_order_and_are_gone_when_they_are_settled() throws Exception {
        queue(DEV1, "one");
        queue(DEV1, "two");
        try (AmqpClient client = connect(DEV1, DEV2)) {
            Reader messages = receive(client, DEV1, "/messages/deviceBound");
            AmqpMessage first = messages.nextMessage();
            assertThat(Endpoint.body(first)).isEqualTo("one");
            assertThat(first.properties().messageId()).isEqualTo("id of one");
            assertThat(first.properties().to()).isEqualTo("/devices/dev1/messages/devicebound");
            assertThat(first.applicationProperties()).isEqualTo(Map.of("colour", "blue"));
            assertThat(first.annotations())
                    .containsEntry("iothub-sequencenumber", 1L)
                    .containsEntry("iothub-deliverycount", 0)
                    .containsKey("iothub-enqueuedtime");
            assertThat(messages.next()).isEqualTo("two");
            queue(DEV2, "for another");
            queue(DEV1, "three");
            assertThat(messages.next()).isEqualTo("three");
            await("an empty queue", () -> hub.messages().count(DEV1) == 0);
        }
        assertThat(hub.messages().count(DEV2)).isEqualTo(1);
    }

    @Test
    void message_that_was_not_settled_is_given_out_again_when_its_link_is_over() throws Exception {
        queue(DEV1, "one");
        LinkedBlockingQueue<IncomingLink.Arrived> unsettled = new LinkedBlockingQueue<>();
        try (AmqpClient client = connect(DEV1)) {
            // Keeps the device connected, so that it is the link alone that ends.
            send(client, DEV1, "/messages/events");
            IncomingLink first = client.receive(
                            new AmqpClient.ReceiverOptions(
                                    "/devices/dev1/messages/devicebound", null, null, Map.of(), 1),
                            unsettled::add)
                    .get(30, TimeUnit.SECONDS);
            assertThat(unsettled.poll(30, TimeUnit.SECONDS)).isNotNull();
            client.execute(() -> first.detach(new AmqpError(AmqpError.LINK_DETACH_FORCED, "enough")));
            assertThat(receive(client, DEV1, "/messages/devicebound").next()).isEqualTo("one");
            await("an empty queue", () -> hub.messages().count(DEV1) == 0);
        }
    }

    @Test
    void rejected_message_is_gone() throws Exception {
        queue(DEV1, "bad");
        try (AmqpClient client = connect(DEV1)) {
            client.receive(
                            new AmqpClient.ReceiverOptions(
                                    "/devices/dev1/messages/devicebound", null, null, Map.of(), 5),
                            arrived -> arrived.reject(new AmqpError(AmqpError.INVALID_FIELD, "no")))
                    .get(30, TimeUnit.SECONDS);
            await("an empty queue", () -> hub.messages().count(DEV1) == 0);
        }
    }

    @Test
    void newest_connection_wins_and_the_rest_of_the_older_one_stays() throws Exception {
        try (AmqpClient older = connect(DEV1, DEV2);
                AmqpClient newer = connect(DEV1)) {
            Reader stolen = receive(older, DEV1, "/twin");
            OutgoingLink stays = send(older, DEV2, "/messages/events");
            send(newer, DEV1, "/messages/events");
            assertThat(stolen.ended()).startsWith(AmqpError.LINK_STOLEN);
            assertThat(sent(older, stays, data("still here"))).isEqualTo(OutgoingLink.Outcome.ACCEPTED);
            // Who attaches again takes it back.
            send(older, DEV1, "/messages/events");
            await("two reports", () -> endpoint.reasons().size() == 2);
        }
        assertThat(endpoint.reasons()).containsOnly("SupersededByNewConnection");
    }

    @Test
    void device_is_connected_from_its_first_link_to_its_last() throws Exception {
        try (AmqpClient client = connect(DEV1)) {
            assertThat(hub.links().isConnected(DEV1)).isFalse();
            OutgoingLink events = send(client, DEV1, "/messages/events");
            Reader twin = receive(client, DEV1, "/twin");
            assertThat(hub.links().isConnected(DEV1)).isTrue();
            client.execute(() -> events.detach(new AmqpError(AmqpError.LINK_DETACH_FORCED, "done")));
            client.execute(() -> twin.link.detach(new AmqpError(AmqpError.LINK_DETACH_FORCED, "done")));
            await("the end", () -> !hub.links().isConnected(DEV1));
            send(client, DEV1, "/messages/events");
            assertThat(hub.links().isConnected(DEV1)).isTrue();
        }
        await("the end", () -> !hub.links().isConnected(DEV1));
        assertThat(endpoint.connected).hasSize(2);
    }

    @Test
    void device_that_is_ended_while_it_comes_in_is_not_connected() throws Exception {
        AtomicInteger ended = new AtomicInteger();
        try (AmqpClient client = connect(DEV1)) {
            // Told that it is superseded when the newer one is among the links, and does not know it yet.
            DeviceLink older = _ -> {
                hub.links().end(DEV1, new LinkEnd.DeviceDisabled());
                // Answered behind the end, on the same event loop.
                assertThatThrownBy(() -> send(client, DEV1, "/nowhere")).isInstanceOf(ExecutionException.class);
                ended.incrementAndGet();
            };
            hub.links().register(DEV1, older, new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711));
            assertThatThrownBy(() -> send(client, DEV1, "/messages/events"))
                    .hasMessageContaining(AmqpError.UNAUTHORIZED_ACCESS);
            assertThat(ended).hasValue(1);
            assertThat(hub.links().isConnected(DEV1)).isFalse();
            // The next one is a new start.
            send(client, DEV1, "/messages/events");
            assertThat(hub.links().isConnected(DEV1)).isTrue();
        }
    }

    @Test
    void every_end_is_told_with_its_condition_and_a_report() throws Exception {
        try (AmqpClient client = connect(DEV1)) {
            Map<LinkEnd, String> ends = Map.of(
                    new LinkEnd.DeviceDisabled(), AmqpError.UNAUTHORIZED_ACCESS,
                    new LinkEnd.DeviceDeleted(), AmqpError.NOT_FOUND,
                    new LinkEnd.HubDeleted(), AmqpError.RESOURCE_DELETED);
            for (Map.Entry<LinkEnd, String> end : ends.entrySet()) {
                endpoint.reports.clear();
                Reader twin = receive(client, DEV1, "/twin");
                hub.links().end(DEV1, end.getKey());
                assertThat(twin.ended())
                        .startsWith(end.getValue())
                        .contains("(report " + endpoint.reports.getFirst().id() + ")");
                assertThat(endpoint.reasons()).containsExactly(end.getKey().reason());
            }
            Reader last = receive(client, DEV1, "/twin");
            hub.links().endAll(new LinkEnd.ServerStopping());
            assertThat(client.closed().get(30, TimeUnit.SECONDS).condition()).isEqualTo(AmqpError.CONNECTION_FORCED);
            assertThat(last.messages).isEmpty();
        }
    }

    @Test
    void device_may_not_send_where_it_receives_or_receive_where_it_sends() throws Exception {
        try (AmqpClient client = connect(DEV1)) {
            assertThatThrownBy(() -> send(client, DEV1, "/messages/devicebound"))
                    .hasMessageContaining(AmqpError.NOT_ALLOWED);
            assertThatThrownBy(() -> receive(client, DEV1, "/messages/events"))
                    .hasMessageContaining(AmqpError.NOT_FOUND);
        }
    }

    @Test
    void one_device_has_so_many_links_and_no_more() throws Exception {
        int max = endpoint.limits.amqp().devices().linksMax();
        try (AmqpClient client = connect(DEV1, DEV2)) {
            for (int i = 0; i < max; i++) {
                send(client, DEV1, "/messages/events");
            }
            assertThatThrownBy(() -> send(client, DEV1, "/messages/events"))
                    .hasMessageContaining(AmqpError.RESOURCE_LIMIT_EXCEEDED);
            send(client, DEV2, "/messages/events");
        }
        assertThat(endpoint.reasons()).containsExactly("TooManyLinksOfDevice");
    }
}
