package dev.holdfast.conformance;

import static dev.holdfast.conformance.TestServer.freshId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.service.auth.AuthenticationType;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Java device SDK over MQTT with a self-signed certificate whose thumbprint is registered. */
final class CertificateTelemetryTests {
    private final TestServer server = new TestServer();
    private final Trust trust = Trust.ofServer();

    @ParameterizedTest(name = "sends with {0} key and {1} thumbprint, primary and secondary", quoteTextArguments = false)
    @CsvSource({"EC, SHA-1", "EC, SHA-256", "RSA, SHA-1", "RSA, SHA-256"})
    void sends_with_a_certificate(SelfSigned.Kind kind, String algorithm) throws Exception {
        SelfSigned primary = SelfSigned.make(kind, "java-primary");
        SelfSigned secondary = SelfSigned.make(kind, "java-secondary");
        Device device = register(primary.thumbprint(algorithm), secondary.thumbprint(algorithm));

        for (SelfSigned certificate : List.of(primary, secondary)) {
            DeviceClient client = client(device, certificate);
            client.open(false);
            client.sendEvent(new Message("by certificate"));
            client.close();
        }

        for (JsonObject read : server.telemetry(device.getDeviceId(), 2)) {
            assertEquals("by certificate", read.get("body").getAsString());
            assertEquals(
                    JsonParser.parseString("{\"scope\":\"device\",\"type\":\"x509\",\"issuer\":\"external\","
                            + "\"acceptingIpFilterRule\":null}"),
                    read.get("authMethod"));
        }
    }

    @Test
    void is_refused_with_a_certificate_that_is_not_registered() throws Exception {
        Device device = register(SelfSigned.make(SelfSigned.Kind.EC, "java-registered").thumbprint("SHA-256"), null);
        DeviceClient client = client(device, SelfSigned.make(SelfSigned.Kind.EC, "java-foreign"));
        IotHubClientException refusal = assertThrows(IotHubClientException.class, () -> client.open(false));
        assertEquals(IotHubStatusCode.UNAUTHORIZED, refusal.getStatusCode());
        client.close();
        server.awaitLogged("ThumbprintMismatch", device.getDeviceId());
    }

    private Device register(String primary, String secondary) throws Exception {
        Device device = new Device(freshId("java-x509"), AuthenticationType.SELF_SIGNED);
        device.setThumbprint(primary, secondary == null ? primary : secondary);
        return server.registry().addDevice(device);
    }

    private DeviceClient client(Device device, SelfSigned certificate) {
        String connectionString = "HostName=" + server.hostName() + ";DeviceId=" + device.getDeviceId() + ";x509=true";
        return server.client(connectionString, trust.sslContext(certificate.keyManagers()));
    }
}
