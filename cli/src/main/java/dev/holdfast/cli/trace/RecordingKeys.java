package dev.holdfast.cli.trace;

import dev.holdfast.tls.trace.ClientIdentity;
import dev.holdfast.tls.trace.ShownCertificate;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Shows the one certificate that it was given, whatever issuers the server names, and keeps what it was asked. */
final class RecordingKeys extends X509ExtendedKeyManager {
    private static final String ALIAS = "client";

    private final @Nullable ClientIdentity identity;
    private volatile @Nullable ClientCertificate asked;

    RecordingKeys(@Nullable ClientIdentity identity) {
        this.identity = identity;
    }

    /** Empty when the server did not ask. */
    Optional<ClientCertificate> asked() {
        return Optional.ofNullable(asked);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        boolean fits = identity != null
                && Arrays.asList(keyTypes).contains(identity.key().getAlgorithm());
        asked = new ClientCertificate(
                signatures(engine),
                issuers == null ? 0 : issuers.length,
                fits && identity != null
                        ? ShownCertificate.of(identity.chain().getFirst()).subject()
                        : "");
        return fits ? ALIAS : null;
    }

    private static List<String> signatures(@Nullable SSLEngine engine) {
        return engine != null && engine.getHandshakeSession() instanceof ExtendedSSLSession session
                ? Arrays.stream(session.getPeerSupportedSignatureAlgorithms())
                        .distinct()
                        .toList()
                : List.of();
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return identity == null ? null : identity.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return identity == null ? null : identity.key();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
