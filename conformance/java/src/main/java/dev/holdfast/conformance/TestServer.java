package dev.holdfast.conformance;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.microsoft.azure.sdk.iot.device.ClientOptions;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.ModuleClient;
import com.microsoft.azure.sdk.iot.device.transport.NoRetry;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import com.microsoft.azure.sdk.iot.service.registry.RegistryClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/** The server under test, as its ready file describes it. */
final class TestServer {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final JsonObject ready = readReadyFile();
    private final JsonObject hub = ready.getAsJsonArray("hubs").get(0).getAsJsonObject();

    private static JsonObject readReadyFile() {
        try {
            return JsonParser.parseString(Files.readString(Path.of(System.getenv("HOLDFAST_READY"))))
                    .getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path trustBundle() {
        return Path.of(ready.get("trustBundle").getAsString());
    }

    String hostName() {
        return hub.get("hostName").getAsString();
    }

    String serviceConnectionString() {
        return hub.get("serviceConnectionString").getAsString();
    }

    String eventHubConnectionString() {
        return hub.get("eventHubConnectionString").getAsString();
    }

    String demoDeviceConnectionString() {
        return hub.get("demoDeviceConnectionString").getAsString();
    }

    RegistryClient registry() {
        return new RegistryClient(serviceConnectionString());
    }

    String connectionString(Device device) {
        return connectionString(device.getDeviceId(), device.getPrimaryKey());
    }

    String connectionString(String deviceId, String key) {
        return "HostName=" + hostName() + ";DeviceId=" + deviceId + ";SharedAccessKey=" + key;
    }

    /** A client over MQTT that trusts our roots and reports failures instead of trying again for minutes. */
    DeviceClient client(String connectionString, SSLContext sslContext) {
        return client(connectionString, sslContext, IotHubClientProtocol.MQTT);
    }

    /** The same over another protocol. */
    DeviceClient client(String connectionString, SSLContext sslContext, IotHubClientProtocol protocol) {
        return client(connectionString, protocol, options(sslContext, protocol).build());
    }

    /** The same of a device that announces its model. */
    DeviceClient client(String connectionString, SSLContext sslContext, IotHubClientProtocol protocol, String modelId) {
        return client(
                connectionString,
                protocol,
                options(sslContext, protocol).modelId(modelId).build());
    }

    private static DeviceClient client(String connectionString, IotHubClientProtocol protocol, ClientOptions options) {
        DeviceClient client = new DeviceClient(connectionString, protocol, options);
        client.setRetryPolicy(new NoRetry());
        return client;
    }

    /** As {@link #client}, of a module. */
    ModuleClient moduleClient(String connectionString, SSLContext sslContext) {
        return moduleClient(connectionString, sslContext, IotHubClientProtocol.MQTT);
    }

    /** The same over another protocol. */
    ModuleClient moduleClient(String connectionString, SSLContext sslContext, IotHubClientProtocol protocol) {
        ModuleClient client = new ModuleClient(connectionString, protocol, options(sslContext, protocol).build());
        client.setRetryPolicy(new NoRetry());
        return client;
    }

    private static ClientOptions.ClientOptionsBuilder options(SSLContext sslContext, IotHubClientProtocol protocol) {
        ClientOptions.ClientOptionsBuilder options = ClientOptions.builder().sslContext(sslContext);
        // Over HTTPS a device asks for messages now and then; this client every 10 ms unless told otherwise.
        return protocol == IotHubClientProtocol.HTTPS ? options.receiveInterval(200) : options;
    }

    /** As an operator does it, over the operator API. */
    void registerAuthority(String name, String pem) throws IOException, InterruptedException {
        JsonObject authority = new JsonObject();
        authority.addProperty("name", name);
        authority.addProperty("certificate", pem);
        ask("POST", "certificate-authorities", authority.toString(), 201);
    }

    void deleteAuthority(String name) throws IOException, InterruptedException {
        ask("DELETE", "certificate-authorities/" + name, "", 204);
    }

    /** @param policy null takes back what was given */
    void setPolicy(String policy) throws IOException, InterruptedException {
        JsonObject given = new JsonObject();
        given.addProperty("policy", policy);
        ask("PUT", "policy", new GsonBuilder().serializeNulls().create().toJson(given), 200);
    }

    private void ask(String method, String path, String body, int wanted) throws IOException, InterruptedException {
        String url = ready.getAsJsonObject("operator").get("url").getAsString();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(url).resolve("/holdfast/v1/hubs/hub1/" + path))
                .header("Authorization", "Bearer " + ready.get("operatorToken").getAsString())
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != wanted) {
                throw new AssertionError(method + " " + path + " answered " + answer.statusCode() + ": " + answer.body());
            }
        }
    }

    /** What the official Event Hubs client reads of a device, once that is {@code count} messages. */
    List<JsonObject> telemetry(String deviceId, int count) {
        Path reader = Path.of(System.getenv("CONFORMANCE_READER"));
        ProcessBuilder node = new ProcessBuilder("node", reader.toString(), deviceId, Integer.toString(count));
        node.environment().put("NODE_EXTRA_CA_CERTS", trustBundle().toString());
        node.environment().put("HOLDFAST_EVENT_HUB", eventHubConnectionString());
        List<JsonObject> messages = new ArrayList<>();
        for (JsonElement message : JsonParser.parseString(run(node)).getAsJsonArray()) {
            messages.add(message.getAsJsonObject());
        }
        return messages;
    }

    /** Runs a program to its end and returns what it printed. */
    static String run(ProcessBuilder program) {
        Path output = Path.of(System.getenv("CONFORMANCE_SCRATCH"), freshId("output"));
        Path errors = Path.of(output + ".errors");
        try {
            Process process = program.redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            process.destroyForcibly();
            if (!ended || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", program.command())
                        + (ended ? " failed: " : " did not end: ")
                        + Files.readString(errors));
            }
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until one line of the server's log holds both words. */
    void awaitLogged(String reason, String deviceId) throws IOException, InterruptedException {
        Path log = Path.of(System.getenv("HOLDFAST_LOG"));
        Instant end = Instant.now().plus(PATIENCE);
        try (WatchService changes = FileSystems.getDefault().newWatchService()) {
            var watched = log.getParent().register(changes, StandardWatchEventKinds.ENTRY_MODIFY);
            while (Files.readAllLines(log).stream()
                    .noneMatch(line -> line.contains(reason) && line.contains(deviceId))) {
                if (Instant.now().isAfter(end)) {
                    throw new AssertionError("no line of the server's log has " + reason + " and " + deviceId);
                }
                changes.poll(1, TimeUnit.SECONDS);
                watched.pollEvents();
                watched.reset();
            }
        }
    }

    static String freshId(String word) {
        return word + "-" + UUID.randomUUID().toString().substring(0, 8);
    }
}
