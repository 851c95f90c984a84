package dev.holdfast.tls.listen;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.ServerChain;
import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.SignatureScheme;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.identity.ChainKeyManager;
import dev.holdfast.tls.policy.Directory;
import dev.holdfast.tls.policy.ServerKeyType;
import dev.holdfast.tls.policy.TlsPolicy;
import dev.holdfast.tls.policy.Verdict;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManager;

/**
 * Makes the engine for an accepted hello. There is one SSLContext, and with it one store of sessions and one ticket key, for each
 * endpoint, key type, state of its policy and chain: a session can't be resumed where it would not have been allowed to begin.
 */
final class Contexts {
    /**
     * Where there is one policy and one chain at a time.
     *
     * @param endpoint as the directory names it
     * @param listener its name where the policy is the listener's; else empty
     * @param here for clients of this machine, which may be shown another chain at the same endpoint
     */
    record Place(String endpoint, String listener, boolean here) {
        static Place of(Directory.Endpoint endpoint, Listener listener, boolean here) {
            return new Place(endpoint.name(), endpoint.registered() ? "" : listener.name(), here);
        }
    }

    private record Key(Place place, ServerKeyType keyType) {}

    private record Held(TlsPolicy policy, ServerChain chain, SSLContext context) {
        boolean isFor(TlsPolicy policyNow, ServerChain chainNow) {
            return policy.equals(policyNow) && chain.equals(chainNow);
        }
    }

    /** What even the name of one among hundreds of hubs keeps. */
    private static final int SESSIONS_MIN = 100;

    private final Map<Key, Held> held = new ConcurrentHashMap<>();
    private final Limits.Tls limits;
    private final Directory directory;
    private final Set<String> engineSuites;

    Contexts(Limits.Tls limits, Directory directory) {
        EngineSwitches.set();
        this.limits = limits;
        this.directory = directory;
        try {
            // Not the default context: it would read the machine's trusted roots, which a server does not need.
            SSLContext any = SSLContext.getInstance("TLS");
            any.init(new KeyManager[0], new TrustManager[] {new AnyClientCertificate()}, null);
            engineSuites = Arrays.stream(any.getSupportedSSLParameters().getCipherSuites())
                    .collect(Collectors.toUnmodifiableSet());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no TLS", e);
        }
    }

    /**
     * An engine that can negotiate what the verdict says, with its chain, and nothing else. Asks for a client certificate, and makes
     * small records for a client that asks for them (RFC 6066 4).
     */
    SSLEngine engine(Place place, Verdict.Accept accept, ServerChain chain) {
        return engine(context(new Key(place, accept.keyType()), accept.policy(), chain), accept);
    }

    /**
     * As {@link #engine(Place, Verdict.Accept, ServerChain)}, with sessions that nobody else has: none is resumed in it, and what it
     * makes is never resumed, since a resumed handshake proves nothing about the chain.
     */
    SSLEngine engineOfItsOwn(Verdict.Accept accept, ServerChain chain) {
        return engine(make(chain), accept);
    }

    private SSLEngine engine(SSLContext context, Verdict.Accept accept) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = new SSLParameters();
        // Without it the engine expects of a client with a maximum fragment length no larger records than it reckons,
        // and
        // forgets the byte for the type that TLS 1.3 has in each.
        parameters.setMaximumPacketSize(engine.getSSLParameters().getMaximumPacketSize());
        parameters.setProtocols(
                accept.protocols().stream().map(TlsVersion::engineName).toArray(String[]::new));
        parameters.setCipherSuites(
                accept.suites().stream().map(this::engineName).toArray(String[]::new));
        // The verdict has put them in the order that decides, be it the server's or the client's.
        parameters.setUseCipherSuitesOrder(true);
        parameters.setNamedGroups(
                accept.groups().stream().map(NamedGroup::toString).toArray(String[]::new));
        List<SignatureScheme> signatures = accept.signatures();
        if (!signatures.isEmpty()) {
            parameters.setSignatureSchemes(
                    signatures.stream().map(SignatureScheme::toString).toArray(String[]::new));
        }
        parameters.setWantClientAuth(true);
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** The engine calls the suites of SSL 3.0 by their name of then. */
    private String engineName(CipherSuite suite) {
        String name = suite.name();
        return engineSuites.contains(name) ? name : "SSL_" + name.substring("TLS_".length());
    }

    private SSLContext context(Key key, TlsPolicy policy, ServerChain chain) {
        Held now = held.get(key);
        if (now != null && now.isFor(policy, chain)) {
            return now.context;
        }
        held.keySet().removeIf(other -> !directory.has(other.place.endpoint));
        Held made = held.compute(
                key,
                (_, before) ->
                        before != null && before.isFor(policy, chain) ? before : new Held(policy, chain, make(chain)));
        shareSessions();
        return made.context;
    }

    /** One bound for all that is kept of sessions, however many names and policies there are. */
    private void shareSessions() {
        int share = Math.max(SESSIONS_MIN, limits.sessionsMax() / Math.max(1, held.size()));
        held.values().forEach(each -> each.context.getServerSessionContext().setSessionCacheSize(share));
    }

    private SSLContext make(ServerChain chain) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    new KeyManager[] {new ChainKeyManager(chain)},
                    new TrustManager[] {new AnyClientCertificate()},
                    null);
            SSLSessionContext sessions = context.getServerSessionContext();
            sessions.setSessionTimeout((int) limits.sessionMaxTime().toSeconds());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no TLS", e);
        }
    }
}
