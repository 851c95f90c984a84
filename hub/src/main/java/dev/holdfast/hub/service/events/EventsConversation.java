package dev.holdfast.hub.service.events;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.identity.AuthenticationRefusal.TlsNotAccepted;
import dev.holdfast.tls.peer.Admissions;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.wire.amqp.AmqpConnection;
import dev.holdfast.wire.amqp.AmqpConversation;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.AmqpLink;
import dev.holdfast.wire.amqp.IncomingLink;
import dev.holdfast.wire.amqp.OutgoingLink;
import dev.holdfast.wire.amqp.SaslIdentity;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One connection of a back end: leads each link to its node, and looks again and again whether what is open still may be. */
final class EventsConversation implements AmqpConversation {
    /** What official clients need before their first token: a pair of links, and a few to spare. */
    private static final int LINKS_UNAUTHORIZED_MAX = 8;

    private static final int REFUSALS_UNAUTHORIZED_MAX = 20;

    private final EventsSettings settings;
    private final AmqpConnection connection;
    private final Reporter reporter;
    private final Grants grants;
    private final AnswerNode cbs;
    private final AnswerNode management;
    private final List<ReaderLink> readers = new ArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private final Future<?> judging;
    private long openMillis;
    private boolean neverTold;
    private int linksUnauthorized;

    EventsConversation(EventsSettings settings, AmqpConnection connection) {
        this.settings = settings;
        this.connection = connection;
        this.reporter = new Reporter(settings, connection.peer().connection());
        this.grants = new Grants(settings);
        if (connection.peer().sasl() instanceof SaslIdentity.Plain(var _, var _, Credential shown)) {
            grants.addFromSasl(shown);
        }
        int requestsMax = settings.limits().amqp().requestsMax();
        this.cbs =
                new AnswerNode("$cbs", connection, requestsMax, new CbsHandler(grants, this::errorOf), this::errorOf);
        this.management = new AnswerNode(
                "$management",
                connection,
                requestsMax,
                new ManagementHandler(settings, grants, this::errorOf),
                this::errorOf);
        long every = settings.limits().amqp().judgeAgainEvery().toMillis();
        this.judging = connection
                .executor()
                .scheduleAtFixedRate(
                        () -> connection.execute(() -> judgeAgain(every)), every, every, TimeUnit.MILLISECONDS);
    }

    @Override
    public void attached(OutgoingLink link) {
        if (isOneTooMany(link)) {
            return;
        }
        switch (NodeAddress.parse(link.request().source())) {
            case NodeAddress.Cbs() -> cbs.attached(link);
            case NodeAddress.Management _ -> management.attached(link);
            case NodeAddress.Partition partition -> read(link, partition);
            case NodeAddress.HubEvents(var below) -> redirect(link, below);
            case NodeAddress.OfDevice(var device) ->
                refuse(link, hubOfConnection(), new EventsRefusal.DeviceOverAmqp(device));
            case NodeAddress.Unknown(var text) -> refuse(link, null, new EventsRefusal.UnknownAddress(text));
        }
    }

    @Override
    public void attached(IncomingLink link) {
        if (isOneTooMany(link)) {
            return;
        }
        String target = link.request().target();
        switch (NodeAddress.parse(target)) {
            case NodeAddress.Cbs() -> cbs.attached(link);
            case NodeAddress.Management _ -> management.attached(link);
            case NodeAddress.HubEvents(var below) when below.size() == 1 -> redirect(link, below);
            case NodeAddress.OfDevice(var device) ->
                refuse(link, hubOfConnection(), new EventsRefusal.DeviceOverAmqp(device));
            case NodeAddress.HubEvents _, NodeAddress.Partition _, NodeAddress.Unknown _ ->
                refuse(link, null, new EventsRefusal.SendingNotAllowed(target == null ? "" : target));
        }
    }

    private boolean isOneTooMany(AmqpLink link) {
        if (!grants.isEmpty() || ++linksUnauthorized <= LINKS_UNAUTHORIZED_MAX) {
            return false;
        }
        EventsRefusal refusal = new EventsRefusal.TooManyLinksUnauthorized(LINKS_UNAUTHORIZED_MAX);
        AmqpError error = errorOf(null, refusal);
        link.refuse(error);
        connection.close(error);
        return true;
    }

