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
import java.util.List;
import java.util.Map;
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
        return config(data, new Config.Ports(0, 0, 0), null);
    }

    /** The same limits of a socket on its way in for every listener. */
    static Config config(Path data, Limits.Arrival arrival) {
        Config usual = config(data);
        return new Config(
                data,
                usual.domain(),
                usual.moreDomains(),
                usual.tokens(),
                usual.certificate(),
                usual.bind(),
                usual.ports(),
                Config.Arrivals.same(arrival),
                usual.readyFile(),
                usual.limits(),
                usual.log(),
                usual.metrics(),
                usual.policies(),
                usual.acceleration(),
                usual.outgoing());
    }

    /** With a server certificate that another program renews. */
    static Config config(Path data, Config.CertificateFile certificate) {
        Config usual = config(data);
        return new Config(
                data,
                usual.domain(),
                usual.moreDomains(),
                usual.tokens(),
                certificate,
                usual.bind(),
                usual.ports(),
                usual.arrivals(),
                usual.readyFile(),
                usual.limits(),
                usual.log(),
                usual.metrics(),
                usual.policies(),
                usual.acceleration(),
                usual.outgoing());
    }

    /** With other TLS policies for hubs and listeners than the usual ones. */
    static Config config(Path data, Config.Policies policies) {
        Config usual = config(data);
        return new Config(
                data,
                usual.domain(),
                usual.moreDomains(),
                usual.tokens(),
                usual.certificate(),
                usual.bind(),
                usual.ports(),
                usual.arrivals(),
                usual.readyFile(),
                usual.limits(),
                usual.log(),
                usual.metrics(),
                policies,
                usual.acceleration(),
                usual.outgoing());
    }

    /** Whose requests of its own may go to other networks than the public ones. */
    static Config config(Path data, Limits limits, Networks outgoing) {
        Config usual = config(data);
        return new Config(
                data,
                usual.domain(),
                usual.moreDomains(),
                usual.tokens(),
                usual.certificate(),
                usual.bind(),
                usual.ports(),
                usual.arrivals(),
                usual.readyFile(),
                limits,
                usual.log(),
                usual.metrics(),
                usual.policies(),
                usual.acceleration(),
                outgoing);
    }

    /** With metrics elsewhere, or nowhere. */
    static Config config(Path data, Config.@Nullable Metrics metrics) {
        Config usual = config(data);
        return new Config(
                data,
                usual.domain(),
                usual.moreDomains(),
                usual.tokens(),
                usual.certificate(),
                usual.bind(),
                usual.ports(),
                usual.arrivals(),
                usual.readyFile(),
                usual.limits(),
                usual.log(),
                metrics,
                usual.policies(),
                usual.acceleration(),
                usual.outgoing());
    }

    static Config config(Path data, Config.Ports ports, @Nullable Path readyFile) {
        return config(data, HostNames.DEFAULT_DOMAIN, null, ports, readyFile);
    }

    static Config config(
            Path data, String domain, @Nullable InetAddress bind, Config.Ports ports, @Nullable Path readyFile) {
        return new Config(
                data,
                domain,
                List.of(),
                Config.Tokens.none(),
                Config.CertificateFile.none(),
                bind,
                ports,
                Config.Arrivals.same(Limits.defaults().arrival()),
                readyFile,
                Limits.defaults(),
                new Config.Log(LogFormat.TEXT, LogLevel.INFO),
                new Config.Metrics(InetAddress.getLoopbackAddress(), 0),
                Config.Policies.standard(),
                Acceleration.AUTO,
                Networks.NONE);
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
