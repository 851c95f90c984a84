package dev.holdfast.conformance;

import static dev.holdfast.conformance.TestServer.freshId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.service.auth.AuthenticationType;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** The Java device SDK over MQTT over WebSocket. */
final class WebSocketTelemetryTests {
    private final TestServer server = new TestServer();
    private final Trust trust = Trust.ofServer();

    @Test
    void sends_over_a_web_socket_with_a_key() throws Exception {
        Device device = server.registry().addDevice(new Device(freshId("java-ws")));
        send(server.client(server.connectionString(device), trust.sslContext(), IotHubClientProtocol.MQTT_WS));
        assertEquals("over WebSocket", body(device));
    }

    @Test
    void sends_over_a_web_socket_with_a_certificate() throws Exception {
        SelfSigned certificate = SelfSigned.make(SelfSigned.Kind.EC, "java-ws");
        Device device = new Device(freshId("java-ws-x509"), AuthenticationType.SELF_SIGNED);
        device.setThumbprint(certificate.thumbprint("SHA-256"), certificate.thumbprint("SHA-256"));
        server.registry().addDevice(device);
        String connectionString = "HostName=" + server.hostName() + ";DeviceId=" + device.getDeviceId() + ";x509=true";
        send(server.client(
                connectionString, trust.sslContext(certificate.keyManagers()), IotHubClientProtocol.MQTT_WS));
        assertEquals("over WebSocket", body(device));
    }

    @Test
    void is_refused_over_a_web_socket_with_a_wrong_key() throws Exception {
        Device device = server.registry().addDevice(new Device(freshId("java-ws")));
        String wrongKey = Base64.getEncoder().encodeToString(new byte[32]);
        DeviceClient client = server.client(
                server.connectionString(device.getDeviceId(), wrongKey),
                trust.sslContext(),
                IotHubClientProtocol.MQTT_WS);
        IotHubClientException refusal = assertThrows(IotHubClientException.class, () -> client.open(false));
        assertEquals(IotHubStatusCode.UNAUTHORIZED, refusal.getStatusCode());
        client.close();
        server.awaitLogged("TokenSignatureWrong", device.getDeviceId());
    }

    private static void send(DeviceClient client) throws Exception {
        client.open(false);
        client.sendEvent(new Message("over WebSocket"));
        client.close();
    }

    private String body(Device device) {
        return server.telemetry(device.getDeviceId(), 1).getFirst().get("body").getAsString();
    }
}
