package dev.holdfast.hub.device.mqtt;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.fault.AskedFaults;
import dev.holdfast.hub.fault.Carrier;
import dev.holdfast.hub.fault.FaultOrder;
import dev.holdfast.hub.fault.FaultRefusal;
import dev.holdfast.hub.fault.WaitingFaults;
import dev.holdfast.hub.identity.DeviceAuthentication;
import dev.holdfast.hub.link.Downlink;
import dev.holdfast.hub.telemetry.Intake;
import dev.holdfast.hub.telemetry.SendTelemetry;
import dev.holdfast.hub.telemetry.SendTelemetry.Mark;
import dev.holdfast.hub.telemetry.Stamp;
import dev.holdfast.hub.telemetry.TelemetryMessage;
import dev.holdfast.hub.telemetry.TelemetryRefusal;
import dev.holdfast.hub.telemetry.TelemetryResult;
import dev.holdfast.wire.mqtt.Grant;
import dev.holdfast.wire.mqtt.MqttEnd;
import dev.holdfast.wire.mqtt.MqttPublish;
import dev.holdfast.wire.mqtt.MqttSession;
import dev.holdfast.wire.mqtt.MqttSubscription;
import dev.holdfast.wire.mqtt.MqttWill;
import dev.holdfast.wire.mqtt.PublishReceipt;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A device or module that was let in. */
final class DeviceSession implements MqttSession {
    private final Hub hub;
    private final Intake intake;
    private final Stamp stamp;
    private final TelemetryTopic topic;
    private final @Nullable MqttWill will;
    private final DeviceSubscriptions subscriptions;
    private final DeviceEntry entry;
    private final HubRequests requests;
    private final AskedFaults faults;
    /** Of messages that asked for a fault that waits; as many as may wait. */
    private final Queue<PublishReceipt> unacknowledged = new ConcurrentLinkedQueue<>();

    private final AtomicBoolean refusalReported = new AtomicBoolean();

    DeviceSession(
            Hub hub,
            DeviceAuthentication.Accepted sender,
            @Nullable String modelId,
            @Nullable MqttWill will,
            DeviceSubscriptions subscriptions,
            DeviceEntry entry,
            InstantSource clock) {
        this.hub = hub;
        this.intake = hub.intake();
        this.stamp = new Stamp(sender.identity(), sender.generation(), sender.method(), modelId);
        this.topic = new TelemetryTopic(sender.identity());
        this.will = will;
        this.subscriptions = subscriptions;
        this.entry = entry;
        this.requests = new HubRequests(hub, sender, entry, clock);
        this.faults = new AskedFaults(hub.faults(), Carrier.MQTT, sender.identity(), new WaitingFaults());
    }

    @Override
    public boolean publish(MqttPublish message, PublishReceipt receipt) {
        if (entry.isEnded()) {
            receipt.refused();
            return true;
        }
        if (HubTopic.claims(message.topic())) {
            HubTopic.Read request = HubTopic.read(message.topic());
            return request instanceof HubTopic.Read.Refused(var why)
                    ? refuse(why, receipt)
                    : requests.take(request, message, receipt);
        }
        return switch (topic.read(message.topic())) {
            case TelemetryTopic.Read.Refused(var why) -> refuse(why, receipt);
            case TelemetryTopic.Read.Telemetry(var system, var properties) -> {
                yield intake.takeInTime(
                        request(message, new TelemetryMessage(message.payload(), system, properties)), result -> {
                            switch (result) {
                                case TelemetryResult.Stored stored -> receipt.stored();
                                case TelemetryResult.Refused(var why) ->
                                    refuse(new PublishRefusal.NotTaken(why), receipt);
                                case TelemetryResult.FaultAsked(var order) -> ask(order, receipt);
                            }
                        });
            }
        };
    }

    /**
     * What breaks the connection is never acknowledged, as with Azure's hub: suites of official SDKs wait for that time-out. What has
     * requests refused is, since the connection stays.
     */
    private void ask(FaultOrder order, PublishReceipt receipt) {
        FaultRefusal why = faults.ask(stamp.generation(), order, new AskedFaults.Breaker() {
            @Override
            public Runnable after(Duration delay, Runnable task) {
                entry.after(delay, task);
                // The end of the connection, with which alone the device leaves, calls it off already.
                return () -> {};
            }

            @Override
            public boolean carryOut(FaultOrder due) {
                boolean broken = entry.breakAs(due);
                receipt.refused();
                return broken;
            }
        });
        if (why != null) {
            refuse(new PublishRefusal.NotTaken(new TelemetryRefusal.Faulted(why)), receipt);
        } else if (order.kind().refusedAs() != null) {
            receipt.stored();
        } else {
            unacknowledged.add(receipt);
        }
    }

    private boolean refuse(PublishRefusal why, PublishReceipt receipt) {
        if (why instanceof PublishRefusal.NotTaken(TelemetryRefusal.NotPassed(var gate)) && gate.isSwallowed()) {
            entry.reporter().report(why.reason(), why.explain(), why);
            receipt.dropped();
            return true;
        }
        report(why);
        // Not to wait until their faults have happened: acknowledgements keep their order, and so do refusals.
        unacknowledged.forEach(PublishReceipt::refused);
        receipt.refused();
        return true;
    }

    /**
     * The first refusal closes the connection, so it is the one to tell; a failing disk refuses all that are under
     * way.
     */
    private void report(PublishRefusal why) {
        if (refusalReported.compareAndSet(false, true)) {
            entry.reporter().report(why.reason(), why.explain(), why);
        }
    }

    @Override
    public List<Grant> subscribe(List<MqttSubscription> filters) {
        return subscriptions.subscribe(filters);
    }

    @Override
    public void subscribed() {
        if (entry.listensFor(Downlink.Channel.METHODS)) {
            hub.methods().listens(stamp.sender());
        }
        entry.lookForMessages();
    }

    @Override
    public void unsubscribe(List<String> filters) {
        subscriptions.unsubscribe(filters);
    }

    @Override
    public void ended(MqttEnd end) {
        if (end instanceof MqttEnd.Faulted(var fault)) {
            entry.reporter().report(fault.reason(), fault.explain(), fault);
        }
        entry.leave();
        faults.leave();
        hub.methods().ended(entry);
        if (will != null && !(end instanceof MqttEnd.Disconnected)) {
            publishWill(will);
        }
    }

    private void publishWill(MqttWill due) {
        if (!(topic.read(due.topic()) instanceof TelemetryTopic.Read.Telemetry(var system, var properties))) {
            throw new IllegalStateException("the topic of the Will was accepted with the connection");
        }
        Set<Mark> marks = due.retain() ? EnumSet.of(Mark.WILL, Mark.RETAINED) : EnumSet.of(Mark.WILL);
        TelemetryMessage message = new TelemetryMessage(due.payload(), system, properties);
        boolean _ = intake.takeInTime(new SendTelemetry(stamp, message, marks), result -> {
            if (result instanceof TelemetryResult.Refused(var refused)) {
                // By itself: what was refused before it, and ended the connection, was another message.
                PublishRefusal why = new PublishRefusal.NotTaken(refused);
                entry.reporter().report(why.reason(), why.explain(), why);
            }
        });
    }

    private SendTelemetry request(MqttPublish sent, TelemetryMessage message) {
        return sent.retain()
                ? new SendTelemetry(stamp, message, EnumSet.of(Mark.RETAINED))
                : new SendTelemetry(stamp, message);
    }
}
