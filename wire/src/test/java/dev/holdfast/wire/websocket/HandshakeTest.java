package dev.holdfast.wire.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeTest {
    private final OpenedWebSocket socket = new OpenedWebSocket();

    @AfterEach
    void release() {
        socket.channel.finishAndReleaseAll();
    }

    private static String with(String line, String instead) {
        assertThat(OpenedWebSocket.REQUEST).contains(line);
        return OpenedWebSocket.REQUEST.replace(line, instead);
    }

    @Test
    void is_answered_with_the_proof_of_the_standard() {
        assertThat(socket.ask(OpenedWebSocket.REQUEST).text().split("\r\n"))
                .contains(
                        "HTTP/1.1 101 Switching Protocols",
                        "connection: upgrade",
                        "Upgrade: websocket",
                        // RFC 6455 section 1.3.
                        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                        "Sec-WebSocket-Protocol: mqtt");
        assertThat(socket.connection.listener()).isEqualTo("mqtt-ws");
        assertThat(socket.refused).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/$iothub/websocket",
                "/$iothub/websocket/",
                "/%24iothub/websocket",
                "/%24IoTHub/WebSocket",
                "/$iothub/websocket?iothub-no-client-cert=true",
                "/$servicebus/websocket",
                "/mqtt",
                "/",
                "https://hub1.example/$iothub/websocket",
                "https://hub1.example:443/$iothub/websocket?iothub-no-client-cert=true",
                "https://hub1.example"
            })
    void is_taken_at(String target) {
        assertThat(socket.ask(with("/$iothub/websocket ", target + " ")).text()).startsWith("HTTP/1.1 101 ");
    }

    @ParameterizedTest
    @CsvSource({
        "'mqtt', mqtt, mqtt-ws",
        "'MQTT', MQTT, mqtt-ws",
        "'mqttv3.1', mqttv3.1, mqtt-ws",
        "'amqpwsb10', amqpwsb10, amqp-ws",
        "'chat,AMQPWSB10 , mqtt', AMQPWSB10, amqp-ws",
        "'Mqtt, AMQPWSB10', Mqtt, mqtt-ws",
    })
    void speaks_the_first_sub_protocol_that_is_known_and_spells_it_as_the_client(
            String offered, String chosen, String listener) {
        String answer =
                socket.ask(with("Protocol: mqtt", "Protocol: " + offered)).text();
        assertThat(answer).contains("\r\nSec-WebSocket-Protocol: " + chosen + "\r\n");
        assertThat(socket.connection.listener()).isEqualTo(listener);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Connection: keep-alive, Upgrade", "Connection: upgrade", "Connection: Upgrade, HTTP2-Settings"})
    void may_have_other_words_in_its_lists(String connection) {
        assertThat(socket.ask(with("Connection: Upgrade", connection)).text()).startsWith("HTTP/1.1 101 ");
    }

    @ParameterizedTest
    @CsvSource({
        "GET /$iothub/websocket, GET /chat, 404, WebSocketPathUnknown",
        "GET /$iothub/websocket, GET /$iothub, 404, WebSocketPathUnknown",
        "'Upgrade: websocket\r\n', '', 426, UpgradeMissing",
        "'Upgrade: websocket', 'Upgrade: h2c', 426, UpgradeMissing",
        "GET, POST, 405, HandshakeNotGet",
        "GET, HEAD, 405, HandshakeNotGet",
        "'Upgrade: websocket', 'Upgrade: websocket\r\nContent-Length: 5', 405, HandshakeNotGet",
        "'Upgrade: websocket', 'Upgrade: websocket\r\nTransfer-Encoding: chunked', 405, HandshakeNotGet",
        "Connection: Upgrade, Connection: close, 400, HandshakeMalformed",
        "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=, 400, HandshakeMalformed",
        "dGhlIHNhbXBsZSBub25jZQ==, 'dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 400, HandshakeMalformed",
        "Version: 13, Version: 12, 426, WebSocketVersionUnsupported",
        "Version: 13, 'Version: 13, 8', 426, WebSocketVersionUnsupported",
        "'Sec-WebSocket-Protocol: mqtt\r\n', '', 400, SubProtocolMissing",
        "Protocol: mqtt, 'Protocol: chat, mqttx', 400, SubProtocolUnknown",
    })
    void is_refused(String line, String instead, int status, String reason) {
        String answer = socket.ask(with(line, instead)).text();
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        assertThat(answer.toLowerCase(java.util.Locale.ROOT)).contains("\r\nconnection: close\r\n");
        if (!instead.equals("HEAD")) {
            assertThat(answer).contains(reason);
        }
        assertThat(socket.refused).containsExactly("https " + reason);
        assertThat(socket.connection.listener()).isEqualTo("https");
    }

    @Test
    void of_another_version_is_told_which_one_is_spoken() {
        assertThat(socket.ask(with("Version: 13", "Version: 8")).text())
                .contains("\r\nSec-WebSocket-Version: 13\r\n", "\r\nUpgrade: websocket\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "https://hub1.example, true, 101",
        "https://HUB1.example:443, true, 101",
        "https://evil.example, true, 403",
        "https://hub1.example.evil.example, true, 403",
        "null, true, 403",
        "https://app.example, false, 101",
    })
    void of_a_page_of_another_site_may_not_lend_a_certificate(String origin, boolean certificate, int status) {
        socket.showedCertificate = certificate;
        String request = with("Upgrade: websocket", "Upgrade: websocket\r\nOrigin: " + origin);
        assertThat(socket.ask(request).text()).startsWith("HTTP/1.1 " + status + " ");
        assertThat(socket.refused)
                .isEqualTo(status == 403 ? java.util.List.of("https OriginNotAllowed") : java.util.List.of());
    }

    @Test
    void is_not_asked_for_by_plain_requests() {
        assertThat(socket.ask("GET / HTTP/1.1\r\nHost: hub1.example\r\n\r\n").text())
                .contains("\"plain\"");
        assertThat(socket.ask("GET /other HTTP/1.1\r\nHost: hub1.example\r\nUpgrade: h2c\r\n\r\n")
                        .text())
                .contains("\"plain\"");
        assertThat(socket.ask(OpenedWebSocket.REQUEST).text()).startsWith("HTTP/1.1 101 ");
    }

    @Test
    void leaves_the_frames_behind_it_to_the_web_socket() {
        assertThat(socket.ask(OpenedWebSocket.REQUEST + "\u0082\u0082\0\0\0\0hi")
                        .text())
                .startsWith("HTTP/1.1 101 ");
        assertThat(socket.carried.toString(java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("hi");
    }

    @Test
    void may_come_byte_by_byte() {
        for (char each : OpenedWebSocket.REQUEST.toCharArray()) {
            socket.ask(String.valueOf(each));
        }
        assertThat(socket.text()).startsWith("HTTP/1.1 101 ");
        assertThat(socket.send("82 81 00000000 41").carriedHex()).isEqualTo("41");
    }
}
