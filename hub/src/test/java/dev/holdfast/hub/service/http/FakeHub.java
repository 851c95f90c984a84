package dev.holdfast.hub.service.http;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.hub.HostNames;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.HubSettings;
import dev.holdfast.hub.NobodyAsked;
import dev.holdfast.hub.command.Feedback;
import dev.holdfast.hub.command.Messages;
import dev.holdfast.hub.command.Methods;
import dev.holdfast.hub.event.HubEvents;
import dev.holdfast.hub.fault.FaultOrders;
import dev.holdfast.hub.identity.AccessRight;
import dev.holdfast.hub.identity.Authenticator;
import dev.holdfast.hub.identity.DeniedCertificates;
import dev.holdfast.hub.identity.Lifecycle;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.hub.identity.RepeatingTable;
import dev.holdfast.hub.identity.SharedAccessPolicy;
import dev.holdfast.hub.identity.SymmetricKeys;
import dev.holdfast.hub.identity.Tokens;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.telemetry.Intake;
import dev.holdfast.hub.throttle.Gate;
import dev.holdfast.hub.twin.Twins;
import dev.holdfast.store.Log;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.http.HttpFace;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The service API over a hub in memory, called as the HTTP server calls it. */
final class FakeHub implements HubDirectory {
    static final String HOST = "hub1.hub.test";
    static final String VERSION = "2021-04-12";

    private static final HubName NAME = new HubName("hub1");
    private static final HostNames NAMES = new HostNames(List.of("hub.test"), NAME);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    final TestClock clock = new TestClock(Instant.parse("2026-11-22T08:00:00.123456789Z"));
    final RepeatingTable table = new RepeatingTable();
    final DeviceLinks links = new DeviceLinks();
    final List<Report> reports = new ArrayList<>();
    final UnservedFace unserved = new UnservedFace(this, clock, reports::add);
    final ServiceApi api = new ServiceApi(this, Limits.defaults().registry(), clock, reports::add);
    final Hub hub;

    FakeHub() {
        this(Gate.open());
    }

    /** @param gate asked by the registry */
    FakeHub(Gate gate) {
        SecureRandom random = new SecureRandom();
        List<SharedAccessPolicy> policies = new ArrayList<>(SharedAccessPolicy.standard(random));
        List<AccessRight> rights = List.of(AccessRight.values());
        for (int bits = 1; bits < 1 << rights.size(); bits++) {
            Set<AccessRight> some = EnumSet.noneOf(AccessRight.class);
            for (int i = 0; i < rights.size(); i++) {
                if ((bits & 1 << i) != 0) {
                    some.add(rights.get(i));
                }
            }
            policies.add(new SharedAccessPolicy("rights" + bits, some, SymmetricKeys.random(random)));
        }
        Live<HubSettings> settings = new Live<>(new HubSettings(NAME, HOST, 4, 1, policies, List.of(), Instant.EPOCH));
        Registry registry =
                new Registry(table, NAME, clock, random, Limits.defaults().registry(), _ -> {}, Lifecycle.UNTOLD, gate);
        DeniedCertificates denied =
                new DeniedCertificates(table, NAME, clock, Limits.defaults().certificates(), _ -> {});
        Authenticator authenticator = new Authenticator(
                settings,
                registry,
                denied,
                NobodyAsked.in(table, NAME, clock),
                host -> NAMES.hubOf(host).equals(Optional.of(NAME)),
                clock,
                Limits.defaults());
        Feedback feedback = new Feedback(
                table, NAME, registry, clock, Limits.defaults().message().feedback());
        Intake intake = new Intake(unusedLog(), Limits.defaults().telemetry(), FaultOrders.none());
        hub = new Hub(
                NAME,
                settings,
                new Live<>(NamedPolicies.standard()),
                registry,
                denied,
                NobodyAsked.in(table, NAME, clock),
                authenticator,
                links,
                new Twins(
                        table,
                        NAME,
                        registry,
                        links,
                        clock,
                        random,
                        Limits.defaults().twin()),
                new Methods(registry, links, Limits.defaults().method()),
                new Messages(
                        table,
                        NAME,
                        registry,
                        links,
                        feedback,
                        clock,
                        Limits.defaults().message()),
                feedback,
                intake,
                FaultOrders.none(),
                new HubEvents(table, NAME, () -> settings.get().events(), intake, clock),
                gate,
                table,
                unusedLog(),
                false);
    }

