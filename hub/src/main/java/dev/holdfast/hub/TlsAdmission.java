package dev.holdfast.hub;

import dev.holdfast.hub.identity.AuthenticationRefusal.TlsNotAccepted;
import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.peer.Admissions;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.policy.TlsPolicy;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Judges a handshake once more when a protocol names the hub it was for. A client whose SNI named that hub has been judged by its
 * policy; one that sent no name, or another hub's, has not.
 *
 * <p>Once for each connection and hub: a policy that is changed later does not end what is open.
 */
public final class TlsAdmission {
    private final HubDirectory hubs;
    private final InstantSource clock;

    public TlsAdmission(HubDirectory hubs, InstantSource clock) {
        this.hubs = hubs;
        this.clock = clock;
    }

    /** Why a connection's handshake is not good enough for a hub; null when it is. Any thread. */
    public @Nullable TlsNotAccepted refusalOf(Handshake handshake, Admissions admissions, Hub hub) {
        if (isNamed(handshake, hub) || admissions.include(hub.name())) {
            return null;
        }
        TlsPolicy policy = hub.tls().get();
        if (!admits(policy, handshake)) {
            return new TlsNotAccepted(
                    hub.name(),
                    policy.name(),
                    label(handshake.version()),
                    handshake.cipherSuite(),
                    handshake.serverName());
        }
        admissions.add(hub.name());
        return null;
    }

    /** As people write it. */
    private static String label(String engineName) {
        return TlsVersion.ofEngineName(engineName).map(TlsVersion::toString).orElse(engineName);
    }

    private boolean isNamed(Handshake handshake, Hub hub) {
        String serverName = handshake.serverName();
        return serverName != null && hubs.byHostName(serverName).map(Hub::name).equals(Optional.of(hub.name()));
    }

    private boolean admits(TlsPolicy policy, Handshake handshake) {
        Optional<TlsVersion> version = TlsVersion.ofEngineName(handshake.version());
        Optional<CipherSuite> suite = CipherSuite.named(handshake.cipherSuite());
        return version.isPresent() && suite.isPresent() && policy.admits(version.get(), suite.get(), clock.instant());
    }
}
