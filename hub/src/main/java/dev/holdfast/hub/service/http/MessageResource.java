package dev.holdfast.hub.service.http;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.command.FeedbackBatch;
import dev.holdfast.hub.command.MessageRefusal;
import dev.holdfast.hub.command.MessageRefusal.FeedbackLockLost;
import dev.holdfast.hub.command.MessageRefusal.MessageDeviceMissing;
import dev.holdfast.hub.command.Settlement;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.wire.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import tools.jackson.databind.node.JsonNodeFactory;

/** What services may do about cloud-to-device messages over HTTPS: empty a queue, and read feedback. They are sent over AMQP. */
final class MessageResource {
    /** {@code DELETE /devices/{id}/commands}. */
    HttpResponse purge(ServiceCall call) throws ServiceFault {
        DeviceId device = call.deviceId();
        OptionalInt purged = call.hub().messages().purge(Identity.of(device));
        if (purged.isEmpty()) {
            throw ServiceFault.of(new MessageDeviceMissing(device));
        }
        return HttpResponse.json(
                200,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("totalMessagesPurged", purged.getAsInt())
                        .put("deviceId", device.value())
                        .putNull("moduleId")
                        .toString());
    }

    /** {@code GET /messages/serviceBound/feedback}: the next batch, or 204. */
    HttpResponse feedback(ServiceCall call) {
        Optional<FeedbackBatch> next = call.hub().feedback().next();
        return next.map(batch -> new HttpResponse(200, Map.of("Content-Type", FeedbackBatch.CONTENT_TYPE), batch.json())
                        .with("ETag", "\"" + batch.lock() + "\"")
                        .with("iothub-sequencenumber", Long.toString(batch.sequence()))
                        .with("iothub-enqueuedtime", DeviceJson.time(batch.enqueued()))
                        .with("iothub-deliverycount", Integer.toString(batch.abandoned()))
                        .with("iothub-userid", call.hub().name().value()))
                .orElseGet(() -> HttpResponse.empty(204));
    }

    /** {@code DELETE /messages/serviceBound/feedback/{lock}}, with {@code ?reject} where that is meant. */
    HttpResponse complete(ServiceCall call) throws ServiceFault {
        return settle(call, call.request().query().containsKey("reject") ? Settlement.REJECTED : Settlement.COMPLETED);
    }

    /** {@code POST /messages/serviceBound/feedback/{lock}/abandon}. */
    HttpResponse abandon(ServiceCall call) throws ServiceFault {
        return settle(call, Settlement.ABANDONED);
    }

    private static HttpResponse settle(ServiceCall call, Settlement settlement) throws ServiceFault {
        MessageRefusal fault = lock(call.request().path().get(3))
                .map(lock -> Optional.ofNullable(call.hub().feedback().settle(lock, settlement)))
                .orElseGet(() -> Optional.of(new FeedbackLockLost()))
                .orElse(null);
        if (fault != null) {
            throw ServiceFault.of(fault);
        }
        return HttpResponse.empty(204);
    }

    private static Optional<UUID> lock(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