    /** The service API never touches telemetry. */
    private static Log unusedLog() {
        return (Log) Proxy.newProxyInstance(Log.class.getClassLoader(), new Class<?>[] {Log.class}, (_, method, _) -> {
            throw new UnsupportedOperationException(method.getName());
        });
    }

    @Override
    public Optional<Hub> byHostName(String hostName) {
        return NAMES.hubOf(hostName).flatMap(this::byName);
    }

    @Override
    public Optional<Hub> byName(HubName name) {
        return name.equals(NAME) ? Optional.of(hub) : Optional.empty();
    }

    @Override
    public List<Hub> all() {
        return List.of(hub);
    }

    String token(String policy) {
        return token(policy, HOST);
    }

    String token(String policy, String sr) {
        return Tokens.policy(
                sr,
                Long.toString(clock.instant().getEpochSecond() + 3600),
                hub.settings().get().policy(policy).orElseThrow());
    }

    /** A call as the owner, with an api-version. */
    Call call(String method, String path) {
        return new Call(method, path)
                .with("authorization", token("iothubowner"))
                .query("api-version", VERSION);
    }

    /** A call with nothing but method and path. */
    Call bare(String method, String path) {
        return new Call(method, path);
    }

    final class Call {
        private final String method;
        private final String path;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private final Map<String, String> query = new LinkedHashMap<>();
        private String host = HOST;
        private byte[] body = new byte[0];

        private Call(String method, String path) {
            this.method = method;
            this.path = path;
        }

        Call with(String header, @Nullable String value) {
            if (value == null) {
                headers.remove(header);
            } else {
                headers.put(header, value);
            }
            return this;
        }

        Call query(String name, @Nullable String value) {
            if (value == null) {
                query.remove(name);
            } else {
                query.put(name, value);
            }
            return this;
        }

        Call to(String otherHost) {
            host = otherHost;
            return this;
        }

        Call body(String json) {
            body = json.getBytes(StandardCharsets.UTF_8);
            return with("content-type", "application/json; charset=utf-8");
        }

        HttpRequest request() {
            List<String> segments =
                    path.equals("/") ? List.of() : List.of(path.substring(1).split("/"));
            Connection connection = Connection.accept(
                    new EmbeddedChannel(),
                    "https",
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 50000),
                    clock.instant());
            connection.learn(
                    Handshake.class,
                    new Handshake("TLSv1.3", "TLS_AES_128_GCM_SHA256", null, false, new PeerIdentity.Anonymous()));
            return new HttpRequest(method, host, segments, query, headers, body, connection);
        }

        Answer send() {
            return new Answer(api.answer(request()));
        }

        /** As the server does it: the first face that claims the call, and the head before the body. */
        Answer sendToAll() {
            HttpRequest request = request();
            HttpFace face = List.of(api, unserved).stream()
                    .filter(candidate -> candidate.claims(request))
                    .findFirst()
                    .orElseThrow();
            HttpResponse refusal = request.body().length == 0 ? null : face.refusalOf(request);
            return new Answer(refusal == null ? face.answer(request) : refusal);
        }
    }

    record Answer(HttpResponse response) {
        int status() {
            return response.status();
        }

        String header(String name) {
            return response.headers().getOrDefault(name, "");
        }

        String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        JsonNode json() {
            return JSON.readTree(response.body());
        }

        /** The number in the body, which must agree with status, header and message. */
        int error() {
            JsonNode json = json();
            int number = json.get("errorCode").intValue();
            String name = header("iothub-errorcode");
            if (number / 1000 != status()
                    || !json.get("Message").stringValue().startsWith("/*ErrorCode:" + name + ";")) {
                throw new AssertionError("the parts of the error disagree: " + text());
            }
            return number;
        }
    }
}
