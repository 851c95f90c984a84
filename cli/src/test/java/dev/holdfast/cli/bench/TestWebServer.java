package dev.holdfast.cli.bench;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A web server that gives every request the same answer without a body. */
public final class TestWebServer implements AutoCloseable {
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Path roots;

    /** @param directory for its root certificate */
    public TestWebServer(Path directory, int status) throws Exception {
        Instant from = Instant.now().minus(Duration.ofDays(1));
        Instant to = Instant.now().plus(Duration.ofDays(1));
        TestAuthority authority = new TestAuthority("web root", from, to);
        KeyAndCertificate own = authority.issue("localhost", KeyKind.EC_P256, from, to);
        roots = Files.writeString(directory.resolve("web-ca.pem"), Pem.write(authority.certificate()));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(
                TestTls.context(List.of(authority.certificate()), own, List.of(authority.certificate()))));
        server.setExecutor(threads);
        server.createContext("/", request -> {
            try (request) {
                request.sendResponseHeaders(status, -1);
            }
        });
        server.start();
    }

    public String port() {
        return Integer.toString(server.getAddress().getPort());
    }

    public String roots() {
        return roots.toString();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
