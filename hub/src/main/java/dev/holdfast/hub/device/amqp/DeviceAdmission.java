package dev.holdfast.hub.device.amqp;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.amqp.ConnectionRefusal;
import dev.holdfast.hub.amqp.HubConnection;
import dev.holdfast.hub.amqp.PutVerdict;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.amqp.ShownToken;
import dev.holdfast.hub.device.amqp.DevicesPart.Shared;
import dev.holdfast.hub.fault.FaultRefusal;
import dev.holdfast.hub.identity.AccessRight;
import dev.holdfast.hub.identity.AuthenticationRefusal;
import dev.holdfast.hub.identity.DeviceAuthentication;
import dev.holdfast.hub.identity.DeviceCredentials;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.SasToken;
import dev.holdfast.hub.identity.ServiceAuthentication;
import dev.holdfast.hub.identity.Signing;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.report.DeviceConnected;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Judges the tokens and identities of one connection. Used by one thread at a time, which may block. */
final class DeviceAdmission {
    private final Shared shared;
    private final HubConnection connection;
    private final Tokens tokens;

    DeviceAdmission(Shared shared, HubConnection connection) {
        this.shared = shared;
        this.connection = connection;
        this.tokens = new Tokens(shared.limits().amqp().tokensMax());
    }

    /** Keeps a token that was judged; false when there are too many. */
    boolean keep(String text, SasToken sas) {
        return tokens.keep(
                text,
                sas,
                old -> old.isExpired(shared.clock().instant(), shared.limits().telemetry()));
    }

    /** Judges a token that was put, and keeps a good one. */
    PutVerdict judge(ShownToken token) {
        SasToken sas = token.sas();
        Hub hub = shared.hubs().byHostName(sas.resource().host()).orElse(null);
        if (hub == null) {
            return new PutVerdict.Refused(
                    null, null, new ConnectionRefusal.UnknownHub(sas.resource().host()));
        }
        Optional<Identity> identity = DeviceAddress.identity(sas.resource().path());
        Refusal fault = identity.isPresent() ? faultFor(hub, identity.get(), token.text()) : faultOfPolicy(hub, token);
        if (fault == null && !keep(token.text(), sas)) {
            fault = new ConnectionRefusal.TooManyTokens(shared.limits().amqp().tokensMax());
        }
        return fault == null
                ? new PutVerdict.Taken()
                : new PutVerdict.Refused(
                        hub.name(), identity.map(Identity::toString).orElse(null), fault);
    }

    private @Nullable Refusal faultFor(Hub hub, Identity identity, String token) {
        AuthenticationRefusal tls = connection.tlsFaultFor(hub);
        if (tls != null) {
            return new DeviceRefusal.NotAuthenticated(tls);
        }
        DeviceCredentials offered = new DeviceCredentials(identity, token, new PeerIdentity.Anonymous());
        return hub.authenticator().judgeDevice(offered) instanceof DeviceAuthentication.Refused(var why)
                ? new DeviceRefusal.NotAuthenticated(why)
                : null;
    }

    /** A token for the whole hub, which a policy with DeviceConnect may sign. */
    private @Nullable Refusal faultOfPolicy(Hub hub, ShownToken token) {
        if (token.sas().policy() == null) {
            return new DeviceRefusal.TokenNamesNoDevice(token.sas().resource().toString());
        }
        AuthenticationRefusal tls = connection.tlsFaultFor(hub);
        if (tls != null) {
            return new ConnectionRefusal.NotAuthenticated(tls);
        }
        ServiceAuthentication judged = hub.authenticator()
                .judgeService(
                        token.text(),
                        token.sas().resource().path(),
                        EnumSet.of(AccessRight.DEVICE_CONNECT),
                        Signing.KEY_BYTES);
        return judged instanceof ServiceAuthentication.Refused(var why)
                ? new ConnectionRefusal.NotAuthenticated(why)
                : null;
    }

