package dev.holdfast.hub.device.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.command.CloudMessage;
import dev.holdfast.hub.command.FeedbackWanted;
import dev.holdfast.hub.command.SendMessage;
import dev.holdfast.hub.command.SendResult;
import dev.holdfast.hub.device.http.HttpDevices.Answer;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.telemetry.SystemProperty;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Cloud-to-device messages over HTTPS: asked for, settled by their locks, and given out again. */
class CloudMessagesTest {
    private static final Identity DEV1 = Identity.of(new DeviceId("dev1"));

    private final HttpDevices devices = new HttpDevices();

    private void send(String body) {
        send(
                DEV1,
                new CloudMessage(body.getBytes(StandardCharsets.UTF_8), Map.of(), Map.of(), FeedbackWanted.NONE, null));
    }

    private void send(Identity to, CloudMessage message) {
        assertThat(devices.hub1.hub.messages().send(new SendMessage(to, message)))
                .isInstanceOf(SendResult.Queued.class);
    }

    private Answer receive() {
        return devices.call("GET", "/devices/dev1/messages/deviceBound").send();
    }

    private static String body(Answer answer) {
        return new String(answer.response().body(), StandardCharsets.UTF_8);
    }

    private static String lock(Answer answer) {
        return answer.field("ETag").replace("\"", "");
    }

    private Answer complete(String lock) {
        return devices.call("DELETE", "/devices/dev1/messages/devicebound/" + lock)
                .send();
    }

    private int waiting() {
        return devices.hub1.hub.messages().count(DEV1);
    }

    @Test
    void nothing_waits() {
        assertThat(receive().status()).isEqualTo(204);
        assertThat(devices.reports).isEmpty();
    }

