package dev.holdfast.conformance;

import static dev.holdfast.conformance.TestServer.freshId;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.service.auth.AuthenticationType;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import javax.net.ssl.KeyManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Java device SDK over MQTT on every TLS policy that comes with the server. */
final class PolicyTelemetryTests {
    private final TestServer server = new TestServer();
    private final Trust trust = Trust.ofServer();

    @AfterAll
    static void takeBack() throws Exception {
        new TestServer().setPolicy(null);
    }

    @ParameterizedTest(name = "{0}: sends by key, by thumbprint and by authority", quoteTextArguments = false)
    @ValueSource(
            strings = {
                "hub-2025", "modern", "hub-2021-strict", "hub-2021-strict-ecc", "hub-2021-ecc-preview", "hub-2021-legacy",
                "dps-2024-recommended", "dps-2024-legacy-security", "dps-2024-legacy-performance"
            })
    void sends(String policy) throws Exception {
        server.setPolicy(policy);

        Device byKey = server.registry().addDevice(new Device(freshId("java-policy")));
        send(policy, byKey.getDeviceId(), server.connectionString(byKey));

        SelfSigned certificate = SelfSigned.make(SelfSigned.Kind.EC, "java-policy");
        Device byThumbprint = new Device(freshId("java-policy"), AuthenticationType.SELF_SIGNED);
        byThumbprint.setThumbprint(certificate.thumbprint("SHA-1"), certificate.thumbprint("SHA-1"));
        server.registry().addDevice(byThumbprint);
        send(policy, byThumbprint.getDeviceId(), x509(byThumbprint), certificate.keyManagers());

        String name = freshId("java-policy-root");
        Issued root = Issued.root(name, Issued.Kind.RSA);
        server.registerAuthority(name, root.pem());
        Device byAuthority = server.registry()
                .addDevice(new Device(freshId("java-policy"), AuthenticationType.CERTIFICATE_AUTHORITY));
        KeyManager[] issued =
                root.device(byAuthority.getDeviceId(), Issued.Kind.RSA).keyManagers();
        send(policy, byAuthority.getDeviceId(), x509(byAuthority), issued);
        server.deleteAuthority(name);
    }

    private String x509(Device device) {
        return "HostName=" + server.hostName() + ";DeviceId=" + device.getDeviceId() + ";x509=true";
    }

    private void send(String policy, String deviceId, String connectionString, KeyManager... keys) throws Exception {
        DeviceClient client = server.client(connectionString, trust.sslContext(keys));
        client.open(false);
        client.sendEvent(new Message(policy));
        client.close();
        assertEquals(policy, server.telemetry(deviceId, 1).getFirst().get("body").getAsString());
    }
}
