package dev.holdfast.hub.service.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.holdfast.hub.command.FeedbackWanted;
import dev.holdfast.hub.command.SendMessage;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.wire.amqp.AmqpMessage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an AMQP message of a back end becomes, and which are refused. */
class MessageReaderTest {
    private static final Instant EXPIRES = Instant.parse("2026-01-01T00:00:00Z");

    private static AmqpMessage message(@Nullable String to, Map<String, Object> properties, AmqpMessage.Body body) {
        AmqpMessage.Properties said = new AmqpMessage.Properties(
                new UUID(1, 2), null, to, null, null, "c", "text/plain", "utf-8", EXPIRES, null);
        return new AmqpMessage(Map.of(), Map.of(), said, properties, body);
    }

    private static MessageReader.Read read(@Nullable String to, Map<String, Object> properties) {
        return read(message(to, properties, new AmqpMessage.Body.Data(new byte[] {1}))
                .encode());
    }

    private static MessageReader.Read read(byte[] encoded) {
        return MessageReader.read(encoded, 0, "hub1.hub.test"::equals);
    }

    private static SendMessage request(@Nullable String to, Map<String, Object> properties) {
        return ((MessageReader.Read.Message) read(to, properties)).request();
    }

    private static ServiceLinkRefusal refusal(MessageReader.Read read) {
        return ((MessageReader.Read.Refused) read).why();
    }

    @Test
    void keeps_what_a_service_said_of_its_message() {
        SendMessage sent = request(
                "/devices/dev1/messages/devicebound", Map.of("iothub-ack", "Full", "n", 7, "yes", true, "text", "ü"));
        assertThat(sent.to()).hasToString("dev1");
        assertThat(sent.message().body()).containsExactly(1);
        assertThat(sent.message().wanted()).isEqualTo(FeedbackWanted.FULL);
        assertThat(sent.message().expires()).isEqualTo(EXPIRES);
        assertThat(sent.message().properties()).containsOnly(entry("n", "7"), entry("yes", "true"), entry("text", "ü"));
        assertThat(sent.message().system())
                .containsOnly(
                        entry(SystemProperty.MESSAGE_ID, new UUID(1, 2).toString()),
                        entry(SystemProperty.CORRELATION_ID, "c"),
                        entry(SystemProperty.CONTENT_TYPE, "text/plain"),
                        entry(SystemProperty.CONTENT_ENCODING, "utf-8"));
    }

    @ParameterizedTest
    @CsvSource({
        "/devices/dev1/messages/deviceBound, dev1",
        "devices/dev1/messages/devicebound, dev1",
        "/DEVICES/Dev1/Messages/DEVICEBOUND, Dev1",
        "amqps://hub1.hub.test/devices/dev1/messages/devicebound, dev1",
        "/devices/a%23b%25/messages/devicebound, a#b%",
        "/devices/dev1/modules/m/messages/devicebound, dev1/m",
        "/devices/dev1/modules/m/inputs/in1, dev1/m",
    })
    void reads_whom_it_is_for(String to, String identity) {
        assertThat(request(to, Map.of()).to()).hasToString(identity);
    }

    @Test
    void keeps_the_input_of_a_module_as_its_address() {
        assertThat(request("/devices/dev1/modules/m/inputs/in%2F1", Map.of())
                        .message()
                        .property(SystemProperty.TO))
                .isEqualTo("/devices/dev1/modules/m/inputs/in/1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/devices/dev1",
                "/devices/dev1/messages/events",
                "/devices/dev1/modules/m",
                "/devices//messages/devicebound",
                "/devices/dev1/messages/devicebound/x",
                "/devices/a%2Fb/messages/devicebound",
                "/messages/devicebound",
                "/devices/dev1/modules/m/outputs/o",
                "amqps://other.test/devices/dev1/messages/devicebound",
            })
    void refuses_what_names_no_device(String to) {
        assertThat(refusal(read(to, Map.of()))).isInstanceOf(ServiceLinkRefusal.MessageNamesNoDevice.class);
    }

    @Test
    void refuses_what_it_cannot_keep() {
        String to = "/devices/dev1/messages/devicebound";
        assertThat(refusal(read(to, Map.of("iothub-ack", "maybe"))))
                .isInstanceOf(ServiceLinkRefusal.ServiceMessageMalformed.class);
        assertThat(refusal(read(to, Map.of("list", List.of(1)))))
                .isInstanceOf(ServiceLinkRefusal.ServiceMessageMalformed.class);
        assertThat(refusal(read(message(to, Map.of(), new AmqpMessage.Body.Value("text"))
                        .encode())))
                .isInstanceOf(ServiceLinkRefusal.ServiceMessageMalformed.class);
        assertThat(refusal(read(new byte[] {1, 2, 3}))).isInstanceOf(ServiceLinkRefusal.ServiceMessageMalformed.class);
    }

    @Test
    void refuses_a_batch() {
        byte[] one = message("/devices/dev1/messages/devicebound", Map.of(), new AmqpMessage.Body.None())
                .encode();
        assertThat(refusal(MessageReader.read(one, 0x80013700, _ -> true)))
                .isInstanceOf(ServiceLinkRefusal.ServiceMessageMalformed.class);
    }

    @Test
    void never_throws_whatever_comes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] whole = message(
                        "/devices/dev1/messages/devicebound", Map.of("k", "v"), new AmqpMessage.Body.Data(new byte[9]))
                .encode();
        for (int round = 0; round < 5000; round++) {
            byte[] bytes = whole.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            assertThat(read(bytes)).as("seed %d, round %d", seed, round).isNotNull();
        }
    }
}
