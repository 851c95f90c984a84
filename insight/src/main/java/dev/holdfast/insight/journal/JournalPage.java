package dev.holdfast.insight.journal;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Some reports, newest first.
 *
 * @param before what to ask for the next page with; null when there is none
 */
public record JournalPage(List<JsonNode> reports, @Nullable String before) {
    public JournalPage {
        reports = List.copyOf(reports);
    }
}
