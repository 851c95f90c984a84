package dev.holdfast.conformance;

import static dev.holdfast.conformance.TestServer.freshId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.device.transport.IotHubConnectionStatus;
import com.microsoft.azure.sdk.iot.service.auth.AuthenticationType;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Java device SDK over MQTT with a certificate of an authority that is registered with the hub. */
final class AuthorityTelemetryTests {
    private final TestServer server = new TestServer();
    private final Trust trust = Trust.ofServer();

    @ParameterizedTest(name = "sends with {1} key and a chain to an {0} root", quoteTextArguments = false)
    @CsvSource({"EC, EC", "RSA, RSA", "RSA, EC"})
    void sends_with_a_chain(Issued.Kind above, Issued.Kind own) throws Exception {
        String name = freshId("java-root");
        Issued root = Issued.root(name, above);
        server.registerAuthority(name, root.pem());
        Issued line = root.intermediate(name + " line", above);
        Device device = register();
        DeviceClient client = client(device, line.device(device.getDeviceId(), own).keyManagers(line));
        client.open(false);
        client.sendEvent(new Message("by authority"));
        client.close();

        JsonObject read = server.telemetry(device.getDeviceId(), 1).getFirst();
        assertEquals("by authority", read.get("body").getAsString());
        assertEquals(
                JsonParser.parseString("{\"scope\":\"device\",\"type\":\"x509\",\"issuer\":\"external\","
                        + "\"acceptingIpFilterRule\":null}"),
                read.get("authMethod"));
    }

    @Test
    void is_refused_with_a_chain_that_stops_and_let_in_below_a_registered_intermediate() throws Exception {
        String name = freshId("java-line");
        Issued line = Issued.root(name, Issued.Kind.EC).intermediate(name + " line", Issued.Kind.EC);
        Device device = register();
        KeyManager[] alone = line.device(device.getDeviceId(), Issued.Kind.EC).keyManagers();
        server.registerAuthority(name + "-other", Issued.root(name + " other", Issued.Kind.EC).pem());
        assertRefused("AuthorityUnknown", device, alone);

        server.registerAuthority(name, line.pem());
        DeviceClient client = client(device, alone);
        client.open(false);
        client.sendEvent(new Message("by intermediate"));
        client.close();
        assertEquals(1, server.telemetry(device.getDeviceId(), 1).size());
    }

    @Test
    void is_refused_with_the_certificate_of_another_device() throws Exception {
        String name = freshId("java-name");
        Issued root = Issued.root(name, Issued.Kind.EC);
        server.registerAuthority(name, root.pem());
        Device device = register();
        assertRefused("CommonNameDiffers", device, root.device("somebody-else", Issued.Kind.EC).keyManagers());
    }

    @Test
    void is_disconnected_when_its_authority_is_deleted() throws Exception {
        String name = freshId("java-passing");
        Issued root = Issued.root(name, Issued.Kind.EC);
        server.registerAuthority(name, root.pem());
        Device device = register();
        KeyManager[] own = root.device(device.getDeviceId(), Issued.Kind.EC).keyManagers();
        DeviceClient client = client(device, own);
        CountDownLatch disconnected = new CountDownLatch(1);
        client.setConnectionStatusChangeCallback(
                change -> {
                    if (change.getNewStatus() == IotHubConnectionStatus.DISCONNECTED) {
                        disconnected.countDown();
                    }
                },
                null);
        client.open(false);
        server.deleteAuthority(name);
        assertTrue(disconnected.await(30, TimeUnit.SECONDS), "the client saw the end of its connection");
        server.awaitLogged("AuthorityDeleted", device.getDeviceId());
        client.close();
        assertRefused("AuthorityUnknown", device, own);
    }

    private void assertRefused(String reason, Device device, KeyManager[] keys) throws Exception {
        DeviceClient client = client(device, keys);
        IotHubClientException refusal = assertThrows(IotHubClientException.class, () -> client.open(false));
        assertEquals(IotHubStatusCode.UNAUTHORIZED, refusal.getStatusCode());
        client.close();
        server.awaitLogged(reason, device.getDeviceId());
    }

    private Device register() throws Exception {
        return server.registry()
                .addDevice(new Device(freshId("java-ca"), AuthenticationType.CERTIFICATE_AUTHORITY));
    }

    private DeviceClient client(Device device, KeyManager[] keys) {
        String connectionString = "HostName=" + server.hostName() + ";DeviceId=" + device.getDeviceId() + ";x509=true";
        return server.client(connectionString, trust.sslContext(keys));
    }
}
