package dev.holdfast.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The roots of the server under test, in the two forms that the Java SDKs take them. */
final class Trust {
    private static final String PASSWORD = "changeit";

    private final KeyStore roots;

    private Trust(KeyStore roots) {
        this.roots = roots;
    }

    static Trust ofServer() {
        return of(new TestServer().trustBundle());
    }

    /** The certificates of a PEM file. */
    static Trust of(Path roots) {
        try (InputStream pem = Files.newInputStream(roots)) {
            return in(CertificateFactory.getInstance("X.509").generateCertificates(pem));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static Trust in(Collection<? extends Certificate> certificates) {
        try {
            KeyStore roots = KeyStore.getInstance("PKCS12");
            roots.load(null, null);
            for (Certificate root : certificates) {
                roots.setCertificateEntry("root-" + roots.size(), root);
            }
            return new Trust(roots);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For the device client: its option {@code sslContext}, with a client certificate or none. */
    SSLContext sslContext(KeyManager... clientCertificates) {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(roots);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(clientCertificates, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * For the service client, which takes no option: as if the program had been started with {@code -Djavax.net.ssl.trustStore}
     * and {@code -Djavax.net.ssl.trustStorePassword}. Has to come before the first TLS connection.
     */
    void makeDefault() {
        Path file = Path.of(System.getenv("CONFORMANCE_SCRATCH"), "roots.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            roots.store(out, PASSWORD.toCharArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        System.setProperty("javax.net.ssl.trustStore", file.toString());
        System.setProperty("javax.net.ssl.trustStorePassword", PASSWORD);
    }
}
