package dev.holdfast.hub.device.amqp;

import static dev.holdfast.hub.service.events.Endpoint.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.fault.FaultKind;
import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.identity.RegistryResult;
import dev.holdfast.hub.identity.SymmetricKey;
import dev.holdfast.hub.identity.SymmetricKeys;
import dev.holdfast.hub.service.events.Endpoint;
import dev.holdfast.wire.amqp.AmqpClient;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.AmqpLink;
import dev.holdfast.wire.amqp.AmqpMessage;
import dev.holdfast.wire.amqp.OutgoingLink;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices that ask for faults over AMQP: what was asked for breaks, and nothing else. */
final class FaultsOverAmqpTest {
    private static final Identity DEV1 = Identity.of(new DeviceId("dev1"));
    private static final Identity DEV2 = Identity.of(new DeviceId("dev2"));
    private static final Map<String, Object> CHANNEL = Map.of("com.microsoft:channel-correlation-id", "channel");

    private final Endpoint endpoint = new Endpoint();
    private final Hub hub = endpoint.hub1;
    private final SymmetricKeys keys =
            new SymmetricKeys(SymmetricKey.random(new SecureRandom()), SymmetricKey.random(new SecureRandom()));

    @BeforeEach
    void register() {
        for (Identity identity : List.of(DEV1, DEV2)) {
            DeviceSpec spec = DeviceSpec.of(identity.device(), new Authentication.Sas(keys));
            assertThat(hub.registry().apply(new RegistryRequest.Create(spec))).isInstanceOf(RegistryResult.Done.class);
        }
    }

    @AfterEach
    void stop() {
        endpoint.close();
    }

    private void show(AmqpClient client, Identity identity) throws Exception {
        String token = endpoint.sign(
                hub.settings().get().hostName() + path(identity), keys.primary().bytes(), "");
        assertThat(Endpoint.status(Endpoint.put(client, path(identity), token))).isEqualTo(200);
    }

    private static String path(Identity identity) {
        return "/devices/" + identity;
    }

    private static OutgoingLink telemetry(AmqpClient client, Identity identity) throws Exception {
        return client.send(path(identity) + "/messages/events").get(30, TimeUnit.SECONDS);
    }

    /** Every link of dev1, by the word of the fault that breaks it alone. */
    private Map<String, AmqpLink> links(AmqpClient client) throws Exception {
        Map<String, AmqpLink> links = new LinkedHashMap<>();
        links.put("KillAmqpD2CLink", telemetry(client, DEV1));
        links.put("KillAmqpC2DLink", receive(client, "/messages/devicebound"));
        links.put(
                "KillAmqpTwinLinkReq",
                client.send(path(DEV1) + "/twin", CHANNEL).get(30, TimeUnit.SECONDS));
        links.put("KillAmqpTwinLinkResp", receive(client, "/twin"));
        links.put("KillAmqpMethodReqLink", receive(client, "/methods/devicebound"));
        links.put(
                "KillAmqpMethodRespLink",
                client.send(path(DEV1) + "/methods/devicebound", CHANNEL).get(30, TimeUnit.SECONDS));
        return links;
    }

    private AmqpLink receive(AmqpClient client, String what) throws Exception {
        return endpoint.read(client, path(DEV1) + what, null, CHANNEL).link;
    }

    private static AmqpMessage fault(String kind, Object... more) {
        Map<String, Object> properties = new HashMap<>(Map.of("AzIoTHub_FaultOperationType", kind));
        for (int i = 0; i < more.length; i += 2) {
            properties.put("AzIoTHub_FaultOperation" + more[i], more[i + 1]);
        }
        return new AmqpMessage(
                Map.of(),
                Map.of(),
                AmqpMessage.Properties.NONE,
                properties,
                new AmqpMessage.Body.Data("fault".getBytes(StandardCharsets.UTF_8)));
    }

    private static AmqpMessage data() {
        return new AmqpMessage(
                Map.of(), Map.of(), AmqpMessage.Properties.NONE, Map.of(), new AmqpMessage.Body.Data(new byte[1]));
    }

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

