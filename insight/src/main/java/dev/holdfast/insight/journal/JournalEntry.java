package dev.holdfast.insight.journal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What is kept in memory of a stored report, to find it by. */
record JournalEntry(
        String id,
        Instant time,
        String listener,
        String address,
        String reason,
        @Nullable String hub,
        @Nullable String device,
        @Nullable String likelyHub,
        @Nullable String likelyDevice) {

    static JournalEntry of(JsonNode json) {
        return new JournalEntry(
                json.path("id").asString(),
                Instant.parse(json.path("time").asString()),
                json.path("listener").asString().intern(),
                json.path("address").asString(),
                json.path("reason").asString().intern(),
                text(json.path("hub")),
                text(json.path("device")),
                text(json.path("likelyDevice").path("hub")),
                text(json.path("likelyDevice").path("device")));
    }

    private static @Nullable String text(JsonNode json) {
        return json.isString() ? json.asString() : null;
    }
}