    @Test
    void message_comes_with_everything_that_is_known_of_it() {
        send(
                DEV1,
                new CloudMessage(
                        new byte[] {1, 2},
                        Map.of(
                                SystemProperty.MESSAGE_ID, "m1",
                                SystemProperty.CORRELATION_ID, "c1",
                                SystemProperty.USER_ID, "u1",
                                SystemProperty.CONTENT_TYPE, "application/json",
                                SystemProperty.CONTENT_ENCODING, "utf-8",
                                SystemProperty.TO, "/devices/dev1/messages/deviceBound"),
                        Map.of("Alarm", "on", "odd name", "für 100%"),
                        FeedbackWanted.FULL,
                        devices.clock.instant().plusSeconds(600)));
        Answer answer = receive();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.response().body()).containsExactly(1, 2);
        assertThat(UUID.fromString(lock(answer))).isNotNull();
        assertThat(answer.field("ETag")).startsWith("\"").endsWith("\"");
        assertThat(answer.response().headers())
                .containsEntry("iothub-sequencenumber", "1")
                .containsEntry("iothub-enqueuedtime", "2026-12-01T12:00:00Z")
                .containsEntry("iothub-expiry", "2026-12-01T12:10:00Z")
                .containsEntry("iothub-deliverycount", "0")
                .containsEntry("iothub-ack", "full")
                .containsEntry("iothub-messageid", "m1")
                .containsEntry("iothub-correlationid", "c1")
                .containsEntry("iothub-userid", "u1")
                .containsEntry("iothub-contenttype", "application/json")
                .containsEntry("iothub-contentencoding", "utf-8")
                .containsEntry("iothub-to", "/devices/dev1/messages/deviceBound")
                .containsEntry("iothub-app-Alarm", "on")
                .containsEntry("iothub-app-odd%20name", "f%C3%BCr%20100%25");
    }

    @Test
    void a_value_with_a_blank_at_an_end_arrives_with_it() {
        for (String value : List.of(" x", "x ", " ", " x y ")) {
            send(
                    DEV1,
                    new CloudMessage(
                            new byte[0],
                            Map.of(SystemProperty.MESSAGE_ID, value),
                            Map.of("k", value),
                            FeedbackWanted.NONE,
                            null));
            Answer answer = receive();
            assertThat(answer.status()).isEqualTo(200);
            for (String field : List.of("iothub-messageid", "iothub-app-k")) {
                assertThat(answer.field(field)).doesNotStartWith(" ").doesNotEndWith(" ");
                assertThat(URLDecoder.decode(answer.field(field), StandardCharsets.UTF_8))
                        .isEqualTo(value);
            }
            assertThat(complete(lock(answer)).status()).isEqualTo(204);
        }
    }

    @Test
    void messages_come_one_by_one_in_their_order_and_are_gone_when_completed() {
        send("first");
        send("second");
        Answer first = receive();
        Answer second = receive();
        assertThat(body(first)).isEqualTo("first");
        assertThat(body(second)).isEqualTo("second");
        assertThat(receive().status()).as("both are held").isEqualTo(204);
        assertThat(complete(lock(second)).status()).isEqualTo(204);
        assertThat(waiting()).isEqualTo(1);
        assertThat(complete(lock(first)).status()).isEqualTo(204);
        assertThat(waiting()).isZero();
        assertThat(complete(lock(first)).error()).as("settled before").isEqualTo(412002);
    }

    @Test
    void abandoned_message_comes_again_and_is_counted() {
        send("again");
        for (int times = 0; times < 3; times++) {
            Answer given = receive();
            assertThat(given.field("iothub-deliverycount")).isEqualTo(Integer.toString(times));
            assertThat(devices.call("POST", "/devices/dev1/messages/deviceBound/" + lock(given) + "/abandon")
                            // What Java sends.
                            .body(new byte[1])
                            .send()
                            .status())
                    .isEqualTo(204);
        }
        assertThat(waiting()).isEqualTo(1);
    }

    /** The last is what the Java device SDK sends. */
    @ParameterizedTest
    @CsvSource({"reject,''", "reject,true", "?reject,true"})
    void rejected_message_is_gone_and_its_sender_told(String name, String value) {
        send(DEV1, new CloudMessage(new byte[0], Map.of(), Map.of(), FeedbackWanted.FULL, null));
        assertThat(devices.call("DELETE", "/devices/dev1/messages/deviceBound/" + lock(receive()))
                        .query(name, value)
                        .send()
                        .status())
                .isEqualTo(204);
        assertThat(waiting()).isZero();
        devices.clock.advance(Duration.ofSeconds(20));
        devices.hub1.hub.messages().look();
        assertThat(devices.hub1.hub.feedback().next())
                .hasValueSatisfying(batch -> assertThat(new String(batch.json(), StandardCharsets.UTF_8))
                        .contains("Rejected"));
    }

    @ParameterizedTest
    @CsvSource({",60", "5,5", "300,300"})
    void lock_ends_when_its_time_is_over(@Nullable String asked, int seconds) {
        send("slow");
        Answer given = devices.call("GET", "/devices/dev1/messages/deviceBound")
                .field("IotHub-MessageLockTimeout", asked)
                .send();
        devices.clock.advance(Duration.ofSeconds(seconds - 1));
        assertThat(receive().status()).isEqualTo(204);
        devices.clock.advance(Duration.ofSeconds(1));
        Answer again = receive();
        assertThat(body(again)).isEqualTo("slow");
        assertThat(again.field("iothub-deliverycount"))
                .as("nobody gave it back")
                .isEqualTo("0");
        assertThat(complete(lock(given)).error()).isEqualTo(412002);
        assertThat(complete(lock(again)).status()).isEqualTo(204);
    }

    /** C# writes it there. */
    @Test
    void lock_time_may_stand_in_the_query() {
        send("x");
        devices.call("GET", "/devices/dev1/messages/deviceBound")
                .query("IotHub-MessageLockTimeout", "5")
                .send();
        devices.clock.advance(Duration.ofSeconds(5));
        assertThat(receive().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4", "301", "-5", "60s", "", "99999999999"})
    void lock_time_out_of_range_is_refused_and_nothing_locked(String seconds) {
        send("x");
        assertThat(devices.call("GET", "/devices/dev1/messages/deviceBound")
                        .field("IotHub-MessageLockTimeout", seconds)
                        .send()
                        .error())
                .isEqualTo(400004);
        assertThat(receive().status()).isEqualTo(200);
    }

    @Test
    void nobody_settles_what_another_device_holds() {
        devices.hub1.register("dev2");
        send("x");
        String lock = lock(receive());
        assertThat(devices.bare("DELETE", "/devices/dev2/messages/deviceBound/" + lock)
                        .field("Authorization", devices.hub1.token("dev2"))
                        .send()
                        .error())
                .isEqualTo(412002);
        assertThat(devices.bare("DELETE", "/devices/dev1/messages/deviceBound/" + lock)
                        .field("Authorization", devices.hub1.token("dev2"))
                        .send()
                        .error())
                .isEqualTo(401002);
        assertThat(waiting()).isEqualTo(1);
        assertThat(complete(lock.toUpperCase(Locale.ROOT)).status()).isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "00000000-0000-0000-0000-000000000000", "\"\"", "*"})
    void lock_that_is_none_is_lost(String lock) {
        send("x");
        assertThat(complete(lock).error()).isEqualTo(412002);
        assertThat(waiting()).isEqualTo(1);
        assertThat(devices.reports).as("an everyday answer").isEmpty();
    }

    @Test
    void module_receives_its_own() {
        devices.hub1.registerModule("dev1", "mod1");
        Identity module = new Identity(new DeviceId("dev1"), new ModuleId("mod1"));
        send(module, new CloudMessage(new byte[] {7}, Map.of(), Map.of(), FeedbackWanted.NONE, null));
        assertThat(receive().status()).isEqualTo(204);
        Answer given = devices.bare("GET", "/devices/dev1/modules/mod1/messages/deviceBound")
                .field("Authorization", devices.hub1.token("dev1/modules/mod1"))
                .send();
        assertThat(given.response().body()).containsExactly(7);
        assertThat(given.field("iothub-to")).isEqualTo("/devices/dev1/modules/mod1/messages/devicebound");
    }
}
