package dev.holdfast.hub.device.amqp;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.amqp.AmqpPart;
import dev.holdfast.hub.amqp.ConnectionRefusal;
import dev.holdfast.hub.amqp.HubConnection;
import dev.holdfast.hub.amqp.LinkAddress;
import dev.holdfast.hub.amqp.PutVerdict;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.amqp.ShownToken;
import dev.holdfast.hub.device.amqp.DevicesPart.PlainToken;
import dev.holdfast.hub.device.amqp.DevicesPart.Shared;
import dev.holdfast.hub.fault.WaitingFaults;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.telemetry.Stamp;
import dev.holdfast.wire.Mailbox;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.AmqpLink;
import dev.holdfast.wire.amqp.IncomingLink;
import dev.holdfast.wire.amqp.OutgoingLink;
import dev.holdfast.wire.amqp.SaslIdentity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, as far as devices use it. Links and tokens come on the event loop; they are judged in their order by a thread that may block, and opened on the
 * event loop again.
 */
final class DeviceSession implements AmqpPart.Session {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceSession.class);

    private final Shared shared;
    private final HubConnection connection;
    private final Mailbox mailbox;
    private final DeviceAdmission admission;
    private final WaitingFaults waitingFaults = new WaitingFaults();
    private final Map<Place, ConnectedDevice> devices = new ConcurrentHashMap<>();
    private volatile boolean authorized;
    private volatile boolean over;

    private record Place(HubName hub, Identity identity) {}

    DeviceSession(Shared shared, HubConnection connection) {
        this.shared = shared;
        this.connection = connection;
        this.mailbox =
                new Mailbox(shared.threads(), shared.limits().amqp().devices().waitingMax(), () -> {}, this::failed);
        this.admission = new DeviceAdmission(shared, connection);
        if (connection.amqp().peer().sasl() instanceof SaslIdentity.Plain(var _, var _, PlainToken shown)) {
            admission.keep(shown.text(), shown.sas());
            authorized = true;
        }
    }

    private void failed(Throwable cause) {
        LOG.error(
                "A link or token of {} could not be judged", connection.socket().remoteAddress(), cause);
        connection.amqp().execute(() -> connection.amqp().close(null));
    }

    @Override
    public boolean attached(OutgoingLink link, LinkAddress source) {
        Optional<DeviceAddress> address = DeviceAddress.of(source).map(DeviceAddress::ofReceiver);
        if (address.isEmpty() || address.get().kind() == DeviceAddress.Kind.TELEMETRY) {
            return false;
        }
        admit(link, address.get(), device -> device.open(link, address.get()));
        return true;
    }

    @Override
    public boolean attached(IncomingLink link, LinkAddress target) {
        Optional<DeviceAddress> address = DeviceAddress.of(target);
        if (address.isEmpty() || address.get().kind() == DeviceAddress.Kind.MESSAGES) {
            return false;
        }
        admit(link, address.get(), device -> device.open(link, address.get()));
        return true;
    }

    private void admit(AmqpLink link, DeviceAddress address, Consumer<ConnectedDevice> open) {
        if (!mailbox.put(() -> judge(link, address, open))) {
            refuse(link, null, address.identity(), new DeviceRefusal.TooMuchAtOnce());
        }
    }

    /** In the mailbox. */
    private void judge(AmqpLink link, DeviceAddress address, Consumer<ConnectedDevice> open) {
        Identity identity = address.identity();
        Hub hub = admission.hubOf(address);
        if (hub == null) {
            String host = address.host() == null ? String.valueOf(connection.hostName()) : address.host();
            refuseSoon(link, null, identity, new ConnectionRefusal.UnknownHub(host));
            return;
        }
        String model = text(link, DevicesPart.MODEL_ID);
        if (model != null && !Stamp.isModelId(model)) {
            Refusal fault = new DeviceRefusal.ModelIdMalformed(model.length(), Stamp.MODEL_ID_MAX_CHARS);
            refuseSoon(link, hub.name(), identity, fault);
            return;
        }
        Place place = new Place(hub.name(), identity);
        ConnectedDevice known = devices.get(place);
        if (known != null && known.hold()) {
            known.announce(model);
            openSoon(link, known, open);
            return;
        }
        ConnectedDevice device = new ConnectedDevice(shared, connection, mailbox, waitingFaults, hub, identity);
        Refusal fault = admission.letIn(device, text(link, DevicesPart.CLIENT_VERSION));
        if (fault != null) {
            refuseSoon(link, hub.name(), identity, fault);
            return;
        }
        authorized = true;
        device.announce(model);
        devices.put(place, device);
        device.whenGone(() -> devices.remove(place, device));
        if (over) {
            device.leave();
            return;
        }
        openSoon(link, device, open);
    }

    private void openSoon(AmqpLink link, ConnectedDevice device, Consumer<ConnectedDevice> open) {
        connection.amqp().execute(() -> {
            if (link.isWaiting()) {
                open.accept(device);
            } else {
                device.release();
            }
        });
    }

    private void refuseSoon(AmqpLink link, @Nullable HubName hub, Identity identity, Refusal why) {
        connection.amqp().execute(() -> refuse(link, hub, identity, why));
    }

    private void refuse(AmqpLink link, @Nullable HubName hub, Identity identity, Refusal why) {
        AmqpError error = connection.errorOf(hub, identity.toString(), why);
        if (why instanceof DeviceRefusal refusal && refusal.isSwallowed()) {
            connection.socket().cut();
        } else {
            link.refuse(error);
        }
    }

    private static @Nullable String text(AmqpLink link, String property) {
        return link.request().properties().get(property) instanceof String text && !text.isEmpty() ? text : null;
    }

    /** A path that is neither a device's nor a whole hub's is for others. */
    @Override
    public void put(ShownToken token, Consumer<PutVerdict> verdict) {
        List<String> path = token.sas().resource().path();
        boolean mine = path.isEmpty() || path.getFirst().equalsIgnoreCase("devices");
        if (!mine && token.sas().policy() != null) {
            verdict.accept(new PutVerdict.NotMine());
        } else if (!mailbox.put(() -> verdict.accept(judge(token)))) {
            verdict.accept(new PutVerdict.Refused(null, null, new DeviceRefusal.TooMuchAtOnce()));
        }
    }

    /** In the mailbox. */
    private PutVerdict judge(ShownToken token) {
        PutVerdict verdict = admission.judge(token);
        if (verdict instanceof PutVerdict.Taken) {
            authorized = true;
            devices.forEach((place, device) -> {
                if (token.sas().coversPath(place.identity().path())) {
                    admission.renew(device);
                }
            });
        }
        return verdict;
    }

    @Override
    public boolean isAuthorized() {
        return authorized;
    }

    /** Nothing: whoever withdraws what a device came in by ends it at once, and each has a timer for its token. */
    @Override
    public void judgeAgain() {}

    @Override
    public void ended() {
        over = true;
        mailbox.close();
        devices.values().forEach(ConnectedDevice::leave);
    }
}
