package dev.holdfast.server;

import dev.holdfast.testkit.TestTls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLSocket;

/** Requests as written, with whatever Host field a test wants. */
final class RawHttps {
    private RawHttps() {}

    static int statusOf(TestServer server, String head) throws IOException, GeneralSecurityException {
        return Integer.parseInt(headOf(server, head).substring(9, 12));
    }

    /** @param head request line and fields, each line ended, without the empty one */
    static String headOf(TestServer server, String head) throws IOException, GeneralSecurityException {
        try (SSLSocket socket = TestTls.connect(
                TestTls.context(roots(server), null), "localhost", server.hub().httpsPort())) {
            socket.getOutputStream().write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return answer.substring(0, answer.indexOf("\r\n\r\n"));
        }
    }

    static List<X509Certificate> roots(TestServer server) throws IOException, GeneralSecurityException {
        byte[] bundle = Files.readAllBytes(Path.of(server.ready().trustBundle()));
        return CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bundle)).stream()
                .map(X509Certificate.class::cast)
                .toList();
    }
}
