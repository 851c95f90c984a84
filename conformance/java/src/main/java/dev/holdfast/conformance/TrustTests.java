package dev.holdfast.conformance;

import static org.junit.jupiter.api.Assertions.assertThrows;

import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The Java device SDK over MQTT with other roots than those of the server: what the server says of it. */
final class TrustTests {
    private final TestServer server = new TestServer();

    @Test
    void is_told_which_root_to_install_when_it_has_another() throws Exception {
        Device device = server.registry().addDevice(new Device(TestServer.freshId("java-trust")));
        Trust foreign = Trust.in(
                List.of(SelfSigned.make(SelfSigned.Kind.RSA, "java-other-root").certificate()));
        DeviceClient client = server.client(server.connectionString(device), foreign.sslContext());

        assertThrows(IotHubClientException.class, () -> client.open(false));
        client.close();

        server.awaitLogged("ClientAlertCertificateUnknown", "'holdfast cert bundle --hub ");
    }
}
