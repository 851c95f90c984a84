package dev.holdfast.hub.command;

import dev.holdfast.base.Histogram;
import java.util.Map;

/**
 * What happened to the direct methods of one hub since it was opened.
 *
 * @param open calls that wait for their device or its answer now
 * @param answeredNanos from the call to the answer, of those that were answered
 * @param refused calls without an answer, by reason
 */
public record MethodCounts(int open, Histogram.Snapshot answeredNanos, Map<String, Long> refused) {
    public MethodCounts {
        refused = Map.copyOf(refused);
    }
}