    /** A client whose links are over is told of it on its own event loop. */
    private static boolean isOpen(AmqpClient client, AmqpLink link) {
        CompletableFuture<Boolean> open = new CompletableFuture<>();
        client.execute(() -> open.complete(link.isOpen()));
        return open.completeOnTimeout(false, 1, TimeUnit.SECONDS).join();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "KillAmqpD2CLink",
                "KillAmqpC2DLink",
                "KillAmqpTwinLinkReq",
                "KillAmqpTwinLinkResp",
                "KillAmqpMethodReqLink",
                "KillAmqpMethodRespLink"
            })
    void one_link_is_detached_and_all_others_stay(String kind) throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            show(client, DEV1);
            Map<String, AmqpLink> links = links(client);
            OutgoingLink asking = telemetry(client, DEV1);
            assertThat(sent(client, asking, fault(kind, "DelayInSecs", 0, "CloseReason", "boom")))
                    .isEqualTo(OutgoingLink.Outcome.ACCEPTED);
            AmqpLink broken = Objects.requireNonNull(links.get(kind));
            await("the end of the link", () -> broken.remoteError() != null);
            assertThat(String.valueOf(broken.remoteError()))
                    .contains(AmqpError.LINK_DETACH_FORCED, "injected fault", kind + " ('boom')");
            links.forEach(
                    (name, link) -> assertThat(isOpen(client, link)).as(name).isEqualTo(!name.equals(kind)));
            assertThat(hub.links().isConnected(DEV1)).isTrue();
        }
        // Whoever asks for the telemetry link to be broken loses the one that it asked on as well.
        assertThat(endpoint.reasons())
                .hasSize(kind.equals("KillAmqpD2CLink") ? 2 : 1)
                .containsOnly("FaultInjected");
        assertThat(Endpoint.telemetry(hub)).isEmpty();
        assertThat(hub.faults().counts().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"KillAmqpCBSLinkReq", "KillAmqpCBSLinkResp"})
    void a_link_for_tokens_is_detached_and_the_device_stays(String kind) throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            show(client, DEV1);
            OutgoingLink link = telemetry(client, DEV1);
            assertThat(sent(client, link, fault(kind))).isEqualTo(OutgoingLink.Outcome.ACCEPTED);
            await("the report", () -> endpoint.reasons().contains("FaultInjected"));
            assertThat(sent(client, link, data())).isEqualTo(OutgoingLink.Outcome.ACCEPTED);
        }
        assertThat(endpoint.reasons()).containsExactly("FaultInjected");
        assertThat(Endpoint.telemetry(hub)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"KillTcp", "KillAmqpConnection", "KillAmqpSession", "ShutDownAmqp"})
    void all_links_go_with_the_session_or_the_connection_and_the_device_comes_in_again(String kind) throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            show(client, DEV1);
            Map<String, AmqpLink> links = links(client);
            OutgoingLink asking = telemetry(client, DEV1);
            assertThat(sent(client, asking, fault(kind))).isEqualTo(OutgoingLink.Outcome.ACCEPTED);
            await("the end of all links", () -> links.values().stream().noneMatch(link -> isOpen(client, link)));
            await("the end at the hub", () -> !hub.links().isConnected(DEV1));
        }
        assertThat(endpoint.reasons()).containsExactly("FaultInjected");
        try (AmqpClient client = endpoint.connect()) {
            show(client, DEV1);
            assertThat(sent(client, telemetry(client, DEV1), data())).isEqualTo(OutgoingLink.Outcome.ACCEPTED);
        }
    }

    @Test
    void the_session_ends_though_the_link_that_it_was_asked_on_was_attached_anew() throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            show(client, DEV1);
            AmqpLink received = receive(client, "/messages/devicebound");
            OutgoingLink asking = telemetry(client, DEV1);
            assertThat(sent(client, asking, fault("KillAmqpSession", "DelayInSecs", 1)))
                    .isEqualTo(OutgoingLink.Outcome.ACCEPTED);
            client.execute(() -> asking.detach(new AmqpError(AmqpError.LINK_DETACH_FORCED, "bye")));
            OutgoingLink anew = telemetry(client, DEV1);
            await("the end of all links", () -> !isOpen(client, anew) && !isOpen(client, received));
            await("the end at the hub", () -> !hub.links().isConnected(DEV1));
        }
        assertThat(endpoint.reasons()).containsExactly("FaultInjected");
        assertThat(hub.faults().counts()).containsEntry(FaultKind.KILL_AMQP_SESSION, 1L);
    }

    @ParameterizedTest
    @CsvSource({
        "InvokeThrottling,com.microsoft:device-container-throttled",
        "InvokeMaxMessageQuota,amqp:resource-limit-exceeded",
        "InvokeAuthError,amqp:unauthorized-access"
    })
    void telemetry_is_rejected_for_its_time_and_the_links_stay(String kind, String condition) throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            show(client, DEV1);
            show(client, DEV2);
            OutgoingLink link = telemetry(client, DEV1);
            OutgoingLink other = telemetry(client, DEV2);
            assertThat(sent(client, link, fault(kind, "DurationInSecs", 20L))).isEqualTo(OutgoingLink.Outcome.ACCEPTED);
            assertThat(sent(client, link, data())).isEqualTo(OutgoingLink.Outcome.REJECTED);
            assertThat(sent(client, other, data())).isEqualTo(OutgoingLink.Outcome.ACCEPTED);
            try (AmqpClient second = endpoint.connect()) {
                show(second, DEV1);
                assertThatThrownBy(() -> telemetry(second, DEV1)).hasMessageContaining(condition);
            }
            assertThat(isOpen(client, link)).as("who was let in stays").isTrue();
        }
        assertThat(endpoint.reasons()).containsOnly("RequestRefusedByFault").hasSize(2);
    }

    @Test
    void what_is_no_fault_of_amqp_is_rejected_and_the_link_stays() throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            show(client, DEV1);
            OutgoingLink link = telemetry(client, DEV1);
            for (AmqpMessage wrong :
                    List.of(fault("KillEverything"), fault("KillTcp", "DelayInSecs", -1), fault("ShutDownMqtt"))) {
                assertThat(sent(client, link, wrong)).isEqualTo(OutgoingLink.Outcome.REJECTED);
            }
            for (int waiting = 0; waiting < 8; waiting++) {
                assertThat(sent(client, link, fault("KillTcp", "DelayInSecs", 300)))
                        .isEqualTo(OutgoingLink.Outcome.ACCEPTED);
            }
            assertThat(sent(client, link, fault("KillTcp", "DelayInSecs", 300)))
                    .isEqualTo(OutgoingLink.Outcome.REJECTED);
            assertThat(sent(client, link, data())).isEqualTo(OutgoingLink.Outcome.ACCEPTED);
        }
        assertThat(endpoint.reasons())
                .containsExactly("FaultMalformed", "FaultMalformed", "FaultImpossible", "TooManyFaults");
    }

    @Test
    void so_many_faults_wait_on_a_connection_whichever_of_its_devices_asked_until_one_leaves() throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            show(client, DEV1);
            show(client, DEV2);
            OutgoingLink one = telemetry(client, DEV1);
            OutgoingLink other = telemetry(client, DEV2);
            for (int waiting = 0; waiting < 8; waiting++) {
                assertThat(sent(client, waiting < 5 ? one : other, fault("KillTcp", "DelayInSecs", 300)))
                        .isEqualTo(OutgoingLink.Outcome.ACCEPTED);
            }
            for (OutgoingLink link : List.of(one, other)) {
                assertThat(sent(client, link, fault("KillTcp", "DelayInSecs", 300)))
                        .isEqualTo(OutgoingLink.Outcome.REJECTED);
            }
            client.execute(() -> one.detach(new AmqpError(AmqpError.LINK_DETACH_FORCED, "bye")));
            await("the end at the hub", () -> !hub.links().isConnected(DEV1));
            OutgoingLink anew = telemetry(client, DEV1);
            for (int waiting = 0; waiting < 5; waiting++) {
                assertThat(sent(client, anew, fault("KillTcp", "DelayInSecs", 300)))
                        .isEqualTo(OutgoingLink.Outcome.ACCEPTED);
            }
            assertThat(sent(client, anew, fault("KillTcp", "DelayInSecs", 300)))
                    .isEqualTo(OutgoingLink.Outcome.REJECTED);
        }
        assertThat(endpoint.reasons()).containsExactly("TooManyFaults", "TooManyFaults", "TooManyFaults");
    }

    @Test
    void a_device_that_left_does_not_break_the_connection_of_the_others() throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            show(client, DEV1);
            show(client, DEV2);
            AmqpLink received = endpoint.read(client, path(DEV2) + "/messages/devicebound", null, CHANNEL).link;
            OutgoingLink staying = telemetry(client, DEV2);
            for (String kind : List.of("KillTcp", "KillAmqpSession", "KillAmqpCBSLinkReq")) {
                OutgoingLink leaving = telemetry(client, DEV1);
                assertThat(sent(client, leaving, fault(kind, "DelayInSecs", 1)))
                        .isEqualTo(OutgoingLink.Outcome.ACCEPTED);
                client.execute(() -> leaving.detach(new AmqpError(AmqpError.LINK_DETACH_FORCED, "bye")));
                await("the end at the hub", () -> !hub.links().isConnected(DEV1));
            }
            // Its time comes behind theirs.
            assertThat(sent(client, staying, fault("KillAmqpC2DLink", "DelayInSecs", 1)))
                    .isEqualTo(OutgoingLink.Outcome.ACCEPTED);
            await("the end of the link", () -> !isOpen(client, received));
            assertThat(sent(client, staying, data())).isEqualTo(OutgoingLink.Outcome.ACCEPTED);
        }
        assertThat(endpoint.reasons()).containsExactly("FaultInjected");
        assertThat(hub.faults().counts().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(1);
    }

    @Test
    void what_is_not_there_is_not_broken() throws Exception {
        try (AmqpClient client = endpoint.connect()) {
            show(client, DEV1);
            OutgoingLink link = telemetry(client, DEV1);
            assertThat(sent(client, link, fault("KillAmqpC2DLink"))).isEqualTo(OutgoingLink.Outcome.ACCEPTED);
            assertThat(sent(client, link, data())).isEqualTo(OutgoingLink.Outcome.ACCEPTED);
            assertThat(sent(client, link, data())).isEqualTo(OutgoingLink.Outcome.ACCEPTED);
        }
        assertThat(endpoint.reasons()).isEmpty();
        assertThat(hub.faults().counts()).containsEntry(FaultKind.KILL_AMQP_MESSAGE_LINK, 0L);
    }
}
