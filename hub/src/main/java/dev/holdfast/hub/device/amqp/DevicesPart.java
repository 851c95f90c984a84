package dev.holdfast.hub.device.amqp;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.TlsAdmission;
import dev.holdfast.hub.amqp.AmqpPart;
import dev.holdfast.hub.amqp.ConnectionRefusal;
import dev.holdfast.hub.amqp.HubConnection;
import dev.holdfast.hub.amqp.PlainOffer;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.identity.AuthenticationRefusal;
import dev.holdfast.hub.identity.DeviceAuthentication;
import dev.holdfast.hub.identity.DeviceCredentials;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.SasToken;
import dev.holdfast.tls.peer.Admissions;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.wire.amqp.PlainVerdict;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The devices and modules of all hubs, over AMQP. A connection may speak for many of them: each proves itself, by a token on {@code
 * $cbs} or SASL PLAIN, or by the certificate of the handshake, and has links for what it proved alone.
 */
public final class DevicesPart implements AmqpPart {
    /** Between the id of a device and the name of its hub. */
    private static final String DEVICE_USER = "@sas.";

    static final String CHANNEL = "com.microsoft:channel-correlation-id";
    static final String CLIENT_VERSION = "com.microsoft:client-version";
    static final String MODEL_ID = "com.microsoft:model-id";

    private final Shared shared;
    private final TlsAdmission admission;

    /**
     * What all connections share.
     *
     * @param threads run what may block, in production one virtual thread a task
     */
    record Shared(
            HubDirectory hubs,
            Limits limits,
            InstantSource clock,
            Executor threads,
            Consumer<DeviceConnected> connected) {}

    /** What SASL PLAIN brought: a token that was judged. */
    record PlainToken(String text, SasToken sas) {
        @Override
        public String toString() {
            return "PlainToken[" + sas.resource() + "]";
        }
    }

    /** @param connected told of every device or module that was let in; any thread */
    public DevicesPart(
            HubDirectory hubs,
            Limits limits,
            InstantSource clock,
            Executor threads,
            Consumer<DeviceConnected> connected) {
        this.shared = new Shared(hubs, limits, clock, threads, connected);
        this.admission = new TlsAdmission(hubs, clock);
    }

    @Override
    public Set<String> symbols() {
        return Set.of(CHANNEL, CLIENT_VERSION, MODEL_ID);
    }

    @Override
    public AmqpPart.Session open(HubConnection connection) {
        return new DeviceSession(shared, connection);
    }

    /** {@code {device}[/{module}]@sas.{hub}} with a token as password. */
    @Override
    public void judgePlain(PlainOffer offer, Consumer<PlainVerdict> verdict) {
        int at = offer.user().toLowerCase(Locale.ROOT).indexOf(DEVICE_USER);
        if (at <= 0) {
            verdict.accept(new PlainVerdict.NotMine());
            return;
        }
        try {
            shared.threads.execute(() -> verdict.accept(judge(offer, at)));
        } catch (RejectedExecutionException stopping) {
            verdict.accept(refused(null, new DeviceRefusal.TooMuchAtOnce()));
        }
    }

    /** On a thread that may block. */
    private PlainVerdict judge(PlainOffer offer, int at) {
        String hubText = offer.user().substring(at + DEVICE_USER.length());
        Hub hub = HubName.parse(hubText).flatMap(shared.hubs::byName).orElse(null);
        if (hub == null) {
            return refused(null, new ConnectionRefusal.UnknownHub(hubText));
        }
        AuthenticationRefusal tls =
                admission.refusalOf(Handshake.of(offer.connection()), Admissions.of(offer.connection()), hub);
        if (tls != null) {
            return refused(hub.name(), new DeviceRefusal.NotAuthenticated(tls));
        }
        return switch (SasToken.parse(offer.password())) {
            case SasToken.Parsed.Malformed(var what) ->
                refused(hub.name(), new DeviceRefusal.NotAuthenticated(new AuthenticationRefusal.TokenMalformed(what)));
            case SasToken.Parsed.Token(var sas) ->
                Identity.parse(offer.user().substring(0, at))
                        .map(identity -> judge(hub, identity, new PlainToken(offer.password(), sas)))
                        .orElseGet(() -> refused(
                                hub.name(),
                                new DeviceRefusal.TokenNamesNoDevice(
                                        offer.user().substring(0, at))));
        };
    }

    private static PlainVerdict judge(Hub hub, Identity identity, PlainToken token) {
        DeviceCredentials credentials = new DeviceCredentials(identity, token.text(), new PeerIdentity.Anonymous());
        return switch (hub.authenticator().judgeDevice(credentials)) {
            case DeviceAuthentication.Accepted _ -> new PlainVerdict.Accepted(token);
            case DeviceAuthentication.Refused(var why) -> refused(hub.name(), new DeviceRefusal.NotAuthenticated(why));
        };
    }

    private static PlainVerdict refused(@Nullable HubName hub, Refusal refusal) {
        Commands commands = new Commands(hub);
        return new PlainVerdict.Refused(
                refusal.reason(), refusal.explain(commands), refusal instanceof Record details ? details : null);
    }
}
