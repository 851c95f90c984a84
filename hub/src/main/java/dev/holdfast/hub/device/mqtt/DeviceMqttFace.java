package dev.holdfast.hub.device.mqtt;

import dev.holdfast.base.Commands;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.TlsAdmission;
import dev.holdfast.hub.device.mqtt.ConnectRefusal.ClientIdMismatch;
import dev.holdfast.hub.device.mqtt.ConnectRefusal.NotAuthenticated;
import dev.holdfast.hub.device.mqtt.ConnectRefusal.UnknownHub;
import dev.holdfast.hub.device.mqtt.ConnectRefusal.UserNameMalformed;
import dev.holdfast.hub.device.mqtt.ConnectRefusal.UserNameMissing;
import dev.holdfast.hub.device.mqtt.ConnectRefusal.WillNotAllowed;
import dev.holdfast.hub.fault.FaultRefusal;
import dev.holdfast.hub.identity.AuthenticationRefusal;
import dev.holdfast.hub.identity.AuthenticationRefusal.TlsNotAccepted;
import dev.holdfast.hub.identity.DeviceAuthentication;
import dev.holdfast.hub.identity.DeviceCredentials;
import dev.holdfast.hub.link.Downlink;
import dev.holdfast.hub.telemetry.TelemetryMessage;
import dev.holdfast.hub.telemetry.TelemetryRefusal;
import dev.holdfast.tls.peer.Admissions;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.mqtt.MqttAnswer;
import dev.holdfast.wire.mqtt.MqttConnect;
import dev.holdfast.wire.mqtt.MqttFace;
import dev.holdfast.wire.mqtt.MqttLink;
import dev.holdfast.wire.mqtt.MqttWill;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The devices and modules of all hubs, over MQTT.
 *
 * <p>It claims every client that is not plainly one of a provisioning service ({@code {scope}/registrations/…}), so
 * that a misspelled user name is explained by someone who knows how it should look.
 */
public final class DeviceMqttFace implements MqttFace {
    private static final int PRINTED_MAX_CHARS = 260;

    private final HubDirectory hubs;
    private final TlsAdmission admission;
    private final Limits limits;
    private final InstantSource clock;
    private final Consumer<Report> reports;
    private final Consumer<DeviceConnected> connected;

    /**
     * @param reports told of every refused connection and of every one that the hub ended; any thread
     * @param connected told of every device that was let in; any thread
     */
    public DeviceMqttFace(
            HubDirectory hubs,
            Limits limits,
            InstantSource clock,
            Consumer<Report> reports,
            Consumer<DeviceConnected> connected) {
        this.hubs = hubs;
        this.admission = new TlsAdmission(hubs, clock);
        this.limits = limits;
        this.clock = clock;
        this.reports = reports;
        this.connected = connected;
    }

    @Override
    public boolean claims(MqttConnect connect) {
        String userName = connect.userName();
        if (userName == null) {
            return true;
        }
        int slash = userName.indexOf('/');
        return slash < 0
                || !userName.startsWith("/registrations/", slash)
                || hubs.byHostName(userName.substring(0, slash)).isPresent();
    }

    @Override
    public MqttAnswer connect(MqttConnect connect, MqttLink link) {
        String userName = connect.userName();
        if (userName == null || userName.isEmpty()) {
            return refuse(new UserNameMissing(), null, connect, link);
        }
        return switch (UserName.parse(userName, connect.clientId())) {
            case UserName.Parsed.Malformed(var what) -> refuse(new UserNameMalformed(what), null, connect, link);
            case UserName.Parsed.OtherClientId(var clientId, var named) ->
                refuse(new ClientIdMismatch(clientId, named), null, connect, link);
            case UserName.Parsed.Name(var name) -> {
                Hub hub = hubs.byHostName(name.host()).orElse(null);
                yield hub == null
                        ? refuse(new UnknownHub(PropertyText.cut(name.host(), PRINTED_MAX_CHARS)), null, connect, link)
                        : connect(hub, name, connect, link);
            }
        };
    }

    private MqttAnswer connect(Hub hub, UserName name, MqttConnect connect, MqttLink link) {
        TlsNotAccepted fault =
                admission.refusalOf(Handshake.of(link.connection()), Admissions.of(link.connection()), hub);
        if (fault != null) {
            return refuse(new NotAuthenticated(fault), hub, connect, link);
        }
        MqttWill will = connect.will();
        PublishRefusal willFault = will == null ? null : faultOf(will, name, hub);
        if (willFault != null) {
            return refuse(new WillNotAllowed(willFault), hub, connect, link);
        }
        byte[] password = connect.password();
        DeviceCredentials credentials = new DeviceCredentials(
                name.identity(),
                password == null ? null : new String(password, StandardCharsets.UTF_8),
                Handshake.of(link.connection()).peer());
        return switch (hub.authenticator().judgeDevice(credentials)) {
            case DeviceAuthentication.Refused(var why) -> refuse(new NotAuthenticated(why), hub, connect, link);
            case DeviceAuthentication.Accepted accepted -> {
                ConnectRefusal why = faultOfConnecting(hub, accepted);
                yield why == null
                        ? admit(hub, new Candidate(credentials, accepted), name, connect, link)
                        : refuse(why, hub, connect, link);
            }
        };
    }

