package dev.holdfast.hub.device.mqtt;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.identity.DeviceAuthentication;
import dev.holdfast.hub.twin.TwinReader;
import dev.holdfast.hub.twin.TwinRefusal;
import dev.holdfast.hub.twin.TwinRequest;
import dev.holdfast.hub.twin.TwinResult;
import dev.holdfast.wire.mqtt.MqttPublish;
import dev.holdfast.wire.mqtt.PublishReceipt;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one device asks its hub for, and its answers to methods. */
final class HubRequests {
    private static final Logger LOG = LoggerFactory.getLogger(HubRequests.class);

    private final Hub hub;
    private final DeviceAuthentication.Accepted sender;
    private final DeviceEntry entry;
    private final InstantSource clock;

    HubRequests(Hub hub, DeviceAuthentication.Accepted sender, DeviceEntry entry, InstantSource clock) {
        this.hub = hub;
        this.sender = sender;
        this.entry = entry;
        this.clock = clock;
    }

    /**
     * Takes a request that was read. On the event loop; a twin is worked on by a thread of its own, and nothing more of the
     * connection is read until that is done, so that its requests keep their order.
     *
     * @return what {@code MqttSession.publish} returns
     */
    boolean take(HubTopic.Read request, MqttPublish message, PublishReceipt receipt) {
        return switch (request) {
            case HubTopic.Read.GetTwin(var id) -> work(id, message, receipt, () -> get(id, message.qos()));
            case HubTopic.Read.Report report ->
                work(report.requestId(), message, receipt, () -> report(report, message));
            case HubTopic.Read.MethodAnswer(var status, var call) -> {
                call.ifPresent(id -> hub.methods().answer(sender.identity(), id, status, message.payload()));
                receipt.stored();
                yield true;
            }
            case HubTopic.Read.Refused _ -> throw new IllegalArgumentException("refused before");
        };
    }

    private boolean work(String id, MqttPublish message, PublishReceipt receipt, Runnable task) {
        Thread.ofVirtual().name("twin-request").start(() -> {
            try {
                hub.twins().inTurn(task);
            } catch (RuntimeException failed) {
                LOG.error("a twin request of '{}' failed", sender.identity(), failed);
                refuse(id, message.qos(), TwinErrors.SERVER_ERROR, "The hub could not do it. Try again later.");
            } finally {
                receipt.stored();
            }
        });
        return false;
    }

    private void get(String id, int qos) {
        switch (hub.twins().find(sender.identity())) {
            case TwinResult.Found(var twin) ->
                answer(200, id, null, twin.forDevice().toString().getBytes(StandardCharsets.UTF_8), qos);
            case TwinResult.Refused(var why) -> refuse(id, qos, why);
        }
    }

    private void report(HubTopic.Read.Report request, MqttPublish message) {
        String id = request.requestId();
        switch (hub.twins().reader().read(message.payload())) {
            case TwinReader.Read.Refused(var why) -> refuse(id, message.qos(), why);
            case TwinReader.Read.Content(var content) -> {
                TwinResult result = hub.twins()
                        .apply(new TwinRequest.Report(
                                sender.identity(), sender.generation(), content, request.expectedVersion()));
                switch (result) {
                    case TwinResult.Found(var twin) ->
                        answer(204, id, twin.reported().version(), new byte[0], message.qos());
                    case TwinResult.Refused(var why) -> refuse(id, message.qos(), why);
                }
            }
        }
    }

    private void refuse(String id, int qos, TwinRefusal why) {
        refuse(id, qos, TwinErrors.code(why), why.explain());
    }

    private void refuse(String id, int qos, int code, String explanation) {
        answer(TwinErrors.status(code), id, null, TwinErrors.body(code, explanation, clock.instant()), qos);
    }

    private void answer(int status, String id, @Nullable Long version, byte[] body, int qos) {
        entry.publish(HubTopic.TWIN_ANSWERS, HubTopic.twinAnswer(status, id, version), body, qos);
    }
}
