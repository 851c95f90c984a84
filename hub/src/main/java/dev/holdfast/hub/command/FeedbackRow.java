package dev.holdfast.hub.command;

import dev.holdfast.hub.identity.Identity;
import dev.holdfast.store.SequenceKey;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import java.time.Instant;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A feedback record as it is stored, in JSON.
 *
 * @param time milliseconds since 1970
 * @param abandoned how often a receiver gave it back
 */
record FeedbackRow(String identity, String generation, String messageId, String fate, long time, int abandoned) {
    static final String KIND = "feedback";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    static String key(long sequence) {
        return SequenceKey.of(sequence);
    }

    static long sequence(Table.Row row) {
        return SequenceKey.parse(row.key());
    }

    static FeedbackRow of(FeedbackRecord record) {
        return new FeedbackRow(
                record.identity().toString(),
                record.generation(),
                record.messageId(),
                record.fate().text(),
                record.time().toEpochMilli(),
                0);
    }

    static FeedbackRow read(Table.Row row) {
        try {
            return JSON.readValue(row.value(), FeedbackRow.class);
        } catch (JacksonException e) {
            throw new StoreException("the row of the feedback '" + row.key() + "' can't be read", e);
        }
    }

    byte[] write() {
        return JSON.writeValueAsBytes(this);
    }

    FeedbackRow abandonedAgain() {
        return new FeedbackRow(identity, generation, messageId, fate, time, abandoned + 1);
    }

    FeedbackRecord record() {
        Identity of = Identity.parse(identity)
                .orElseThrow(() -> new StoreException("feedback for '" + identity + "', which names no device"));
        return new FeedbackRecord(of, generation, messageId, Fate.of(fate), Instant.ofEpochMilli(time));
    }
}