    /** What keeps out a client that proved who it is. */
    private static @Nullable ConnectRefusal faultOfConnecting(Hub hub, DeviceAuthentication.Accepted accepted) {
        FaultRefusal injected = hub.faults().inForce(accepted.identity(), accepted.generation());
        if (injected != null) {
            return new ConnectRefusal.Faulted(injected);
        }
        AuthenticationRefusal why = hub.authenticator().faultOfConnecting(accepted.identity());
        return why == null ? null : new NotAuthenticated(why);
    }

    /** A Will is judged when it is left, because nobody would hear of a refusal when it is due. */
    private static @Nullable PublishRefusal faultOf(MqttWill will, UserName name, Hub hub) {
        return switch (new TelemetryTopic(name.identity()).read(will.topic())) {
            case TelemetryTopic.Read.Refused(var why) -> why;
            case TelemetryTopic.Read.Telemetry(var system, var properties) -> {
                TelemetryRefusal why =
                        hub.intake().faultOfWill(new TelemetryMessage(will.payload(), system, properties));
                yield why == null ? null : new PublishRefusal.NotTaken(why);
            }
        };
    }

    /** What a client offers, and how it was judged before the hub could find its connection. */
    private record Candidate(DeviceCredentials credentials, DeviceAuthentication.Accepted first) {}

    private MqttAnswer admit(Hub hub, Candidate candidate, UserName name, MqttConnect connect, MqttLink link) {
        DeviceEntry entry = new DeviceEntry(hub.name(), name.identity(), reporter(hub, connect, link), link);
        entry.letInBy(candidate.first.proof());
        entry.enter(hub.links());
        try {
            return switch (judgeAgain(hub, candidate, entry)) {
                case DeviceAuthentication.Refused(var why) -> {
                    entry.leave();
                    yield refuse(new NotAuthenticated(why), hub, connect, link);
                }
                case DeviceAuthentication.Accepted accepted -> {
                    tell(hub, accepted, name, link);
                    yield open(hub, accepted, name, connect, entry);
                }
            };
        } catch (RuntimeException failed) {
            entry.leave();
            throw failed;
        }
    }

    private void tell(Hub hub, DeviceAuthentication.Accepted accepted, UserName name, MqttLink link) {
        connected.accept(new DeviceConnected(
                clock.instant(),
                link.connection(),
                hub.name().value(),
                accepted.identity().toString(),
                name.clientType(),
                accepted.method().type()));
    }

    /**
     * Judges now that the hub can find and end this connection: whoever disabled the device, changed its keys, denied its
     * certificate or deleted its authority since the first look did not see it. Should another authority let it in this time, that
     * one could have been deleted meanwhile, too: so until two judgements agree.
     */
    private static DeviceAuthentication judgeAgain(Hub hub, Candidate candidate, DeviceEntry entry) {
        DeviceAuthentication judged = hub.authenticator().judgeDevice(candidate.credentials);
        while (judged instanceof DeviceAuthentication.Accepted accepted
                && !accepted.proof().equals(entry.proof())) {
            entry.letInBy(accepted.proof());
            judged = hub.authenticator().judgeDevice(candidate.credentials);
        }
        return judged;
    }

    private MqttAnswer open(
            Hub hub, DeviceAuthentication.Accepted accepted, UserName name, MqttConnect connect, DeviceEntry entry) {
        MqttSessions sessions = new MqttSessions(hub.table(), hub.name());
        MqttSessions.Opened opened = new MqttSessions.Opened(false, Map.of());
        if (connect.cleanSession()) {
            sessions.wipe(accepted.identity());
        } else {
            opened = sessions.resume(accepted.identity(), accepted.generation());
        }
        DeviceSubscriptions subscriptions = new DeviceSubscriptions(
                accepted,
                limits.mqtt(),
                connect.cleanSession() ? null : sessions,
                opened.subscriptions(),
                entry::isEnded);
        String modelId = name.modelId();
        if (modelId != null) {
            hub.twins().announce(accepted.identity(), accepted.generation(), modelId);
        }
        DeviceSession session = new DeviceSession(hub, accepted, modelId, connect.will(), subscriptions, entry, clock);
        entry.opened(
                subscriptions,
                new MessageFeed(
                        hub.messages(),
                        accepted.identity(),
                        entry,
                        limits.message().inFlightMax()));
        if (entry.listensFor(Downlink.Channel.METHODS)) {
            hub.methods().listens(accepted.identity());
        }
        entry.lookForMessages();
        entry.endAt(accepted.until(), clock);
        return new MqttAnswer.Accepted(session, opened.present());
    }

    private MqttAnswer refuse(ConnectRefusal refusal, @Nullable Hub hub, MqttConnect connect, MqttLink link) {
        Commands commands = hub == null ? Commands.OF_NO_HUB : new Commands(hub.name());
        reporter(hub, connect, link).report(refusal.reason(), refusal.explain(commands), refusal);
        if (refusal instanceof NotAuthenticated(AuthenticationRefusal.NotPassed(var why)) && why.isSwallowed()) {
            link.connection().cut();
        }
        return new MqttAnswer.Refused(ConnackCodes.of(refusal));
    }

    private Reporter reporter(@Nullable Hub hub, MqttConnect connect, MqttLink link) {
        String device = connect.clientId().isEmpty() ? null : PropertyText.cut(connect.clientId(), PRINTED_MAX_CHARS);
        return new Reporter(
                clock,
                reports,
                link.connection(),
                hub == null ? null : hub.name().value(),
                device);
    }
}
