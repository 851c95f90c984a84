package dev.holdfast.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.Message;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

/** A server with the default domain on a machine that resolves nothing but {@code localhost}. */
final class DefaultDomainTests {
    private static final String HOST = "HostName=hub1.holdfast.localhost;GatewayHostName=localhost;";

    private final TestServer server = new TestServer();
    private final Trust trust = Trust.ofServer();

    @Test
    void this_machine_does_not_resolve_the_name_of_the_hub() {
        assertThrows(UnknownHostException.class, () -> InetAddress.getByName("hub1.holdfast.localhost"));
    }

    @Test
    void device_sends_with_a_gateway_host_name() throws Exception {
        String demo = server.demoDeviceConnectionString();
        assertEquals("localhost", server.hostName());
        String connectionString = demo.replaceFirst("HostName=[^;]+;", HOST);
        String deviceId = demo.replaceFirst(".*DeviceId=([^;]+);.*", "$1");

        DeviceClient client = server.client(connectionString, trust.sslContext());
        client.open(false);
        client.sendEvent(new Message("through localhost"));
        client.close();

        assertEquals(
                "through localhost",
                server.telemetry(deviceId, 1).getFirst().get("body").getAsString());
    }
}
