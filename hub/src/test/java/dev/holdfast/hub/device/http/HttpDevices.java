package dev.holdfast.hub.device.http;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.MemoryTable;
import dev.holdfast.hub.TestHub;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The face of devices over HTTPS and a hub in memory, called as the HTTP server calls it. */
final class HttpDevices implements HubDirectory {
    final TestClock clock = new TestClock(Instant.parse("2026-12-01T12:00:00Z"));
    final TestHub hub1 = new TestHub("hub1", new MemoryTable(), clock);
    final List<Report> reports = new ArrayList<>();
    final List<DeviceConnected> connected = new ArrayList<>();
    final DeviceHttpFace face = new DeviceHttpFace(this, Limits.defaults(), clock, reports::add, connected::add);

    HttpDevices() {
        hub1.register("dev1");
    }

    @Override
    public Optional<Hub> byHostName(String hostName) {
        return hub1.hostName.equals(hostName) ? Optional.of(hub1.hub) : Optional.empty();
    }

    @Override
    public Optional<Hub> byName(HubName name) {
        return name.equals(hub1.hub.name()) ? Optional.of(hub1.hub) : Optional.empty();
    }

    @Override
    public List<Hub> all() {
        return List.of(hub1.hub);
    }

    Connection connection(PeerIdentity peer) {
        Connection connection = Connection.accept(
                new EmbeddedChannel(),
                "https",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 50000),
                clock.instant());
        connection.learn(Handshake.class, new Handshake("TLSv1.3", "TLS_AES_128_GCM_SHA256", null, false, peer));
        return connection;
    }

    /** A request of dev1 with its token. */
    Call call(String method, String path) {
        return bare(method, path).field("Authorization", hub1.token("dev1"));
    }

    /** A request that proves nothing. */
    Call bare(String method, String path) {
        return new Call(method, path);
    }

    /** Sends telemetry of dev1. */
    Call post(byte[] body) {
        return call("POST", "/devices/dev1/messages/events").body(body);
    }

    /** Sends a batch of dev1. */
    Call batch(String json) {
        return post(json.getBytes(StandardCharsets.UTF_8))
                .field("Content-Type", "application/vnd.microsoft.iothub.json");
    }

    final class Call {
        private final String method;
        private final String path;
        private final Map<String, String> fields = new LinkedHashMap<>();
        private final Map<String, String> spellings = new LinkedHashMap<>();
        private final Map<String, String> query = new LinkedHashMap<>(Map.of("api-version", "2021-04-12"));
        private Connection connection = connection(new PeerIdentity.Anonymous());
        private byte[] body = new byte[0];

        private Call(String method, String path) {
            this.method = method;
            this.path = path;
        }

        /** @param value null for none */
        Call field(String name, @Nullable String value) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (value == null) {
                fields.remove(lower);
            } else {
                fields.put(lower, value);
                spellings.put(lower, name);
            }
            return this;
        }

        /** @param value null for none */
        Call query(String name, @Nullable String value) {
            if (value == null) {
                query.remove(name);
            } else {
                query.put(name, value);
            }
            return this;
        }

        Call version(@Nullable String version) {
            return query("api-version", version);
        }

        Call over(Connection other) {
            connection = other;
            return this;
        }

        Call body(byte[] bytes) {
            body = bytes;
            return field("Content-Length", Integer.toString(bytes.length));
        }

        HttpRequest request() {
            return new HttpRequest(
                    method,
                    hub1.hostName,
                    List.of(path.substring(1).split("/")),
                    query,
                    fields,
                    spellings,
                    body,
                    connection);
        }

        /** As the server does it: the head before the body. */
        Answer send() {
            HttpRequest request = request();
            if (!face.claims(request)) {
                throw new AssertionError("not claimed: " + path);
            }
            HttpResponse refusal = body.length == 0 ? null : face.refusalOf(request);
            return new Answer(refusal == null ? face.answer(request) : refusal);
        }
    }

    record Answer(HttpResponse response) {
        /** A header field; empty when there is none. */
        String field(String name) {
            return response.headers().getOrDefault(name, "");
        }

        int status() {
            return response.status();
        }

        JsonNode json() {
            return JsonMapper.shared().readTree(response.body());
        }

        String text() {
            return json().get("message").stringValue();
        }

        /** The number in the body; 0 when it is no error. */
        int error() {
            return status() < 300 ? 0 : json().get("errorCode").intValue();
        }
    }
}
