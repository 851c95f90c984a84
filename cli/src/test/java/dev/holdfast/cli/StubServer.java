package dev.holdfast.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Stands in for the operator API: answers what a test gives it and keeps what it was asked. */
final class StubServer implements AutoCloseable {
    static final String TOKEN = "a-token-that-is-never-printed";

    private record Answer(int status, String body) {}

    private final CountDownLatch closed = new CountDownLatch(1);

    private final HttpsServer server;
    private final Path directory;
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final Map<String, Answer> starts = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    StubServer(Path directory) throws IOException, GeneralSecurityException {
        this.directory = directory;
        Instant now = Instant.now();
        TestAuthority authority =
                new TestAuthority("stub root", now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)));
        KeyAndCertificate own = authority.issue(
                "localhost", KeyKind.EC_P256, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)));
        Files.writeString(trustBundle(), Pem.write(authority.certificate()));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(
                TestTls.context(List.of(authority.certificate()), own, List.of(authority.certificate()))));
        server.createContext("/", this::answer);
        server.setExecutor(task -> Thread.ofVirtual().start(task));
        server.start();
    }

    Path trustBundle() {
        return directory.resolve("stub-ca.pem");
    }

    String url() {
        return "https://localhost:" + server.getAddress().getPort();
    }

    /** What a running server leaves in its data directory. */
    Path writeReadyFile() throws IOException {
        Files.writeString(directory.resolve("ready.json"), """
                {"operatorToken": "%s", "trustBundle": "%s", "operator": {"url": "%s/"}}
                """.formatted(TOKEN, trustBundle(), url()));
        return directory;
    }

    /** @param request method and target, as {@code GET /holdfast/v1/hubs} */
    void on(String request, int status, String body) {
        answers.put(request, new Answer(status, body));
    }

    /** As {@link #on} for every request that begins so and has no answer of its own. */
    void onEvery(String start, int status, String body) {
        starts.put(start, new Answer(status, body));
    }

    private Answer answer(String request) {
        return answers.getOrDefault(
                request,
                starts.entrySet().stream()
                        .filter(start -> request.startsWith(start.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse(new Answer(404, "{}")));
    }

    /** Answers with these bytes and then with nothing more, as long as this server lives. */
    void onHalf(String path, byte[] half) {
        server.createContext(path, exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(half);
            exchange.getResponseBody().flush();
            try {
                closed.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Method, target and body of every request that came with the right token. */
    List<String> asked() {
        return asked;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            asked.add((request + " " + body).strip());
            send(exchange, answer(request));
        } else {
            send(exchange, new Answer(401, "{\"error\":{\"code\":\"Unauthorized\",\"message\":\"wrong token\"}}"));
        }
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
