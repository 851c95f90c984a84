package dev.holdfast.hub.device.mqtt;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.hub.fault.FaultKind;
import dev.holdfast.hub.fault.FaultOrder;
import dev.holdfast.hub.identity.CertificateProof;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Proof;
import dev.holdfast.hub.link.DeviceLink;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.link.Downlink;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.wire.mqtt.MqttDelivery;
import dev.holdfast.wire.mqtt.MqttLink;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A connection's place among the hub's links, from the moment it was let in until it is over. Any thread. */
final class DeviceEntry implements DeviceLink {
    private final HubName hub;
    private final Identity identity;
    private final Reporter reporter;
    private final MqttLink link;
    private final AtomicReference<@Nullable LinkEnd> end = new AtomicReference<>();
    private volatile DeviceLinks.Registration registration = () -> {};
    private volatile Proof proof = CertificateProof.NONE;
    private volatile @Nullable DeviceSubscriptions subscriptions;
    private volatile @Nullable MessageFeed feed;

    DeviceEntry(HubName hub, Identity identity, Reporter reporter, MqttLink link) {
        this.hub = hub;
        this.identity = identity;
        this.reporter = reporter;
        this.link = link;
    }

    /** Enters it, ending an older connection of the identity. */
    void enter(DeviceLinks links) {
        registration = links.register(identity, this, link.connection().remoteAddress());
    }

    /** Says by what it is let in. */
    void letInBy(Proof now) {
        proof = now;
    }

    /** Says what the client is subscribed to, now that it has a session, and by what it is given messages. */
    void opened(DeviceSubscriptions now, MessageFeed messages) {
        subscriptions = now;
        feed = messages;
    }

    @Override
    public boolean listensFor(Downlink.Channel channel) {
        return switch (channel) {
            case DESIRED_PROPERTIES -> granted(HubTopic.DESIRED_CHANGES) != null;
            case METHODS -> granted(HubTopic.METHOD_CALLS) != null;
            case MESSAGES -> {
                MessageFeed now = feed;
                yield now != null && now.isWanted();
            }
        };
    }

    @Override
    public void send(Downlink downlink) {
        switch (downlink) {
            case Downlink.DesiredChanged(var version, var patch) ->
                publish(HubTopic.DESIRED_CHANGES, HubTopic.desiredChange(version), patch, 1);
            // At most once: a method that is called again after a reconnect would run twice.
            case Downlink.MethodCalled(var call, var method, var payload) ->
                publish(HubTopic.METHOD_CALLS, HubTopic.methodCall(method, call), payload, 0);
            case Downlink.MessageWaits() -> lookForMessages();
        }
    }

    /** Gives the client what waits for it, if it listens for messages now. */
    void lookForMessages() {
        MessageFeed now = feed;
        if (now != null && now.isWanted()) {
            now.look();
        }
    }

    /** Sends a message to a client that is subscribed to it, with what it was granted at most; else drops it. */
    void publish(String filter, String topic, byte[] payload, int qos) {
        boolean _ = publish(filter, granted -> MqttDelivery.of(topic, payload, Math.min(qos, granted)));
    }

    /**
     * Sends a message to a client that is subscribed to it.
     *
     * @param delivery made for the QoS that was granted
     * @return false when it is not subscribed, or the connection over
     */
    boolean publish(String filter, IntFunction<MqttDelivery> delivery) {
        Integer granted = granted(filter);
        if (granted == null || isEnded()) {
            return false;
        }
        link.publish(delivery.apply(granted));
        return true;
    }

    /** The QoS at which the client may be sent what a filter is for; null when it is not subscribed. */
    @Nullable
    Integer granted(String filter) {
        DeviceSubscriptions now = subscriptions;
        return now == null ? null : now.granted(filter);
    }

    @Override
    public Proof proof() {
        return proof;
    }

    void leave() {
        registration.close();
    }

    @Override
    public String protocol() {
        return link.connection().listener();
    }

    @Override
    public void end(LinkEnd why) {
        if (end.compareAndSet(null, why)) {
            switch (why) {
                case LinkEnd.ServerStopping _ -> link.finish();
                case LinkEnd.FaultInjected(var kind, var _)
                when kind == FaultKind.KILL_TCP -> link.connection().cut();
                default -> link.end();
            }
            String device = identity.device().value();
            reporter.report(why.reason(), why.explain(new Commands(hub), device), why);
        }
    }

    /** Runs a task later, unless the connection is over by then. */
    void after(Duration delay, Runnable task) {
        link.schedule(delay, task);
    }

    /**
     * Ends the connection as its device asked; false when it had ended. MQTT 3.1.1 has no word by which a server ends a connection: one
     * that shuts down closes TLS in order.
     */
    boolean breakAs(FaultOrder order) {
        boolean ended = isEnded();
        end(new LinkEnd.FaultInjected(order.kind(), order.closeReason()));
        return !ended;
    }

    /** Whether the hub ended it; true before the client or any other thread can see an effect of that. */
    boolean isEnded() {
        return end.get() != null;
    }

    /** Ends it when its token does; null for a connection without a token. */
    void endAt(@Nullable Instant until, InstantSource clock) {
        if (until == null) {
            return;
        }
        Duration left = Duration.between(clock.instant(), until);
        if (left.isPositive()) {
            // Looks at the clock again then: the clock may have been set meanwhile, and a very long wait may come in
            // parts.
            link.schedule(left, () -> endAt(until, clock));
        } else {
            end(new LinkEnd.TokenExpired(until));
        }
    }

    Reporter reporter() {
        return reporter;
    }
}
