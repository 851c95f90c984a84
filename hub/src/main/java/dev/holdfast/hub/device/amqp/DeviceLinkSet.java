package dev.holdfast.hub.device.amqp;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.amqp.HubConnection;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.device.amqp.DevicesPart.Shared;
import dev.holdfast.hub.link.Downlink;
import dev.holdfast.wire.Mailbox;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.AmqpLink;
import dev.holdfast.wire.amqp.IncomingLink;
import dev.holdfast.wire.amqp.OutgoingLink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The links of one device or module on one connection. On the event loop, but for {@link #listensFor}. */
final class DeviceLinkSet {
    private final Shared shared;
    private final HubConnection connection;
    private final Mailbox mailbox;
    private final ConnectedDevice device;
    private final Limits.Amqp limits;
    private final Map<AmqpLink, DeviceAddress.Kind> links = new LinkedHashMap<>();
    private final Map<String, TwinChannel> twins = new HashMap<>();
    private final Map<String, MethodChannel> methods = new HashMap<>();
    private final List<MessageLink> messageLinks = new ArrayList<>();
    private volatile boolean hearsDesired;
    private volatile boolean hearsMethods;
    private volatile boolean hearsMessages;

    DeviceLinkSet(Shared shared, HubConnection connection, Mailbox mailbox, ConnectedDevice device) {
        this.shared = shared;
        this.connection = connection;
        this.mailbox = mailbox;
        this.device = device;
        this.limits = shared.limits().amqp();
    }

    /** Whether the device listens for this now. Any thread. */
    boolean listensFor(Downlink.Channel channel) {
        return switch (channel) {
            case DESIRED_PROPERTIES -> hearsDesired;
            case METHODS -> hearsMethods;
            case MESSAGES -> hearsMessages;
        };
    }

    void open(OutgoingLink link, DeviceAddress address) {
        if (isOneTooMany(link)) {
            return;
        }
        link.holdUpTo(limits.creditMax(), limits.readAheadMaxBytes());
        switch (address.kind()) {
            case TWIN -> {
                TwinChannel channel = twin(link);
                keep(link, address.kind(), () -> channel.closed(link));
                channel.open(link);
            }
            case METHODS -> {
                MethodChannel channel = method(link);
                keep(link, address.kind(), () -> channel.closed(link));
                channel.open(link);
                look();
                device.hub().methods().listens(device.identity());
            }
            case MESSAGES -> {
                MessageLink messages = new MessageLink(shared, connection, this, device, link);
                messageLinks.add(messages);
                keep(link, address.kind(), () -> {
                    messageLinks.remove(messages);
                    messages.closed();
                });
                hearsMessages = true;
                messages.open();
            }
            case TELEMETRY -> throw new IllegalArgumentException("nobody receives there");
        }
    }

    void open(IncomingLink link, DeviceAddress address) {
        if (isOneTooMany(link)) {
            return;
        }
        switch (address.kind()) {
            case TELEMETRY -> {
                keep(link, address.kind(), () -> {});
                new TelemetryLink(shared, connection, device, link).open();
            }
            case TWIN -> {
                TwinChannel channel = twin(link);
                keep(link, address.kind(), () -> channel.closed(link));
                channel.open(link);
            }
            case METHODS -> {
                MethodChannel channel = method(link);
                keep(link, address.kind(), () -> channel.closed(link));
                channel.open(link);
            }
            case MESSAGES -> throw new IllegalArgumentException("nobody sends there");
        }
    }

    private boolean isOneTooMany(AmqpLink link) {
        int max = limits.devices().linksMax();
        if (links.size() < max) {
            return false;
        }
        link.refuse(errorOf(new DeviceRefusal.TooManyLinksOfDevice(max)));
        device.release();
        return true;
    }

    private void keep(AmqpLink link, DeviceAddress.Kind kind, Runnable closed) {
        links.put(link, kind);
        link.whenClosed(() -> {
            links.remove(link);
            closed.run();
            twins.values().removeIf(TwinChannel::isEmpty);
            methods.values().removeIf(MethodChannel::isEmpty);
            look();
            device.release();
        });
    }

    private TwinChannel twin(AmqpLink link) {
        return twins.computeIfAbsent(channel(link), _ -> new TwinChannel(shared, connection, mailbox, this, device));
    }

    private MethodChannel method(AmqpLink link) {
        return methods.computeIfAbsent(channel(link), _ -> new MethodChannel(shared, this, device));
    }

    /** What pairs the two links of a channel; clients that leave it out have one channel. */
    private static String channel(AmqpLink link) {
        return link.request().properties().get(DevicesPart.CHANNEL) instanceof String name ? name : "";
    }

    /** Notes what the device listens for now. */
    void look() {
        hearsDesired = twins.values().stream().anyMatch(TwinChannel::hearsDesired);
        hearsMethods = methods.values().stream().anyMatch(MethodChannel::hearsCalls);
        hearsMessages = !messageLinks.isEmpty();
    }

    void send(Downlink downlink) {
        if (device.isEnded()) {
            return;
        }
        switch (downlink) {
            case Downlink.DesiredChanged(var _, var patch) ->
                List.copyOf(twins.values()).forEach(channel -> channel.desiredChanged(patch));
            // To one channel only: a method that is called on two of them would run twice.
            case Downlink.MethodCalled called ->
                methods.values().stream()
                        .filter(MethodChannel::hearsCalls)
                        .findFirst()
                        .ifPresent(channel -> channel.call(called));
            case Downlink.MessageWaits() -> List.copyOf(messageLinks).forEach(MessageLink::wake);
        }
    }

    /** Ends a link whose peer does not take what it asked for. */
    void notTaken(OutgoingLink link) {
        String source = link.request().source();
        link.detach(errorOf(new DeviceRefusal.DeviceDoesNotRead(source == null ? "" : source)));
    }

    AmqpError errorOf(Refusal refusal) {
        return connection.errorOf(device.hub().name(), device.identity().toString(), refusal);
    }

    /** Ends all of them. */
    void detach(AmqpError error) {
        for (AmqpLink link : List.copyOf(links.keySet())) {
            link.detach(error);
        }
    }

    /** Ends the sessions that they belong to, in order. */
    void endSessions() {
        List.copyOf(links.keySet()).forEach(link -> link.endSession(null));
    }

    /** Ends the links of a kind on which the device sends, each with an error of its own; false when there is none. */
    boolean detachIncoming(DeviceAddress.Kind kind, Supplier<AmqpError> error) {
        return detachSome(link -> link instanceof IncomingLink && links.get(link) == kind, error);
    }

    /** As {@link #detachIncoming}, those on which the device receives. */
    boolean detachOutgoing(DeviceAddress.Kind kind, Supplier<AmqpError> error) {
        return detachSome(link -> link instanceof OutgoingLink && links.get(link) == kind, error);
    }

    private boolean detachSome(Predicate<AmqpLink> which, Supplier<AmqpError> error) {
        List<AmqpLink> some = links.keySet().stream().filter(which).toList();
        some.forEach(link -> link.detach(error.get()));
        return !some.isEmpty();
    }
}
