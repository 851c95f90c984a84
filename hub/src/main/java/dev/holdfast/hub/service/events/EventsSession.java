package dev.holdfast.hub.service.events;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.amqp.AmqpPart;
import dev.holdfast.hub.amqp.AnswerNode;
import dev.holdfast.hub.amqp.ConnectionRefusal;
import dev.holdfast.hub.amqp.HubConnection;
import dev.holdfast.hub.amqp.LinkAddress;
import dev.holdfast.hub.amqp.PutVerdict;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.amqp.ShownToken;
import dev.holdfast.hub.identity.AuthenticationRefusal.TlsNotAccepted;
import dev.holdfast.hub.service.message.BackEnd;
import dev.holdfast.hub.service.message.FeedbackLink;
import dev.holdfast.hub.service.message.SendLink;
import dev.holdfast.hub.service.message.ServiceAddress;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.AmqpLink;
import dev.holdfast.wire.amqp.IncomingLink;
import dev.holdfast.wire.amqp.OutgoingLink;
import dev.holdfast.wire.amqp.SaslIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One connection, as far as it reads telemetry: leads each link to its node, and looks again and again whether what is open still may be. */
final class EventsSession implements AmqpPart.Session {
    private final EventsSettings settings;
    private final HubConnection connection;
    private final Grants grants;
    private final AnswerNode management;
    private final List<ReaderLink> readers = new ArrayList<>();

    EventsSession(EventsSettings settings, HubConnection connection) {
        this.settings = settings;
        this.connection = connection;
        this.grants = new Grants(settings);
        if (connection.amqp().peer().sasl() instanceof SaslIdentity.Plain(var _, var _, Credential shown)) {
            grants.addFromSasl(shown);
        }
        this.management = new AnswerNode(
                "$management",
                connection.amqp(),
                settings.limits().amqp().requestsMax(),
                new ManagementHandler(settings, grants, connection),
                connection);
    }

    @Override
    public boolean attached(OutgoingLink link, LinkAddress source) {
        ServiceAddress ofService = ServiceAddress.of(source).orElse(null);
        if (ofService != null && ofService != ServiceAddress.DEVICE_BOUND) {
            backEnd(link, source).ifPresent(backEnd -> FeedbackLink.open(backEnd, link, ofService));
            return true;
        }
        switch (NodeAddress.of(source)) {
            case NodeAddress.Management _ -> management.attached(link);
            case NodeAddress.Partition partition -> read(link, partition, source.text());
            case NodeAddress.HubEvents(var below) -> redirect(link, below);
            case NodeAddress.Elsewhere() -> {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean attached(IncomingLink link, LinkAddress target) {
        if (ServiceAddress.of(target)
                .filter(ServiceAddress.DEVICE_BOUND::equals)
                .isPresent()) {
            backEnd(link, target).ifPresent(backEnd -> SendLink.open(backEnd, link));
            return true;
        }
        switch (NodeAddress.of(target)) {
            case NodeAddress.Management _ -> management.attached(link);
            case NodeAddress.HubEvents(var below) when below.size() == 1 -> redirect(link, below);
            case NodeAddress.HubEvents _, NodeAddress.Partition _, NodeAddress.Elsewhere _ -> {
                return false;
            }
        }
        return true;
    }

    /** Who opens a link to speak with devices; empty when it was refused. */
    private Optional<BackEnd> backEnd(AmqpLink link, LinkAddress address) {
        Hub hub = connection.hub();
        if (hub == null) {
            refuse(
                    link,
                    null,
                    grants.isEmpty()
                            ? new EventsRefusal.TokenMissing(address.text())
                            : new ConnectionRefusal.UnknownHub(String.valueOf(connection.hostName())));
            return Optional.empty();
        }
        return Optional.of(new BackEnd(settings.hubs(), hub, connection, settings.limits(), settings.threads(), () -> {
            TlsNotAccepted tls = connection.tlsFaultFor(hub);
            return tls == null
                    ? grants.faultFor(hub, List.of(), address.text())
                    : new ConnectionRefusal.NotAuthenticated(tls);
        }));
    }

    private void read(OutgoingLink link, NodeAddress.Partition address, String asked) {
        Hub hub = HubName.parse(address.hub()).flatMap(settings.hubs()::byName).orElse(null);
        Refusal fault = grants.faultFor(hub, address.path(), asked);
        if (hub == null && !grants.isEmpty()) {
            // Only who showed something good learns which hubs there are.
            fault = new ConnectionRefusal.UnknownHub(address.hub());
        }
        if (fault != null || hub == null) {
            refuse(link, hub, fault == null ? new ConnectionRefusal.UnknownHub(address.hub()) : fault);
            return;
        }
        TlsNotAccepted tls = connection.tlsFaultFor(hub);
        if (tls != null) {
            refuse(link, hub, new ConnectionRefusal.NotAuthenticated(tls));
            return;
        }
        if (!hub.settings().get().hasConsumerGroup(address.group())) {
            refuse(link, hub, new EventsRefusal.UnknownConsumerGroup(hub.name(), address.group()));
            return;
        }
        OptionalInt partition = Partitions.find(hub, address.partition());
        if (partition.isEmpty()) {
            refuse(
                    link,
                    hub,
                    new EventsRefusal.UnknownPartition(
                            hub.name(), address.partition(), hub.log().partitions()));
            return;
        }
        ReaderLink reader = new ReaderLink(
                settings,
                connection.amqp(),
                link,
                new ReaderLink.Target(address, hub, partition.getAsInt()),
                connection);
        readers.add(reader);
        reader.open(() -> readers.remove(reader));
    }

    /** The hub's own host has no telemetry: it names the Event Hubs-compatible address, as Azure IoT Hub does. */
    private void redirect(AmqpLink link, List<String> below) {
        Hub hub = connection.hub();
        Refusal fault = grants.faultFor(hub, below, "messages/events/" + String.join("/", below));
        if (fault != null || hub == null) {
            refuse(
                    link,
                    hub,
                    fault == null ? new ConnectionRefusal.UnknownHub(String.valueOf(connection.hostName())) : fault);
            return;
        }
        String to = hub.settings().get().hostName();
        int port = connection.amqp().localPort();
        String path = hub.name() + "/" + String.join("/", below);
        link.refuse(AmqpError.redirect(
                to, port, "amqps://" + to + ":" + port + "/" + path, "Telemetry is read from '" + path + "'."));
    }

    private void refuse(AmqpLink link, @Nullable Hub hub, Refusal refusal) {
        link.refuse(connection.errorOf(hub == null ? null : hub.name(), refusal));
    }

    /** A token without a policy is one of a device. */
    @Override
    public void put(ShownToken shown, Consumer<PutVerdict> verdict) {
        List<String> path = shown.sas().resource().path();
        boolean ofDevice = !path.isEmpty() && path.getFirst().equalsIgnoreCase("devices");
        if (shown.sas().policy() == null || (ofDevice && !shown.sas().hasScheme())) {
            verdict.accept(new PutVerdict.NotMine());
            return;
        }
        Credential.Token token = new Credential.Token(shown.text());
        Refusal fault = grants.put(shown.audience(), token);
        verdict.accept(
                fault == null ? new PutVerdict.Taken() : new PutVerdict.Refused(token.named(settings), null, fault));
    }

    @Override
    public boolean isAuthorized() {
        return !grants.isEmpty();
    }

    @Override
    public void judgeAgain() {
        for (ReaderLink reader : List.copyOf(readers)) {
            Refusal fault = reader.fault(grants);
            if (fault != null) {
                reader.detach(fault);
            }
        }
    }

    @Override
    public void ended() {}
}