    /**
     * The hub that a link is for. Links name mostly a path alone; then the host of the connection says it, unless only a token for
     * another hub was shown: a client behind a gateway's name has its hub in its token.
     */
    @Nullable
    Hub hubOf(DeviceAddress address) {
        String named = address.host();
        if (named != null) {
            return shared.hubs().byHostName(named).orElse(null);
        }
        Hub asked = connection.hub();
        Hub other = null;
        for (String host : tokens.hosts(address.identity())) {
            Hub hub = shared.hubs().byHostName(host).orElse(null);
            if (hub != null && asked != null && hub.name().equals(asked.name())) {
                return asked;
            }
            other = other == null ? hub : other;
        }
        return other == null ? asked : other;
    }

    /**
     * Lets a device in: judged once, made known to the hub, and judged again, since whoever disabled it or changed what it proved
     * itself by in between did not find it.
     *
     * @return why not; null when it is in
     */
    @Nullable
    Refusal letIn(ConnectedDevice device, @Nullable String client) {
        AuthenticationRefusal tls = connection.tlsFaultFor(device.hub());
        if (tls != null) {
            return new DeviceRefusal.NotAuthenticated(tls);
        }
        switch (judge(device)) {
            case DeviceAuthentication.Refused(var why) -> {
                return new DeviceRefusal.NotAuthenticated(why);
            }
            case DeviceAuthentication.Accepted accepted -> {
                FaultRefusal fault = device.hub().faults().inForce(device.identity(), accepted.generation());
                if (fault != null) {
                    return new DeviceRefusal.Faulted(fault);
                }
                AuthenticationRefusal why = device.hub().authenticator().faultOfConnecting(device.identity());
                if (why != null) {
                    return new DeviceRefusal.NotAuthenticated(why);
                }
                device.enter(accepted);
            }
        }
        try {
            return switch (judgeUntilAgreed(device)) {
                case DeviceAuthentication.Refused(var why) -> {
                    device.leave();
                    yield new DeviceRefusal.NotAuthenticated(why);
                }
                case DeviceAuthentication.Accepted accepted -> {
                    tell(device, accepted, client);
                    yield null;
                }
            };
        } catch (RuntimeException failed) {
            device.leave();
            throw failed;
        }
    }

    /** A token for a device that is connected was put: it stays by what it can show now. */
    void renew(ConnectedDevice device) {
        if (judgeUntilAgreed(device) instanceof DeviceAuthentication.Refused) {
            device.end(new LinkEnd.CredentialWithdrawn());
        }
    }

    /** Should something else let it in than the hub knows, that could have been withdrawn meanwhile: so until two judgements agree. */
    private DeviceAuthentication judgeUntilAgreed(ConnectedDevice device) {
        DeviceAuthentication judged = judge(device);
        while (judged instanceof DeviceAuthentication.Accepted accepted) {
            boolean agreed = accepted.proof().equals(device.proof());
            device.letInBy(accepted);
            if (agreed) {
                break;
            }
            judged = judge(device);
        }
        return judged;
    }

    private DeviceAuthentication judge(ConnectedDevice device) {
        Hub hub = device.hub();
        List<DeviceCredentials> offers = tokens.credentials(
                host -> shared.hubs()
                        .byHostName(host)
                        .filter(of -> of.name().equals(hub.name()))
                        .isPresent(),
                device.identity(),
                Handshake.of(connection.socket()).peer());
        DeviceAuthentication first = null;
        for (DeviceCredentials offered : offers) {
            DeviceAuthentication judged = hub.authenticator().judgeDevice(offered);
            if (judged instanceof DeviceAuthentication.Accepted) {
                return judged;
            }
            first = first == null ? judged : first;
        }
        if (first == null) {
            throw new IllegalStateException("there is always something to judge");
        }
        return first;
    }

    private void tell(ConnectedDevice device, DeviceAuthentication.Accepted accepted, @Nullable String client) {
        shared.connected()
                .accept(new DeviceConnected(
                        shared.clock().instant(),
                        connection.socket(),
                        device.hub().name().value(),
                        device.identity().toString(),
                        client,
                        accepted.method().type()));
    }
}
