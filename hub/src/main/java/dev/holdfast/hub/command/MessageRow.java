package dev.holdfast.hub.command;

import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.store.SequenceKey;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import java.time.Instant;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A waiting message as it is stored, in JSON.
 *
 * @param enqueued milliseconds since 1970, as {@code expires}
 * @param abandoned how often a device gave it back
 */
record MessageRow(
        String generation,
        long enqueued,
        long expires,
        int abandoned,
        FeedbackWanted wanted,
        Map<SystemProperty, String> system,
        Map<String, String> properties,
        byte[] body) {
    /** Kind of rows; {@code Registry} deletes them with their identity. */
    static final String KIND = "cloud-message";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Keys in the order of the sequence, below the identity. */
    static String key(Identity identity, long sequence) {
        return identity + "/" + SequenceKey.of(sequence);
    }

    static Identity identity(Table.Row row) {
        return Identity.parse(row.key().substring(0, row.key().lastIndexOf('/')))
                .orElseThrow(() -> new StoreException("the key of the message '" + row.key() + "' names no device"));
    }

    static long sequence(Table.Row row) {
        return SequenceKey.parse(row.key());
    }

    static MessageRow of(String generation, CloudMessage message, Instant now, Instant expires) {
        return new MessageRow(
                generation,
                now.toEpochMilli(),
                expires.toEpochMilli(),
                0,
                message.wanted(),
                message.system(),
                message.properties(),
                message.body());
    }

    static MessageRow read(Table.Row row) {
        try {
            return JSON.readValue(row.value(), MessageRow.class);
        } catch (JacksonException e) {
            throw new StoreException("the row of the message '" + row.key() + "' can't be read", e);
        }
    }

    byte[] write() {
        return JSON.writeValueAsBytes(this);
    }

    MessageRow abandonedAgain() {
        return new MessageRow(generation, enqueued, expires, abandoned + 1, wanted, system, properties, body);
    }

    String messageId() {
        return system.getOrDefault(SystemProperty.MESSAGE_ID, "");
    }

    CloudMessage message() {
        return new CloudMessage(body, system, properties, wanted, Instant.ofEpochMilli(expires));
    }
}
