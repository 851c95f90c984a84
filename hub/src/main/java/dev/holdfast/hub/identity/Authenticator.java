package dev.holdfast.hub.identity;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.AuthenticationRefusal.DeviceDisabled;
import dev.holdfast.hub.identity.AuthenticationRefusal.NoCredentials;
import dev.holdfast.hub.identity.AuthenticationRefusal.PolicyLacksRight;
import dev.holdfast.hub.identity.AuthenticationRefusal.PolicySignatureWrong;
import dev.holdfast.hub.identity.AuthenticationRefusal.TokenExpired;
import dev.holdfast.hub.identity.AuthenticationRefusal.TokenForOtherResource;
import dev.holdfast.hub.identity.AuthenticationRefusal.TokenMalformed;
import dev.holdfast.hub.identity.AuthenticationRefusal.TokenNotAccepted;
import dev.holdfast.hub.identity.AuthenticationRefusal.TokenSignatureWrong;
import dev.holdfast.hub.identity.AuthenticationRefusal.UnknownDevice;
import dev.holdfast.hub.identity.AuthenticationRefusal.UnknownModule;
import dev.holdfast.hub.identity.AuthenticationRefusal.UnknownPolicy;
import dev.holdfast.hub.revocation.Revocation;
import dev.holdfast.hub.throttle.Gate;
import dev.holdfast.hub.throttle.GateRefusal;
import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.tls.peer.PeerIdentity;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Judges who may come in, for every protocol of a hub: devices by token or certificate, services by the token of a policy.
 *
 * <p>Deny by default. A token comes before a certificate when a client offers both, as SAS clients behind a certificate-bearing
 * proxy do. {@link #judgeDevice} reads the registry, may block and ask a responder, and may check a few signatures; {@link #judgeService} does not.
 */
public final class Authenticator {
    private final Supplier<? extends HubAccess> settings;
    private final Registry registry;
    private final Predicate<String> ownHost;
    private final InstantSource clock;
    private final Limits.Telemetry limits;
    private final CertificateJudge certificates;
    private final Gate gate;

    /**
     * @param settings the hub as it is now, asked for every judgement
     * @param ownHost whether a host name, in lower case, leads to this hub */
    public Authenticator(
            Supplier<? extends HubAccess> settings,
            Registry registry,
            DeniedCertificates denied,
            Revocation revocation,
            Predicate<String> ownHost,
            InstantSource clock,
            Limits limits) {
        this(settings, registry, denied, revocation, ownHost, clock, limits, Gate.open());
    }

    /** @param gate asked for each connection that is to be let in */
    public Authenticator(
            Supplier<? extends HubAccess> settings,
            Registry registry,
            DeniedCertificates denied,
            Revocation revocation,
            Predicate<String> ownHost,
            InstantSource clock,
            Limits limits,
            Gate gate) {
        this.gate = gate;
        this.settings = settings;
        this.registry = registry;
        this.ownHost = ownHost;
        this.clock = clock;
        this.limits = limits.telemetry();
        this.certificates = new CertificateJudge(settings, denied, revocation, clock, limits.certificates());
    }

    /**
     * Asks whether one more connection may be opened, by a client that was judged and accepted: who proves nothing takes nothing from
     * those who do.
     *
     * @return why not; null when it may
     */
    public @Nullable AuthenticationRefusal faultOfConnecting(Identity identity) {
        GateRefusal why = gate.pass(Operation.CONNECT, identity.device(), 1);
        return why == null ? null : new AuthenticationRefusal.NotPassed(why);
    }

    /** Judges a client that wants to be a device or module. */
    public DeviceAuthentication judgeDevice(DeviceCredentials offered) {
        Identity identity = offered.identity();
        Device device = registry.find(identity.device()).orElse(null);
        if (device == null) {
            return refuse(new UnknownDevice(Identity.of(identity.device())));
        }
        Registered registered = identity.moduleName()
                .map(name -> registry.modules().find(name).map(DeviceModule::registered))
                .orElseGet(() -> Optional.of(device.registered()))
                .orElse(null);
        if (registered == null) {
            return refuse(new UnknownModule(identity));
        }
        String password = offered.password();
        DeviceAuthentication judged = password == null || password.isEmpty()
                ? judgeWithoutToken(registered, offered.peer())
                : judgeToken(registered, password);
        // Told last: only who proved to be the device, or a module of it, learns that it is disabled.
        if (judged instanceof DeviceAuthentication.Accepted && !device.enabled()) {
            return refuse(new DeviceDisabled(Identity.of(device.id()), device.statusReason()));
        }
        return judged;
    }

    /**
     * Judges a back end's token for something that needs all of {@code needed}.
     *
     * @param path what is to be opened, decoded segments; empty for the hub as a whole
     * @param signing how this kind of client signs
     */
    public ServiceAuthentication judgeService(
            String password, List<String> path, Set<AccessRight> needed, Signing signing) {
        return switch (SasToken.parse(password)) {
            case SasToken.Parsed.Malformed(var what) -> new ServiceAuthentication.Refused(new TokenMalformed(what));
            case SasToken.Parsed.Token(var token) -> judgeService(token, path, needed, signing);
        };
    }

    /**
     * Judges a back end's token for this hub's Event Hubs-compatible endpoint. There a hub is an entity of a namespace, and every
     * host name of the installation is that namespace: a token for {@code sb://localhost/hub2/…} is good for hub2, even though
     * {@code localhost} alone means another hub. Paths are compared without case, as Event Hubs does.
     *
     * @param namespace whether a host name, in lower case, leads to any hub of this installation
     * @param path below the hub, decoded segments: {@code ConsumerGroups}, {@code $Default}, …
     */
    public ServiceAuthentication judgeEntity(
            String password, Predicate<String> namespace, List<String> path, Set<AccessRight> needed) {
        return switch (SasToken.parse(password)) {
            case SasToken.Parsed.Malformed(var what) -> new ServiceAuthentication.Refused(new TokenMalformed(what));
            case SasToken.Parsed.Token(var token) -> judgeEntity(token, namespace, path, needed);
        };
    }

    private ServiceAuthentication judgeEntity(
            SasToken token, Predicate<String> namespace, List<String> path, Set<AccessRight> needed) {
        HubName hub = settings.get().name();
        boolean entity = token.resource().namesEntity(hub)
                && namespace.test(token.resource().host());
        boolean host = ownHost.test(token.resource().host());
        AuthenticationRefusal refusal = null;
        if (!(entity && token.resource().coversEntityPath(path))
                && !(host && token.resource().coversEvents(path))) {
            refusal = new TokenForOtherResource(
                    token.resource().toString(),
                    settings.get().hostName() + "/" + hub + (path.isEmpty() ? "" : "/" + String.join("/", path)));
        } else if (token.isExpired(clock.instant(), limits)) {
            refusal = new TokenExpired(token.expiry(), clock.instant());
        } else {
            refusal = faultOfEntityPolicy(token, entity || token.hasScheme(), needed);
        }
        return refusal == null
                ? new ServiceAuthentication.Accepted(
                        String.valueOf(token.policy()), token.expiry().plus(limits.tokenMaxSkew()))
                : new ServiceAuthentication.Refused(refusal);
    }

    /** Event Hubs clients sign with the text of the key, IoT service clients with its bytes; some name resources like the other. */
    private @Nullable AuthenticationRefusal faultOfEntityPolicy(
            SasToken token, boolean signedLikeEventHubs, Set<AccessRight> needed) {
        String name = token.policy() == null ? "" : token.policy();
        AuthenticationRefusal refusal =
                faultOfPolicy(token, name, needed, signedLikeEventHubs ? Signing.KEY_TEXT : Signing.KEY_BYTES);
        return signedLikeEventHubs && refusal instanceof PolicySignatureWrong
                ? faultOfPolicy(token, name, needed, Signing.KEY_BYTES)
                : refusal;
    }

    /** Judges the name and the key of a policy themselves, as SASL PLAIN brings them; a wrong key is a {@link PolicySignatureWrong}. */
    public ServiceAuthentication judgePolicyKey(String policyName, String key, Set<AccessRight> needed) {
        SharedAccessPolicy policy = settings.get().policy(policyName).orElse(null);
        if (policy == null) {
            return new ServiceAuthentication.Refused(new UnknownPolicy(policyName));
        }
        if (!policy.keys().contain(key)) {
            return new ServiceAuthentication.Refused(new PolicySignatureWrong(policyName));
        }
        return policy.rights().containsAll(needed)
                ? new ServiceAuthentication.Accepted(policyName, Instant.MAX)
                : new ServiceAuthentication.Refused(new PolicyLacksRight(policyName, needed));
    }

    private ServiceAuthentication judgeService(
            SasToken token, List<String> path, Set<AccessRight> needed, Signing signing) {
        AuthenticationRefusal refusal = faultOfReach(token, path);
        if (refusal == null) {
            String name = token.policy();
            refusal = name == null ? new UnknownPolicy("") : faultOfPolicy(token, name, needed, signing);
        }
        return refusal == null
                ? new ServiceAuthentication.Accepted(
                        String.valueOf(token.policy()), token.expiry().plus(limits.tokenMaxSkew()))
                : new ServiceAuthentication.Refused(refusal);
    }

    private DeviceAuthentication judgeToken(Registered registered, String password) {
        return switch (SasToken.parse(password)) {
            case SasToken.Parsed.Malformed(var what) -> refuse(new TokenMalformed(what));
            case SasToken.Parsed.Token(var token) -> judgeToken(registered, token);
        };
    }

    private DeviceAuthentication judgeToken(Registered registered, SasToken token) {
        AuthenticationRefusal refusal =
                faultOfReach(token, registered.identity().path());
        if (refusal != null) {
            return refuse(refusal);
        }
        String policyName = token.policy();
        if (policyName == null) {
            if (!(registered.authentication() instanceof Authentication.Sas(var keys))) {
                return refuse(new TokenNotAccepted(registered.identity(), registered.authentication()));
            }
            return judgeSigner(registered, token, keys, new TokenSignatureWrong(registered.identity()));
        }
        SharedAccessPolicy policy = settings.get().policy(policyName).orElse(null);
        if (policy == null) {
            return refuse(new UnknownPolicy(policyName));
        }
        Set<AccessRight> needed = EnumSet.of(AccessRight.DEVICE_CONNECT);
        DeviceAuthentication signed =
                judgeSigner(registered, token, policy.keys(), new PolicySignatureWrong(policyName));
        return signed instanceof DeviceAuthentication.Accepted
                        && !policy.rights().containsAll(needed)
                ? refuse(new PolicyLacksRight(policyName, needed))
                : signed;
    }

    /** @param otherwise the refusal when none of the keys signed it */
    private DeviceAuthentication judgeSigner(
            Registered registered, SasToken token, SymmetricKeys keys, AuthenticationRefusal otherwise) {
        SymmetricKey signer = token.signerOf(keys);
        return signer == null
                ? refuse(otherwise)
                : new DeviceAuthentication.Accepted(
                        registered.identity(),
                        registered.generation(),
                        new AuthenticationMethod(
                                token.policy() == null ? registered.identity().kind() : "hub", "sas", "iothub"),
                        token.expiry().plus(limits.tokenMaxSkew()),
                        KeyProof.of(token.policy(), signer));
    }

    /** What is wrong with where and how long a token is good, whoever signed it. */
    private @Nullable AuthenticationRefusal faultOfReach(SasToken token, List<String> path) {
        Instant now = clock.instant();
        if (!ownHost.test(token.resource().host()) || !token.coversPath(path)) {
            return new TokenForOtherResource(
                    token.resource().toString(),
                    new TokenResource(settings.get().hostName(), path).toString());
        }
        return token.isExpired(now, limits) ? new TokenExpired(token.expiry(), now) : null;
    }

    private @Nullable AuthenticationRefusal faultOfPolicy(
            SasToken token, String name, Set<AccessRight> needed, Signing signing) {
        SharedAccessPolicy policy = settings.get().policy(name).orElse(null);
        if (policy == null) {
            return new UnknownPolicy(name);
        }
        boolean signed = switch (signing) {
            case KEY_BYTES -> token.isSignedBy(policy.keys());
            case KEY_TEXT -> token.isSignedByText(policy.keys());
        };
        if (!signed) {
            return new PolicySignatureWrong(name);
        }
        return policy.rights().containsAll(needed) ? null : new PolicyLacksRight(name, needed);
    }

    private DeviceAuthentication judgeWithoutToken(Registered registered, PeerIdentity peer) {
        return switch (peer) {
            case PeerIdentity.Anonymous() ->
                refuse(new NoCredentials(registered.identity(), registered.authentication()));
            case PeerIdentity.Certificates shown -> certificates.judge(registered, shown);
        };
    }

    private static DeviceAuthentication refuse(AuthenticationRefusal refusal) {
        return new DeviceAuthentication.Refused(refusal);
    }
}
