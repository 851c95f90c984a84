package dev.holdfast.conformance;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.reflect.TypeToken;
import com.microsoft.azure.sdk.iot.device.ClientOptions;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.InternalClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubMessageResult;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.ModuleClient;
import com.microsoft.azure.sdk.iot.device.transport.IotHubConnectionStatus;
import com.microsoft.azure.sdk.iot.device.transport.NoRetry;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodResponse;
import com.microsoft.azure.sdk.iot.device.twin.TwinCollection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import javax.net.ssl.KeyManager;

/** A device or module of the matrix, over any of the five transports. */
final class MatrixSession {
    private static final Map<String, IotHubClientProtocol> PROTOCOLS = Map.of(
            "MQTT", IotHubClientProtocol.MQTT,
            "MQTT-WS", IotHubClientProtocol.MQTT_WS,
            "AMQP", IotHubClientProtocol.AMQPS,
            "AMQP-WS", IotHubClientProtocol.AMQPS_WS,
            "HTTPS", IotHubClientProtocol.HTTPS);
    private static final int HTTPS_RECEIVE_MILLIS = 500;

    private final BiConsumer<String, JsonElement> tell;
    private final InternalClient client;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private boolean desired;

    /** @param tell is told of what comes: the name of the event, and its value */
    MatrixSession(JsonObject identity, BiConsumer<String, JsonElement> tell) throws IOException, GeneralSecurityException {
        this.tell = tell;
        String connectionString = identity.get("connectionString").getAsString();
        IotHubClientProtocol protocol =
                PROTOCOLS.get(identity.get("transport").getAsString());
        ClientOptions options = ClientOptions.builder()
                .sslContext(trust(identity).sslContext(keys(identity)))
                .receiveInterval(HTTPS_RECEIVE_MILLIS)
                .build();
        this.client = identity.has("moduleId")
                ? new ModuleClient(connectionString, protocol, options)
                : new DeviceClient(connectionString, protocol, options);
        client.setRetryPolicy(new NoRetry());
        client.setConnectionStatusChangeCallback(
                change -> {
                    if (change.getNewStatus() == IotHubConnectionStatus.DISCONNECTED) {
                        tell.accept("ended", JsonNull.INSTANCE);
                    }
                },
                null);
    }

    private static Trust trust(JsonObject identity) throws IOException, GeneralSecurityException {
        try (InputStream pem =
                Files.newInputStream(Path.of(identity.get("caFile").getAsString()))) {
            return Trust.in(CertificateFactory.getInstance("X.509").generateCertificates(pem));
        }
    }

    private static KeyManager[] keys(JsonObject identity) {
        if (!identity.has("certFile")) {
            return new KeyManager[0];
        }
        Path certificate = Path.of(identity.get("certFile").getAsString());
        return Pem.keyManagers(List.of(certificate), Path.of(identity.get("keyFile").getAsString()), "EC");
    }

    void open() throws Exception {
        client.open(false);
    }

    void send(String text) throws Exception {
        client.sendEvent(new Message(text));
    }

    void sendBatch(List<String> texts) throws Exception {
        client.sendEvents(texts.stream().map(Message::new).toList());
    }

    /** The SDK wants the subscription before anything else of the twin. */
    JsonElement twin() throws Exception {
        listenToDesired();
        JsonObject twin = new JsonObject();
        twin.add("desired", TwinRequests.get(client).getDesiredProperties().toJsonElement());
        return twin;
    }

    void report(JsonObject patch) throws Exception {
        listenToDesired();
        TwinCollection reported = new TwinCollection();
        Map<String, Object> members = new Gson().fromJson(patch, new TypeToken<Map<String, Object>>() {}.getType());
        reported.putAll(members);
        int _ = TwinRequests.report(client, reported);
    }

    void listenToDesired() throws Exception {
        if (!desired) {
            client.subscribeToDesiredProperties(
                    (change, context) -> tell.accept(
                            "desired", change.getDesiredProperties().toJsonElement()),
                    null);
            desired = true;
        }
    }

    void answerMethods() throws Exception {
        client.subscribeToMethods(
                (name, payload, context) -> new DirectMethodResponse(201, payload.getPayloadAsJsonElement()), null);
    }

    void listenToMessages() {
        ((DeviceClient) client).setMessageCallback((message, context) -> settled(message), null);
    }

    private IotHubMessageResult settled(Message message) {
        String body = new String(message.getBytes(), StandardCharsets.UTF_8);
        String word = seen.add(body) ? body.substring(0, body.indexOf(' ')) : "complete";
        tell.accept("message", new JsonPrimitive(body));
        return IotHubMessageResult.valueOf(word.toUpperCase(Locale.ROOT));
    }

    void close() {
        client.close();
    }
}
