package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks the first hub to be let in over MQTT, with nothing but the certificate of the handshake. */
final class MqttKnock {
    private MqttKnock() {}

    /** Sends CONNECT without a password; the code of the CONNACK. */
    static int connect(Socket socket, String device) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        text(body, "MQTT");
        body.writeBytes(new byte[] {4, (byte) 0x82, 0, 60});
        text(body, device);
        text(body, "localhost/" + device + "/?api-version=2021-04-12");
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(0x10);
        assertThat(body.size()).as("one byte of length").isLessThan(128);
        packet.write(body.size());
        packet.writeBytes(body.toByteArray());
        socket.getOutputStream().write(packet.toByteArray());
        byte[] connack = socket.getInputStream().readNBytes(4);
        assertThat(connack).startsWith(0x20, 0x02);
        return connack[3];
    }

    /** That the connection still answers. */
    static void assertAnswers(Socket socket) throws IOException {
        socket.getOutputStream().write(new byte[] {(byte) 0xc0, 0});
        assertThat(socket.getInputStream().readNBytes(2)).as("PINGRESP").containsExactly(0xd0, 0);
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write(0);
        out.write(bytes.length);
        out.writeBytes(bytes);
    }
}
