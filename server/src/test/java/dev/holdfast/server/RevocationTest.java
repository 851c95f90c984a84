package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.holdfast.base.Limits;
import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestTls;
import dev.holdfast.wire.client.Networks;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What authorities took back, over the real ports: by a list that is given or fetched, and by OCSP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RevocationTest {
    private static final String HUB = "/holdfast/v1/hubs/hub1/";
    private static final int ACCEPTED = 0;
    private static final int NOT_AUTHORIZED = 5;
    private static final int CUT_WITHIN_MILLISECONDS = 5000;

    @TempDir
    static Path directory;

    private final Instant before = Instant.now().minus(Duration.ofDays(1));
    private final Instant after = Instant.now().plus(Duration.ofDays(1));
    private final AtomicReference<byte[]> served = new AtomicReference<>(new byte[0]);
    private final AtomicReference<@Nullable TestAuthority> answering = new AtomicReference<>();
    private final AtomicInteger questions = new AtomicInteger();
    private HttpServer web;
    private TestServer server;
    private List<X509Certificate> roots;

    @BeforeAll
    void start() throws Exception {
        web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext("/list.crl", exchange -> {
            byte[] body = served.get();
            exchange.sendResponseHeaders(body.length == 0 ? 404 : 200, body.length == 0 ? -1 : body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        web.createContext("/ocsp", exchange -> {
            questions.incrementAndGet();
            byte[] question = exchange.getRequestBody().readAllBytes();
            TestAuthority authority = answering.get();
            byte[] body = authority == null ? new byte[0] : authority.answer(question, Duration.ofSeconds(2));
            exchange.sendResponseHeaders(body.length == 0 ? 500 : 200, body.length == 0 ? -1 : body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        web.setExecutor(Executors.newCachedThreadPool());
        web.start();
        Limits usual = Limits.defaults();
        Limits.Revocation revocation = usual.revocation();
        Limits quick = usual.with(new Limits.Revocation(
                revocation.listMaxBytes(),
                revocation.listMaxEntries(),
                revocation.listsMaxBytes(),
                revocation.clockMaxSkew(),
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                revocation.answerMaxBytes(),
                revocation.answersMax(),
                revocation.questionsMax(),
                revocation.answerMaxTime()));
        server = TestServer.start(TestServer.config(
                directory.resolve("data"), quick, Networks.parse("127.0.0.0/8").orElseThrow()));
        try (var pem = Files.newInputStream(Path.of(server.ready().trustBundle()))) {
            roots = CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        }
    }

    @AfterAll
    void stop() {
        server.close();
        web.stop(0);
    }

    private String url(String path) {
        return "http://127.0.0.1:" + web.getAddress().getPort() + path;
    }

    private TestServer.Answer ask(String method, String below, Map<String, ?> body) throws IOException {
        return server.ask(method, HUB + below, JsonMapper.shared().writeValueAsString(body));
    }

    private TestAuthority register(String name, boolean verified) throws IOException {
        TestAuthority authority = new TestAuthority("Root " + name, before, after);
        return register(name, authority, verified);
    }

    private TestAuthority register(String name, TestAuthority authority, boolean verified) throws IOException {
        TestServer.Answer made = ask(
                "POST",
                "certificate-authorities",
                Map.of("name", name, "certificate", Pem.write(authority.certificate()), "verified", verified));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return authority;
    }

    private TestServer.Answer set(String name, Map<String, ?> revocation) throws IOException {
        return ask("PATCH", "certificate-authorities/" + name + "/revocation", revocation);
    }

    private void isSet(String name, Map<String, ?> revocation) throws IOException {
        TestServer.Answer answer = set(name, revocation);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }

    private TestServer.Answer give(String name, byte[] list) throws IOException {
        return server.put(HUB + "revocation-lists/" + name, list);
    }

    private JsonNode given(String name, byte[] list) throws IOException {
        TestServer.Answer answer = give(name, list);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json();
    }

    private byte[] list(TestAuthority authority, KeyAndCertificate... revoked) {
        return authority.revocationList(
                Instant.now().minusSeconds(60),
                after,
                List.of(revoked).stream()
                        .map(each -> each.certificate().getSerialNumber())
                        .toList());
    }

    private void create(String device) throws IOException {
        assertThat(ask("POST", "devices", Map.of("id", device, "authentication", "ca"))
                        .status())
                .isEqualTo(201);
    }

    private KeyAndCertificate issue(TestAuthority authority, String device) throws IOException {
        create(device);
        return authority.issue(device, KeyKind.EC_P256, before, after);
    }

    private SSLContext client(KeyAndCertificate own, TestAuthority... above) throws Exception {
        return TestTls.context(
                roots,
                own,
                List.of(above).stream().map(TestAuthority::certificate).toList());
    }

    private SSLSocket open(SSLContext client, String version) throws IOException {
        SSLSocket socket = TestTls.connect(client, "localhost", server.hub().mqttPort(), version);
        socket.setSoTimeout(CUT_WITHIN_MILLISECONDS);
        return socket;
    }

    private int knock(SSLContext client, String device) throws IOException {
        try (SSLSocket socket = open(client, "TLSv1.3")) {
            return MqttKnock.connect(socket, device);
        }
    }

    private static void assertCut(SSLSocket socket) throws IOException {
        assertThat(socket.getInputStream().read()).as("closed within 5 s").isEqualTo(-1);
    }

    private static void assertStays(SSLSocket socket) throws IOException {
        socket.getOutputStream().write(new byte[] {(byte) 0xC0, 0});
        assertThat(socket.getInputStream().readNBytes(2)).as("PINGRESP").containsExactly(0xD0, 0);
    }

    @Test
    void a_device_on_a_given_list_is_cut_and_stays_out_also_with_a_resumed_session() throws Exception {
        TestAuthority root = register("given", true);
        KeyAndCertificate own = issue(root, "given-1");
        SSLContext client = client(own);
        SSLContext other = client(issue(root, "given-2"));
        assertThat(given("given", list(root)).path("connectionsEnded").asInt()).isZero();
        try (SSLSocket socket = open(client, "TLSv1.3");
                SSLSocket stays = open(other, "TLSv1.3")) {
            assertThat(MqttKnock.connect(socket, "given-1")).isEqualTo(ACCEPTED);
            assertThat(MqttKnock.connect(stays, "given-2")).isEqualTo(ACCEPTED);
            JsonNode list = given("given", list(root, own));
            assertThat(list.path("connectionsEnded").asInt()).isEqualTo(1);
            assertThat(list.path("entries").asInt()).isEqualTo(1);
            assertCut(socket);
            assertStays(stays);
        }
        long began = System.currentTimeMillis();
        try (SSLSocket resumed = open(client, "TLSv1.3")) {
            assertThat(resumed.getSession().getCreationTime()).as("resumed").isLessThan(began);
            assertThat(MqttKnock.connect(resumed, "given-1")).isEqualTo(NOT_AUTHORIZED);
        }
        assertThat(server.ask("DELETE", HUB + "revocation-lists/given", "").status())
                .isEqualTo(204);
        assertThat(knock(client, "given-1")).isEqualTo(ACCEPTED);
    }

    @Test
    void the_list_of_a_root_takes_a_line_out_that_devices_show_or_that_is_registered() throws Exception {
        TestAuthority root = register("tall", true);
        TestAuthority shown = root.intermediate("Shown line", before, after);
        TestAuthority registered = register("tall-line", root.intermediate("Line", before, after), true);
        SSLContext first = client(issue(shown, "tall-1"), shown);
        SSLContext second = client(issue(registered, "tall-2"));
        try (SSLSocket one = open(first, "TLSv1.3");
                SSLSocket two = open(second, "TLSv1.3")) {
            assertThat(MqttKnock.connect(one, "tall-1")).isEqualTo(ACCEPTED);
            assertThat(MqttKnock.connect(two, "tall-2")).isEqualTo(ACCEPTED);
            byte[] both = root.revocationList(
                    Instant.now().minusSeconds(60),
                    after,
                    List.of(
                            shown.certificate().getSerialNumber(),
                            registered.certificate().getSerialNumber()));
            assertThat(given("tall", both).path("connectionsEnded").asInt()).isEqualTo(2);
            assertCut(one);
            assertCut(two);
        }
    }

    @Test
    void an_intermediate_that_devices_show_has_its_list_under_an_unverified_name() throws Exception {
        TestAuthority root = register("above", true);
        TestAuthority line = root.intermediate("Line below", before, after);
        KeyAndCertificate own = issue(line, "below-1");
        byte[] list = list(line, own);
        assertThat(give("above", list).errorCode()).isEqualTo("ListOfAnotherIssuer");
        register("below", line, false);
        try (SSLSocket socket = open(client(own, line), "TLSv1.3")) {
            assertThat(MqttKnock.connect(socket, "below-1")).isEqualTo(ACCEPTED);
            given("below", list);
            assertCut(socket);
        }
    }

    @Test
    void a_list_is_fetched_and_cuts_and_a_broken_one_changes_nothing() throws Exception {
        TestAuthority root = register("fetched", true);
        KeyAndCertificate own = issue(root, "fetched-1");
        SSLContext client = client(own);
        served.set(list(root));
        isSet("fetched", Map.of("crlUrl", url("/list.crl")));
        TestServer.Answer now = server.ask("POST", HUB + "revocation-lists/fetched/fetch", "{}");
        assertThat(now.status()).as(now.text()).isEqualTo(200);
        assertThat(now.json().path("state").asString()).isEqualTo("current");
        isSet("fetched", Map.of("whenUnknown", "refuse"));
        assertThat(server.ask("DELETE", HUB + "revocation-lists/fetched", "").errorCode())
                .as("until it is fetched again nobody would know")
                .isEqualTo("LastOrigin");
        try (SSLSocket socket = open(client, "TLSv1.3")) {
            assertThat(MqttKnock.connect(socket, "fetched-1")).isEqualTo(ACCEPTED);
            served.set(list(root, own));
            assertCut(socket);
        }
        assertThat(knock(client, "fetched-1")).isEqualTo(NOT_AUTHORIZED);
        served.set("nonsense".getBytes(StandardCharsets.US_ASCII));
        TestServer.Answer broken = server.ask("POST", HUB + "revocation-lists/fetched/fetch", "{}");
        assertThat(broken.errorCode()).isEqualTo("NotARevocationList");
        JsonNode shown = server.ask("GET", HUB + "revocation-lists/fetched", "").json();
        assertThat(shown.path("entries").asInt()).isEqualTo(1);
        assertThat(shown.path("failure").path("what").asString()).contains("no certificate revocation list");
        assertThat(knock(client, "fetched-1")).isEqualTo(NOT_AUTHORIZED);
    }

    @Test
    void what_nobody_knows_is_let_in_or_refused_as_the_operator_says() throws Exception {
        TestAuthority root = register("unknown", true);
        SSLContext client = client(issue(root, "unknown-1"));
        assertThat(set("unknown", Map.of("whenUnknown", "refuse")).errorCode()).isEqualTo("NobodyToAsk");
        isSet("unknown", Map.of("crlUrl", url("/no-such.crl")));
        assertThat(knock(client, "unknown-1")).isEqualTo(ACCEPTED);
        try (SSLSocket socket = open(client, "TLSv1.3")) {
            assertThat(MqttKnock.connect(socket, "unknown-1")).isEqualTo(ACCEPTED);
            assertThat(set("unknown", Map.of("whenUnknown", "refuse")).errorCode())
                    .as("a list that was never fetched would lock the fleet out")
                    .isEqualTo("NothingKnownYet");
            given("unknown", list(root));
            isSet("unknown", Map.of("whenUnknown", "refuse"));
            MqttKnock.assertAnswers(socket);
        }
        assertThat(knock(client, "unknown-1")).isEqualTo(ACCEPTED);
        isSet("unknown", Map.of("crlUrl", "none"));
        assertThat(server.ask("DELETE", HUB + "revocation-lists/unknown", "").errorCode())
                .isEqualTo("LastOrigin");
    }

    @Test
    void a_list_that_becomes_stale_cuts_where_the_operator_refuses_what_is_unknown() throws Exception {
        TestAuthority root = register("stale", true);
        SSLContext client = client(issue(root, "stale-1"));
        given("stale", root.revocationList(before, Instant.now().plusSeconds(4), List.of()));
        isSet("stale", Map.of("whenUnknown", "refuse"));
        try (SSLSocket socket = open(client, "TLSv1.3")) {
            socket.setSoTimeout(4000 + CUT_WITHIN_MILLISECONDS);
            assertThat(MqttKnock.connect(socket, "stale-1")).isEqualTo(ACCEPTED);
            assertCut(socket);
        }
        assertThat(server.ask("GET", HUB + "revocation-lists/stale", "")
                        .json()
                        .path("state")
                        .asString())
                .isEqualTo("stale");
        assertThat(knock(client, "stale-1")).isEqualTo(NOT_AUTHORIZED);
        isSet("stale", Map.of("whenUnknown", "allow"));
        try (SSLSocket socket = open(client, "TLSv1.3")) {
            assertThat(MqttKnock.connect(socket, "stale-1")).isEqualTo(ACCEPTED);
            TestServer.Answer strict = set("stale", Map.of("whenUnknown", "refuse"));
            assertThat(strict.json().path("connectionsEnded").asInt())
                    .as(strict.text())
                    .isEqualTo(1);
            assertCut(socket);
        }
    }

    @Test
    void a_responder_is_asked_once_while_its_answer_counts_and_again_for_who_is_connected() throws Exception {
        TestAuthority root = register("asked", true);
        answering.set(root);
        KeyAndCertificate own = issue(root, "asked-1");
        SSLContext client = client(own);
        isSet("asked", Map.of("ocspUrl", url("/ocsp"), "whenUnknown", "refuse"));
        int asked = questions.get();
        try (SSLSocket socket = open(client, "TLSv1.3")) {
            assertThat(MqttKnock.connect(socket, "asked-1")).isEqualTo(ACCEPTED);
            assertThat(questions.get()).as("one question for both judgements").isEqualTo(asked + 1);
            root.revoke(own.certificate().getSerialNumber());
            // The answer counts for two seconds more.
            socket.setSoTimeout(2000 + CUT_WITHIN_MILLISECONDS);
            assertCut(socket);
        }
        assertThat(knock(client, "asked-1")).isEqualTo(NOT_AUTHORIZED);
        answering.set(null);
        SSLContext late = client(issue(root, "asked-2"));
        assertThat(knock(late, "asked-2")).as("no responder, refused").isEqualTo(NOT_AUTHORIZED);
        isSet("asked", Map.of("whenUnknown", "allow"));
        assertThat(knock(late, "asked-2")).as("no responder, allowed").isEqualTo(ACCEPTED);
        // The answer that said so has ended meanwhile.
        assertThat(awaitNoAnswer(root)).isEqualTo(ACCEPTED);
        assertThat(knock(client, "asked-1")).as("revoked stays revoked").isEqualTo(NOT_AUTHORIZED);
    }

    /** Lets more time pass than an answer counts: a third device is connected that long. */
    private int awaitNoAnswer(TestAuthority root) throws Exception {
        SSLContext third = client(issue(root, "asked-3"));
        int code;
        try (SSLSocket socket = open(third, "TLSv1.3")) {
            code = MqttKnock.connect(socket, "asked-3");
            socket.setSoTimeout(3000);
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        }
        return code;
    }

    @Test
    void private_addresses_are_refused_in_a_sentence() throws Exception {
        register("elsewhere", true);
        isSet("elsewhere", Map.of("crlUrl", "http://192.168.7.7/list.crl"));
        TestServer.Answer answer = server.ask("POST", HUB + "revocation-lists/elsewhere/fetch", "{}");
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.errorCode()).isEqualTo("ListNotFetched");
        assertThat(answer.text()).contains("192.168.7.7").contains("outgoing.allowedNetworks");
    }

    @Test
    void a_list_larger_than_other_bodies_is_taken_and_one_over_its_limit_is_not() throws Exception {
        TestAuthority root = register("large", true);
        List<BigInteger> many = IntStream.range(0, 60_000)
                .mapToObj(i -> BigInteger.valueOf(1L << 40).add(BigInteger.valueOf(i)))
                .toList();
        byte[] large = root.revocationList(before, after, many);
        assertThat(large.length).isGreaterThan(Limits.defaults().http().bodyMaxBytes());
        assertThat(given("large", large).path("entries").asInt()).isEqualTo(60_000);
        byte[] tooLarge = new byte[2 * Limits.defaults().revocation().listMaxBytes() + 1];
        assertThat(give("large", tooLarge).status()).isEqualTo(413);
        assertThat(server.ask("POST", HUB + "certificate-authorities", " ".repeat(2 << 20))
                        .status())
                .isEqualTo(413);
        assertThat(give("nobody", large).errorCode()).isEqualTo("UnknownAuthority");
    }

    @Test
    void urls_that_can_not_be_asked_are_refused() throws Exception {
        register("urls", true);
        for (String url : List.of("ldap://host/x", "file:///etc/passwd", "http://", "http://u:p@host/", "host/x")) {
            assertThat(set("urls", Map.of("crlUrl", url)).status()).as(url).isEqualTo(400);
        }
    }
}
