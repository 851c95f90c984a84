package dev.holdfast.cli.trace;

import dev.holdfast.base.Limits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The roots that a chain is judged by.
 *
 * @param where they are from, for people
 */
public record Roots(String where, List<X509Certificate> certificates) {
    public Roots {
        certificates = List.copyOf(certificates);
    }

    /** @throws IOException when the file can't be read, is too long, or holds no certificate in PEM or DER */
    public static Roots ofFile(Path file) throws IOException {
        int maxBytes = Limits.defaults().certificates().pemMaxBytes();
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(maxBytes + 1);
        }
        if (content.length > maxBytes) {
            throw new IOException("it is longer than " + maxBytes + " bytes");
        }
        try {
            List<X509Certificate> certificates =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(content))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (certificates.isEmpty()) {
                throw new IOException("there is no certificate in it");
            }
            return new Roots(file.toString(), certificates);
        } catch (GeneralSecurityException e) {
            throw new IOException("it does not hold certificates in PEM", e);
        }
    }

    /** The public roots that come with the Java runtime. */
    public static Roots ofRuntime() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            return new Roots(
                    "the Java runtime's public roots",
                    Arrays.stream(factory.getTrustManagers())
                            .filter(X509TrustManager.class::isInstance)
                            .map(X509TrustManager.class::cast)
                            .flatMap(manager -> Arrays.stream(manager.getAcceptedIssuers()))
                            .toList());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no roots of its own", e);
        }
    }
}
