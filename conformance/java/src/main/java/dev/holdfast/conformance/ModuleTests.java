package dev.holdfast.conformance;

import static dev.holdfast.conformance.TestServer.freshId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.ModuleClient;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.device.transport.IotHubConnectionStatus;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodResponse;
import com.microsoft.azure.sdk.iot.device.twin.TwinCollection;
import com.microsoft.azure.sdk.iot.service.auth.AuthenticationType;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubConflictException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubNotFoundException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubPreconditionFailedException;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodRequestOptions;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodsClient;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import com.microsoft.azure.sdk.iot.service.registry.Module;
import com.microsoft.azure.sdk.iot.service.registry.RegistryClient;
import com.microsoft.azure.sdk.iot.service.twin.TwinClient;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Modules in the Java service SDK's registry client, and the Java module client over MQTT and AMQP. */
final class ModuleTests {
    private final TestServer server = new TestServer();
    private final RegistryClient registry = server.registry();
    private final Trust trust = Trust.ofServer();

    @Test
    void adds_a_module_reads_it_back_lists_it_and_removes_it() throws Exception {
        Module added = register();
        Module read = registry.getModule(added.getDeviceId(), added.getId());
        assertEquals(AuthenticationType.SAS, read.getAuthenticationType());
        assertEquals(added.getPrimaryKey(), read.getPrimaryKey());
        assertEquals(added.getGenerationId(), read.getGenerationId());
        assertEquals(added.getETag(), read.getETag());
        assertNotEquals(
                registry.getDevice(added.getDeviceId()).getPrimaryKey(), read.getPrimaryKey());
        List<Module> all = registry.getModulesOnDevice(added.getDeviceId());
        assertEquals(List.of(added.getId()), all.stream().map(Module::getId).toList());
        registry.removeModule(added.getDeviceId(), added.getId());
        assertEquals(List.of(), registry.getModulesOnDevice(added.getDeviceId()));
    }

    @Test
    void updates_a_module_and_is_stopped_by_a_stale_etag() throws Exception {
        Module first = register();
        Module second = registry.updateModule(first);
        assertNotEquals(first.getETag(), second.getETag());
        assertThrows(IotHubPreconditionFailedException.class, () -> registry.removeModule(first));
        registry.removeModule(second);
    }

    @Test
    void meets_its_own_exceptions() throws Exception {
        Module module = register();
        String deviceId = module.getDeviceId();
        assertThrows(IotHubConflictException.class, () -> registry.addModule(new Module(deviceId, module.getId())));
        IotHubNotFoundException missing =
                assertThrows(IotHubNotFoundException.class, () -> registry.getModule(deviceId, "nobody"));
        assertTrue(missing.getMessage().contains("nobody"), missing.getMessage());
        assertThrows(IotHubNotFoundException.class, () -> registry.removeModule(deviceId, "nobody"));
        assertThrows(
                IotHubNotFoundException.class, () -> registry.addModule(new Module(freshId("java-nobody"), "module")));
    }