    private void read(OutgoingLink link, NodeAddress.Partition address) {
        String asked = link.request().source();
        Hub hub = HubName.parse(address.hub()).flatMap(settings.hubs()::byName).orElse(null);
        EventsRefusal fault = grants.faultFor(hub, address.path(), asked == null ? "" : asked);
        if (hub == null && !grants.isEmpty()) {
            // Only who showed something good learns which hubs there are.
            fault = new EventsRefusal.UnknownHub(address.hub());
        }
        if (fault != null || hub == null) {
            refuse(link, hub, fault == null ? new EventsRefusal.UnknownHub(address.hub()) : fault);
            return;
        }
        TlsNotAccepted tls = settings.admission()
                .refusalOf(
                        Handshake.of(connection.peer().connection()),
                        Admissions.of(connection.peer().connection()),
                        hub);
        if (tls != null) {
            refuse(link, hub, new EventsRefusal.NotAuthenticated(tls));
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
                settings, connection, link, new ReaderLink.Target(address, hub, partition.getAsInt()), this::errorOf);
        readers.add(reader);
        reader.open(() -> readers.remove(reader));
    }

    /** The hub's own host has no telemetry: it names the Event Hubs-compatible address, as Azure IoT Hub does. */
    private void redirect(AmqpLink link, List<String> below) {
        Hub hub = hubOfConnection();
        EventsRefusal fault = grants.faultFor(hub, below, "messages/events/" + String.join("/", below));
        if (fault != null || hub == null) {
            refuse(link, hub, fault == null ? new EventsRefusal.UnknownHub(String.valueOf(hostName())) : fault);
            return;
        }
        String to = hub.settings().get().hostName();
        int port = connection.localPort();
        String path = hub.name() + "/" + String.join("/", below);
        link.refuse(AmqpError.redirect(
                to, port, "amqps://" + to + ":" + port + "/" + path, "Telemetry is read from '" + path + "'."));
    }

    private @Nullable Hub hubOfConnection() {
        String hostName = hostName();
        return hostName == null ? null : settings.hubs().byHostName(hostName).orElse(null);
    }

    /** The host that was asked for: clients that leave it out of {@code open} still name it in the TLS handshake. */
    private @Nullable String hostName() {
        String opened = connection.peer().hostName();
        return opened == null ? Handshake.of(connection.peer().connection()).serverName() : opened;
    }

    private void refuse(AmqpLink link, @Nullable Hub hub, EventsRefusal refusal) {
        link.refuse(errorOf(hub == null ? null : hub.name(), refusal));
    }

    /** Any thread. Who showed nothing good yet may be refused a few times only. */
    private AmqpError errorOf(@Nullable HubName hub, EventsRefusal refusal) {
        String report = reporter.report(hub, refusal);
        if (refusals.incrementAndGet() == REFUSALS_UNAUTHORIZED_MAX) {
            connection.execute(this::refusedOften);
        }
        return EventsErrors.of(hub, refusal, report);
    }

    private void refusedOften() {
        if (grants.isEmpty()) {
            EventsRefusal often = new EventsRefusal.TooManyRefusals(REFUSALS_UNAUTHORIZED_MAX);
            connection.close(EventsErrors.of(null, often, reporter.report(null, often)));
        } else {
            refusals.set(0);
        }
    }

    private void judgeAgain(long everyMillis) {
        Limits.Amqp limits = settings.limits().amqp();
        openMillis += everyMillis;
        if (grants.isEmpty() && openMillis > limits.authorizeMaxTime().toMillis()) {
            EventsRefusal never = new EventsRefusal.NeverAuthorized(limits.authorizeMaxTime());
            // Closing takes a moment, and this is told once.
            if (!neverTold) {
                neverTold = true;
                connection.close(EventsErrors.of(null, never, reporter.report(null, never)));
            }
            return;
        }
        for (ReaderLink reader : List.copyOf(readers)) {
            EventsRefusal fault = reader.fault(grants);
            if (fault != null) {
                reader.detach(fault);
            }
        }
    }

    @Override
    public void ended() {
        judging.cancel(false);
    }
}
