package dev.holdfast.testkit;

import dev.holdfast.pki.KeyAndCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** TLS clients of the Java runtime, with the trust and the client certificate that a test gives them. */
public final class TestTls {
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final char[] PASSWORD = "test".toCharArray();

    private TestTls() {}

    /** A context; connections made of the same one resume each other's sessions. */
    public static SSLContext context(List<X509Certificate> roots, @Nullable KeyAndCertificate client)
            throws GeneralSecurityException, IOException {
        return context(roots, client, List.of());
    }

    /** @param issuers the certificates above the client's, sent with it */
    public static SSLContext context(
            List<X509Certificate> roots, @Nullable KeyAndCertificate client, List<X509Certificate> issuers)
            throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (X509Certificate root : roots) {
            trusted.setCertificateEntry("root" + trusted.size(), root);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        if (client != null) {
            Certificate[] chain = new Certificate[issuers.size() + 1];
            chain[0] = client.certificate();
            for (int i = 0; i < issuers.size(); i++) {
                chain[i + 1] = issuers.get(i);
            }
            own.setKeyEntry("client", client.key(), PASSWORD, chain);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    /**
     * Connects to a server on this machine, sends {@code host} as SNI and checks the certificate's names against it. The handshake
     * is done when it returns.
     */
    public static SSLSocket connect(SSLContext context, String host, int port, String... protocols) throws IOException {
        Socket plain = new Socket();
        plain.setSoTimeout(TIMEOUT_MILLIS);
        plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (protocols.length > 0) {
            parameters.setProtocols(protocols);
        }
        socket.setSSLParameters(parameters);
        try {
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
