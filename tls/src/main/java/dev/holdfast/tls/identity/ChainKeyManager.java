package dev.holdfast.tls.identity;

import dev.holdfast.pki.ServerChain;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows one chain and no other: which one, the verdict over the ClientHello has decided before. The engine asks for one key type
 * after the other and gets an answer for its own only.
 *
 * <p>It also knows whether a handshake was a full one: the engine asks for the server's key then, and never when it resumes a
 * session.
 */
public final class ChainKeyManager extends X509ExtendedKeyManager {
    private static final String ALIAS = "server";
    private static final String FULL_HANDSHAKE = "dev.holdfast.tls.full-handshake";

    private final ServerChain chain;

    public ChainKeyManager(ServerChain chain) {
        this.chain = chain;
    }

    /** Whether the handshake that made or resumed this session was a full one. To be asked once, when it is done. */
    public static boolean wasFullHandshake(SSLSession session) {
        boolean full = session.getValue(FULL_HANDSHAKE) != null;
        // A session that is kept is the same object when it is resumed.
        session.removeValue(FULL_HANDSHAKE);
        return full;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        if (!keyType.equals(chain.key().getAlgorithm())) {
            return null;
        }
        if (engine != null && engine.getHandshakeSession() != null) {
            engine.getHandshakeSession().putValue(FULL_HANDSHAKE, true);
        }
        return ALIAS;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return alias.equals(ALIAS) ? chain.shown().toArray(X509Certificate[]::new) : null;
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return alias.equals(ALIAS) ? chain.key() : null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }
}
