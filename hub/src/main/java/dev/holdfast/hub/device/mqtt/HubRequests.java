package dev.holdfast.hub.device.mqtt;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.device.DeviceTwin;
import dev.holdfast.hub.identity.DeviceAuthentication;
import dev.holdfast.wire.mqtt.MqttPublish;
import dev.holdfast.wire.mqtt.PublishReceipt;
import java.time.InstantSource;
import java.util.function.Supplier;

/** What one device asks its hub for, and its answers to methods. */
final class HubRequests {
    private final Hub hub;
    private final DeviceAuthentication.Accepted sender;
    private final DeviceEntry entry;
    private final DeviceTwin twin;

    HubRequests(Hub hub, DeviceAuthentication.Accepted sender, DeviceEntry entry, InstantSource clock) {
        this.hub = hub;
        this.sender = sender;
        this.entry = entry;
        this.twin = new DeviceTwin(
                hub,
                sender.identity(),
                sender.generation(),
                clock,
                why -> entry.reporter().report(why.reason(), why.explain(), why));
    }

    /**
     * Takes a request that was read. On the event loop; a twin is worked on by a thread of its own, and nothing more of the
     * connection is read until that is done, so that its requests keep their order.
     *
     * @return what {@code MqttSession.publish} returns
     */
    boolean take(HubTopic.Read request, MqttPublish message, PublishReceipt receipt) {
        return switch (request) {
            case HubTopic.Read.GetTwin(var id) -> work(id, message, receipt, twin::get);
            case HubTopic.Read.Report(var id, var expected) ->
                work(id, message, receipt, () -> twin.report(message.payload(), expected));
            case HubTopic.Read.MethodAnswer(var status, var call) -> {
                call.ifPresent(id -> hub.methods().answer(sender.identity(), id, status, message.payload()));
                receipt.stored();
                yield true;
            }
            case HubTopic.Read.Refused _ -> throw new IllegalArgumentException("refused before");
        };
    }

    private boolean work(String id, MqttPublish message, PublishReceipt receipt, Supplier<DeviceTwin.Answer> task) {
        Thread.ofVirtual().name("twin-request").start(() -> {
            try {
                DeviceTwin.Answer answer = task.get();
                if (!answer.isNone()) {
                    entry.publish(
                            HubTopic.TWIN_ANSWERS,
                            HubTopic.twinAnswer(answer.status(), id, answer.version()),
                            answer.body(),
                            message.qos());
                }
            } finally {
                receipt.stored();
            }
        });
        return false;
    }
}