    @ParameterizedTest(name = "sends over {0} with a key", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"MQTT", "AMQPS", "AMQPS_WS"})
    void sends_with_a_key(IotHubClientProtocol protocol) throws Exception {
        Module module = register();
        ModuleClient client = server.moduleClient(connectionString(module), trust.sslContext(), protocol);
        client.open(false);
        client.sendEvent(new Message("from a module"));
        client.close();

        assertSent(module, "from a module", "sas", "iothub");
    }

    @ParameterizedTest(name = "sends over {0} with a certificate by thumbprint", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"MQTT", "AMQPS"})
    void sends_with_a_certificate_by_thumbprint(IotHubClientProtocol protocol) throws Exception {
        SelfSigned certificate = SelfSigned.make(SelfSigned.Kind.EC, "java-module");
        Module wanted = new Module(device(), freshId("java-module"), AuthenticationType.SELF_SIGNED);
        wanted.setThumbprint(certificate.thumbprint("SHA-256"), certificate.thumbprint("SHA-1"));
        Module module = registry.addModule(wanted);
        ModuleClient client =
                server.moduleClient(withCertificate(module), trust.sslContext(certificate.keyManagers()), protocol);
        client.open(false);
        client.sendEvent(new Message("by certificate"));
        client.close();

        assertSent(module, "by certificate", "x509", "external");
    }

    @ParameterizedTest(name = "sends over {0} with a certificate of an authority", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"MQTT", "AMQPS"})
    void sends_with_a_certificate_of_an_authority(IotHubClientProtocol protocol) throws Exception {
        String name = freshId("java-module-root");
        Issued root = Issued.root(name, Issued.Kind.EC);
        server.registerAuthority(name, root.pem());
        Module module = registry.addModule(
                new Module(device(), freshId("java-module"), AuthenticationType.CERTIFICATE_AUTHORITY));
        Issued own = root.device(module.getDeviceId() + "/" + module.getId(), Issued.Kind.EC);
        ModuleClient client = server.moduleClient(withCertificate(module), trust.sslContext(own.keyManagers()), protocol);
        client.open(false);
        client.sendEvent(new Message("by authority"));
        client.close();

        assertSent(module, "by authority", "x509", "external");
    }

    @ParameterizedTest(name = "a module over {0} has a twin and methods of its own, and outputs", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"MQTT", "AMQPS", "AMQPS_WS"})
    void has_a_twin_methods_and_outputs(IotHubClientProtocol protocol) throws Exception {
        Module module = register();
        ModuleClient client = server.moduleClient(connectionString(module), trust.sslContext(), protocol);
        client.open(false);
        client.subscribeToDesiredProperties((change, context) -> {}, null);
        TwinCollection report = new TwinCollection();
        report.put("battery", 55);
        TwinRequests.report(client, report);
        var twin = new TwinClient(server.serviceConnectionString()).get(module.getDeviceId(), module.getId());
        assertEquals(55.0, ((Number) twin.getReportedProperties().get("battery")).doubleValue());
        client.subscribeToMethods((name, payload, context) -> new DirectMethodResponse(200, module.getId()), null);
        var answer = new DirectMethodsClient(server.serviceConnectionString())
                .invoke(
                        module.getDeviceId(),
                        module.getId(),
                        "who",
                        DirectMethodRequestOptions.builder()
                                .methodResponseTimeoutSeconds(20)
                                .build());
        assertEquals(module.getId(), answer.getPayload(String.class));
        client.sendEvent(new Message("to an output"), "alarms");
        client.close();
        assertSent(module, "to an output", "sas", "iothub");
    }

    @Test
    void is_refused_when_it_is_not_registered() throws Exception {
        Module module = register();
        registry.removeModule(module.getDeviceId(), module.getId());
        ModuleClient client = server.moduleClient(connectionString(module), trust.sslContext());
        IotHubClientException refusal = assertThrows(IotHubClientException.class, () -> client.open(false));
        assertEquals(IotHubStatusCode.UNAUTHORIZED, refusal.getStatusCode());
        client.close();
        server.awaitLogged("UnknownModule", module.getDeviceId() + "/" + module.getId());
    }

    @Test
    void is_disconnected_when_it_is_removed() throws Exception {
        Module module = register();
        ModuleClient client = server.moduleClient(connectionString(module), trust.sslContext());
        CountDownLatch disconnected = new CountDownLatch(1);
        client.setConnectionStatusChangeCallback(
                change -> {
                    if (change.getNewStatus() == IotHubConnectionStatus.DISCONNECTED) {
                        disconnected.countDown();
                    }
                },
                null);
        client.open(false);
        registry.removeModule(module.getDeviceId(), module.getId());
        assertTrue(disconnected.await(30, TimeUnit.SECONDS), "the module is disconnected");
        client.close();
        server.awaitLogged("ModuleDeleted", module.getDeviceId() + "/" + module.getId());
    }

    private String device() throws Exception {
        return registry.addDevice(new Device(freshId("java"))).getDeviceId();
    }

    private Module register() throws Exception {
        return registry.addModule(new Module(device(), freshId("java-module")));
    }

    private String connectionString(Module module) {
        return start(module) + ";SharedAccessKey=" + module.getPrimaryKey();
    }

    private String withCertificate(Module module) {
        return start(module) + ";x509=true";
    }

    private String start(Module module) {
        return "HostName=" + server.hostName() + ";DeviceId=" + module.getDeviceId() + ";ModuleId=" + module.getId();
    }

    private void assertSent(Module module, String body, String type, String issuer) {
        JsonObject read = server.telemetry(module.getDeviceId(), 1).getFirst();
        assertEquals(body, read.get("body").getAsString());
        assertEquals(module.getId(), read.get("moduleId").getAsString());
        assertEquals(module.getGenerationId(), read.get("generationId").getAsString());
        assertEquals(
                JsonParser.parseString("{\"scope\":\"module\",\"type\":\"" + type + "\",\"issuer\":\"" + issuer
                        + "\",\"acceptingIpFilterRule\":null}"),
                read.get("authMethod"));
    }
}
