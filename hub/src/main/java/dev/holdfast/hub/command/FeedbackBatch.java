package dev.holdfast.hub.command;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Feedback that is given to one receiver, which nobody else is given until the lock ends.
 *
 * @param sequence of its first record
 * @param enqueued when its first record was made
 * @param abandoned how often a receiver gave its first record back
 */
public record FeedbackBatch(UUID lock, long sequence, Instant enqueued, int abandoned, List<FeedbackRecord> records) {
    /** As the service SDKs name what {@link #json} is. */
    public static final String CONTENT_TYPE = "application/vnd.microsoft.iothub.feedback.json";

    public FeedbackBatch {
        records = List.copyOf(records);
    }

    /** What service SDKs read: an array with an object for each message. */
    public byte[] json() {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (FeedbackRecord record : records) {
            DeviceId device = record.identity().device();
            ObjectNode json = array.addObject()
                    .put("originalMessageId", record.messageId())
                    .put("description", record.fate().text())
                    .put("deviceGenerationId", record.generation())
                    .put("deviceId", device.value());
            ModuleId module = record.identity().module();
            if (module != null) {
                json.put("moduleId", module.value());
            }
            json.put("enqueuedTimeUtc", record.time().toString())
                    .put("statusCode", record.fate().text());
        }
        return array.toString().getBytes(StandardCharsets.UTF_8);
    }
}
