package dev.holdfast.cli.monitor;

import dev.holdfast.wire.amqp.AmqpMessage;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message that a device sent, as a back end sees it.
 *
 * @param device null when the message does not say it
 * @param module null when a device itself sent it
 * @param system what the sender said in properties: message id, content type and the like
 * @param annotations what the hub vouches for, by its names on the wire
 * @param properties application properties
 */
public record TelemetryEvent(
        int partition,
        long sequenceNumber,
        Instant enqueuedTime,
        @Nullable String device,
        @Nullable String module,
        AmqpMessage.Properties system,
        Map<String, Object> annotations,
        Map<String, Object> properties,
        byte[] body) {

    static TelemetryEvent of(int partition, AmqpMessage message) {
        Map<String, Object> annotations = message.annotations();
        return new TelemetryEvent(
                partition,
                annotations.get("x-opt-sequence-number") instanceof Long number ? number : -1,
                annotations.get("x-opt-enqueued-time") instanceof Instant time ? time : Instant.EPOCH,
                text(annotations, "iothub-connection-device-id"),
                text(annotations, "iothub-connection-module-id"),
                message.properties(),
                annotations,
                message.applicationProperties(),
                message.body() instanceof AmqpMessage.Body.Data(var bytes) ? bytes : new byte[0]);
    }

    private static @Nullable String text(Map<String, Object> annotations, String name) {
        return annotations.get(name) instanceof String text ? text : null;
    }
}
