package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.HostNames;
import dev.holdfast.wire.client.ClientTls;
import dev.holdfast.wire.client.HttpsClient;
import dev.holdfast.wire.client.Networks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A whole server in this process, on free ports of loopback, and a client of its operator API. */
final class TestServer implements AutoCloseable {
    /** @param text JSON, or nothing */
    record Answer(int status, String text) {
        JsonNode json() {
            return JsonMapper.shared().readTree(text);
        }

        String errorCode() {
            return json().path("error").path("code").asString();
        }
    }

    private final Server server;
    private final HttpsClient client;

    private TestServer(Server server, HttpsClient client) {
        this.server = server;
        this.client = client;
    }

    static Config config(Path data) {
        return new TestConfig(data).build();
    }

    /** With what a test changes. */
    static Config config(Path data, Consumer<TestConfig> change) {
        TestConfig config = new TestConfig(data);
        change.accept(config);
        return config.build();
    }

    /** The same limits of a socket on its way in for every listener. */
    static Config config(Path data, Limits.Arrival arrival) {
        return config(data, config -> config.arrival = arrival);
    }

    /** With a server certificate that another program renews. */
    static Config config(Path data, Config.CertificateFile certificate) {
        return config(data, config -> config.certificate = certificate);
    }

    /** With other TLS policies for hubs and listeners than the usual ones. */
    static Config config(Path data, Config.Policies policies) {
        return config(data, config -> config.policies = policies);
    }

    /** Whose requests of its own may go to other networks than the public ones. */
    static Config config(Path data, Limits limits, Networks outgoing) {
        return config(data, config -> {
            config.limits = limits;
            config.outgoing = outgoing;
        });
    }

    /** With metrics elsewhere, or nowhere. */
    static Config config(Path data, Config.@Nullable Metrics metrics) {
        return config(data, config -> config.metrics = metrics);
    }

    static Config config(Path data, Config.Ports ports, @Nullable Path readyFile) {
        return config(data, HostNames.DEFAULT_DOMAIN, null, ports, readyFile);
    }

    static Config config(
            Path data, String domain, @Nullable InetAddress bind, Config.Ports ports, @Nullable Path readyFile) {
        return config(data, config -> {
            config.domain = domain;
            config.bind = bind;
            config.ports = ports;
            config.readyFile = readyFile;
        });
    }

    static TestServer start(Path data) throws StartFailure, IOException {
        return start(config(data));
    }

    static TestServer start(Config config) throws StartFailure, IOException {
        Server server = Server.start(config, line -> {}, () -> false);
        Ready ready = server.ready();
        HttpsClient client = new HttpsClient(
                URI.create(ready.operator().url()),
                ClientTls.trusting(Path.of(ready.trustBundle())),
                Limits.defaults().client());
        return new TestServer(server, client);
    }

    Ready ready() {
        return server.ready();
    }

    Ready.HubEntry hub() {
        return ready().hubs().getFirst();
    }

    /** As the operator. */
    Answer ask(String method, String path, String body) throws IOException {
        return ask(method, path, body, Map.of("Authorization", "Bearer " + ready().operatorToken()));
    }

    /** As the operator, with bytes. */
    Answer put(String path, byte[] body) throws IOException {
        HttpsClient.Answer answer =
                client.send("PUT", path, Map.of("Authorization", "Bearer " + ready().operatorToken()), body);
        return new Answer(answer.status(), new String(answer.body(), StandardCharsets.UTF_8));
    }

    Answer ask(String method, String path, String body, Map<String, String> headers) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put("Content-Type", "application/json");
        HttpsClient.Answer answer = client.send(method, path, all, body.getBytes(StandardCharsets.UTF_8));
        return new Answer(answer.status(), new String(answer.body(), StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
