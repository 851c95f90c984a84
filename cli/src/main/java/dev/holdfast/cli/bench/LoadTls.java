package dev.holdfast.cli.bench;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS as a bench speaks it: one version, one kind of server key, one group, AES-128-GCM, so that every server is asked for the
 * same work.
 */
public final class LoadTls {
    /** Protocol version. */
    public enum Version {
        TLS_1_2("TLSv1.2"),
        TLS_1_3("TLSv1.3");

        private final String name;

        Version(String name) {
            this.name = name;
        }

        @Override
        public String toString() {
            return name.substring("TLSv".length());
        }
    }

    /** Kind of the server's key, which the offered suites and signature schemes leave as the only choice. */
    public enum Key {
        RSA("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        ECDSA("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");

        private final String suite;

        Key(String suite) {
            this.suite = suite;
        }

        private String[] schemes() {
            return switch (this) {
                case RSA ->
                    new String[] {
                        "rsa_pss_rsae_sha256",
                        "rsa_pss_rsae_sha384",
                        "rsa_pss_rsae_sha512",
                        "rsa_pkcs1_sha256",
                        "rsa_pkcs1_sha384",
                        "rsa_pkcs1_sha512"
                    };
                case ECDSA ->
                    new String[] {"ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512"};
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Group of the key exchange. */
    public enum Group {
        X25519,
        SECP256R1;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A client's own certificate and key, in PEM. */
    public record ClientCertificate(Path certificate, Path key) {}

    /**
     * @param roots what the server's certificate is checked against; null to check nothing
     * @param client null for none
     */
    public record Options(
            Version version,
            Key key,
            Group group,
            @Nullable Path roots,
            @Nullable ClientCertificate client) {}

    private final Options options;

    public LoadTls(Options options) {
        this.options = options;
    }

    public Options options() {
        return options;
    }

    /** What of it decides the cost, for people and for comparing results. */
    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("tls", options.version().toString());
        settings.put("key", options.key().toString());
        settings.put("group", options.group().toString());
        settings.put("clientCertificate", options.client() == null ? "no" : "yes");
        return settings;
    }

    /**
     * Reads the files and makes a context.
     *
     * @param resuming whether connections with the same number resume each other's sessions
     */
    Sessions open(boolean resuming) throws BenchFailure {
        CountingTrust trust = CountingTrust.of(options.roots());
        try {
            SslContextBuilder builder =
                    SslContextBuilder.forClient().sslProvider(SslProvider.JDK).trustManager((TrustManager) trust);
            ClientCertificate client = options.client();
            if (client != null) {
                var _ = builder.keyManager(
                        client.certificate().toFile(), client.key().toFile());
            }
            return new Sessions(((JdkSslContext) builder.build()).context(), trust, resuming);
        } catch (SSLException | IllegalArgumentException e) {
            throw new BenchFailure(
                    "the client certificate or its key can't be read (" + e.getMessage()
                            + "); both must be PEM, the key unencrypted PKCS#8",
                    e);
        }
    }

    /** Makes engines, and knows the sessions that they may resume. */
    final class Sessions {
        private final SSLContext context;
        private final CountingTrust trust;
        private final boolean resuming;
        private final AtomicInteger engines = new AtomicInteger();

        private Sessions(SSLContext context, CountingTrust trust, boolean resuming) {
            this.context = context;
            this.trust = trust;
            this.resuming = resuming;
            // One is all that a connection of a bench resumes, and more would be memory of the client.
            context.getClientSessionContext().setSessionCacheSize(4);
        }

        /** Handshakes so far in which the server sent a certificate, that is, which were not resumed. */
        long fullHandshakes() {
            return trust.checks();
        }

        Version version() {
            return options.version();
        }

        SSLEngine engine(String host, int connection) {
            // Sessions are kept by host and port; the port is used for nothing else.
            int port = resuming ? connection : engines.incrementAndGet();
            SSLEngine engine = context.createSSLEngine(host, port);
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setProtocols(new String[] {options.version().name});
            parameters.setCipherSuites(
                    new String[] {options.version() == Version.TLS_1_3 ? "TLS_AES_128_GCM_SHA256" : options.key().suite
                    });
            parameters.setSignatureSchemes(options.key().schemes());
            parameters.setNamedGroups(groups());
            if (options.roots() != null) {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            engine.setSSLParameters(parameters);
            return engine;
        }

        /** In TLS 1.2 the groups also say which certificates the client takes, so the curve of ours must be among them. */
        private String[] groups() {
            String wanted = options.group().toString();
            boolean alsoCurve = options.version() == Version.TLS_1_2
                    && options.key() == Key.ECDSA
                    && options.group() == Group.X25519;
            return alsoCurve ? new String[] {wanted, Group.SECP256R1.toString()} : new String[] {wanted};
        }
    }
}
