package dev.holdfast.hub.twin;

/** Says what is to become of desired properties, from what the twin is in the transaction that changes it. */
public interface DesiredRule {
    /** What a rule says. */
    sealed interface Outcome {
        /** As RFC 7396 merges. */
        record Merge(TwinContent content) implements Outcome {}

        /** All stays as it is, the etag too. */
        record Nothing() implements Outcome {}

        record Refused(TwinRefusal why) implements Outcome {}
    }

    /** Quick, and without an effect of its own: it may be asked more than once. */
    Outcome of(Twin twin);
}
