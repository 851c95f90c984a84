package dev.holdfast.wire.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.holdfast.base.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HttpsClientTest {
    private static final char[] PASSWORD = "only-a-test".toCharArray();
    private static final Limits.Client LIMITS = new Limits.Client(1000, Duration.ofSeconds(10), Duration.ofSeconds(10));

    private final CountDownLatch release = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TempDir
    static Path directory;

    private KeyStore identity;
    private HttpsServer server;

    @BeforeAll
    void startServer() throws Exception {
        identity = selfSigned("server");
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(identity, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.setExecutor(threads);
        server.createContext("/echo", HttpsClientTest::echo);
        server.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().set("Location", "/echo");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.createContext("/large", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(new byte[LIMITS.responseMaxBytes() + 1]);
            exchange.close();
        });
        server.createContext("/stalls", exchange -> {
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
            await(release);
            exchange.close();
        });
        server.start();
    }

    @AfterAll
    void stopServer() {
        release.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void sends_method_headers_and_body_and_returns_status_and_body() throws Exception {
        try (HttpsClient client = client("localhost", LIMITS)) {
            HttpsClient.Answer answer =
                    client.send("PATCH", "/echo?x=1", Map.of("X-Test", "yes"), "text".getBytes(StandardCharsets.UTF_8));

            assertThat(answer.status()).isEqualTo(207);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo("PATCH /echo?x=1 yes text");
        }
    }

    @Test
    void follows_no_redirect() throws Exception {
        try (HttpsClient client = client("localhost", LIMITS)) {
            assertThat(client.send("GET", "/moved", Map.of(), new byte[0]).status())
                    .isEqualTo(302);
        }
    }

    @Test
    void refuses_an_answer_that_is_too_large() {
        try (HttpsClient client = client("localhost", LIMITS)) {
            assertThatThrownBy(() -> client.send("GET", "/large", Map.of(), new byte[0]))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void gives_up_on_a_body_that_stalls() {
        Limits.Client impatient = new Limits.Client(1000, Duration.ofSeconds(10), Duration.ofMillis(700));
        try (HttpsClient client = client("localhost", impatient)) {
            assertThatThrownBy(() -> client.send("GET", "/stalls", Map.of(), new byte[0]))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void receives_a_body_of_any_length_as_it_comes() throws Exception {
        try (HttpsClient client = client("localhost", LIMITS)) {
            AtomicInteger received = new AtomicInteger();
            HttpsClient.Answer answer =
                    client.receive("GET", "/large", Map.of(), body -> received.set(body.readAllBytes().length));
            assertThat(answer.isSuccess()).isTrue();
            assertThat(received).hasValue(LIMITS.responseMaxBytes() + 1);
        }
    }

    @Test
    void receives_the_answer_that_is_no_success_as_a_whole() throws Exception {
        try (HttpsClient client = client("localhost", LIMITS)) {
            HttpsClient.Answer answer = client.receive("GET", "/moved", Map.of(), body -> {
                throw new AssertionError("not for the receiver");
            });
            assertThat(answer.status()).isEqualTo(302);
        }
    }

    @Test
    void gives_up_on_a_received_body_that_stalls() {
        Limits.Client impatient = new Limits.Client(1000, Duration.ofSeconds(10), Duration.ofMillis(1500));
        try (HttpsClient client = client("localhost", impatient)) {
            assertThatThrownBy(() -> client.receive("GET", "/stalls", Map.of(), body -> {
                        byte[] _ = body.readAllBytes();
                    }))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("nothing came");
        }
    }

    @Test
    void refuses_a_server_that_another_authority_vouches_for() throws Exception {
        Certificate other = selfSigned("other").getCertificate("key");
        try (HttpsClient client = new HttpsClient(at("localhost"), ClientTls.trusting(List.of(other)), LIMITS)) {
            assertThatThrownBy(() -> client.send("GET", "/echo", Map.of(), new byte[0]))
                    .isInstanceOf(SSLException.class);
        }
    }

    @Test
    void refuses_a_certificate_for_another_name() {
        try (HttpsClient client = client("127.0.0.1", LIMITS)) {
            assertThatThrownBy(() -> client.send("GET", "/echo", Map.of(), new byte[0]))
                    .isInstanceOf(SSLException.class);
        }
    }

    @Test
    void tells_a_refused_connection_apart() throws Exception {
        URI nobody;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = URI.create("https://localhost:" + closed.getLocalPort());
        }
        try (HttpsClient client = new HttpsClient(nobody, trust(), LIMITS)) {
            assertThatThrownBy(() -> client.send("GET", "/", Map.of(), new byte[0]))
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void goes_to_https_only() {
        assertThatThrownBy(() -> new HttpsClient(URI.create("http://localhost"), trust(), LIMITS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("https");
    }

    private HttpsClient client(String host, Limits.Client limits) {
        return new HttpsClient(at(host), trust(), limits);
    }

    private URI at(String host) {
        return URI.create("https://" + host + ":" + server.getAddress().getPort());
    }

    private ClientTls trust() {
        try {
            return ClientTls.trusting(List.of(identity.getCertificate("key")));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void echo(HttpExchange exchange) throws IOException {
        String answer = exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("X-Test") + " "
                + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        byte[] body = answer.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(207, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The JDK makes certificates with a program only. */
    private static KeyStore selfSigned(String name) throws Exception {
        Path file = directory.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "key",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }
}
