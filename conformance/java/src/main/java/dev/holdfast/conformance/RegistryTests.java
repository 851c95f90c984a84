package dev.holdfast.conformance;

import static dev.holdfast.conformance.TestServer.freshId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.azure.sdk.iot.service.auth.AuthenticationType;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubConflictException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubNotFoundException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubPreconditionFailedException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubUnauthorizedException;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import com.microsoft.azure.sdk.iot.service.registry.DeviceConnectionState;
import com.microsoft.azure.sdk.iot.service.registry.DeviceStatus;
import com.microsoft.azure.sdk.iot.service.registry.RegistryClient;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** The Java service SDK's registry client, its own exception classes included. */
final class RegistryTests {
    private final TestServer server = new TestServer();
    private final RegistryClient registry = server.registry();

    @Test
    void creates_a_device_and_reads_it_back() throws Exception {
        Device created = registry.addDevice(new Device(freshId("java-made")));
        Device read = registry.getDevice(created.getDeviceId());
        assertEquals(AuthenticationType.SAS, read.getAuthenticationType());
        assertEquals(DeviceStatus.Enabled, read.getStatus());
        assertEquals(DeviceConnectionState.Disconnected, read.getConnectionState());
        assertEquals(created.getPrimaryKey(), read.getPrimaryKey());
        assertEquals(created.getSecondaryKey(), read.getSecondaryKey());
        assertEquals(created.getGenerationId(), read.getGenerationId());
        assertEquals(created.getETag(), read.getETag());
        assertNotEquals(read.getPrimaryKey(), read.getSecondaryKey());
    }

    @Test
    void updates_a_device() throws Exception {
        Device device = registry.addDevice(new Device(freshId("java-update")));
        device.setStatus(DeviceStatus.Disabled);
        Device updated = registry.updateDevice(device);
        assertEquals(DeviceStatus.Disabled, updated.getStatus());
        assertNotEquals(device.getETag(), updated.getETag());
        assertEquals(DeviceStatus.Disabled, registry.getDevice(device.getDeviceId()).getStatus());
    }

    @Test
    void deletes_with_the_etag_it_read_and_is_stopped_by_a_stale_one() throws Exception {
        Device first = registry.addDevice(new Device(freshId("java-etag")));
        first.setStatus(DeviceStatus.Disabled);
        Device second = registry.updateDevice(first);
        assertThrows(IotHubPreconditionFailedException.class, () -> registry.removeDevice(first));
        registry.removeDevice(second);
        assertThrows(IotHubNotFoundException.class, () -> registry.getDevice(first.getDeviceId()));
    }

    @Test
    void does_not_create_what_exists() throws Exception {
        Device device = registry.addDevice(new Device(freshId("java-twice")));
        IotHubException refusal = assertThrows(
                IotHubConflictException.class, () -> registry.addDevice(new Device(device.getDeviceId())));
        assertTellsId(refusal, device.getDeviceId());
    }

    @Test
    void does_not_find_what_is_not_there() {
        String deviceId = freshId("java-nobody");
        assertTellsId(assertThrows(IotHubNotFoundException.class, () -> registry.getDevice(deviceId)), deviceId);
        assertTellsId(assertThrows(IotHubNotFoundException.class, () -> registry.removeDevice(deviceId)), deviceId);
    }

    /** The SDK finds the hub's sentence; of its error code it makes the HTTP status, as it does with Azure's own answers. */
    private static void assertTellsId(IotHubException refusal, String deviceId) {
        assertTrue(refusal.getMessage().contains(deviceId), refusal.getMessage());
    }

    @Test
    void counts_devices() throws Exception {
        long before = registry.getStatistics().getTotalDeviceCount();
        registry.addDevice(new Device(freshId("java-count")));
        assertEquals(before + 1, registry.getStatistics().getTotalDeviceCount());
    }

    @Test
    void is_refused_with_a_wrong_key() throws Exception {
        String wrongKey = Base64.getEncoder().encodeToString(new byte[32]);
        RegistryClient stranger = new RegistryClient(
                server.serviceConnectionString().replaceFirst("SharedAccessKey=.*", "SharedAccessKey=" + wrongKey));
        assertThrows(IotHubUnauthorizedException.class, () -> stranger.getDevice("any"));
        server.awaitLogged("PolicySignatureWrong", "iothubowner");
    }

    @Test
    void is_refused_with_a_policy_that_lacks_the_right() throws Exception {
        String policyAndKey = server.eventHubConnectionString()
                .replaceFirst(".*(SharedAccessKeyName=[^;]+;SharedAccessKey=[^;]+).*", "$1");
        RegistryClient reader = new RegistryClient("HostName=" + server.hostName() + ";" + policyAndKey);
        assertThrows(IotHubUnauthorizedException.class, () -> reader.addDevice(new Device(freshId("java-never"))));
        server.awaitLogged("PolicyLacksRight", "service");
    }
}
