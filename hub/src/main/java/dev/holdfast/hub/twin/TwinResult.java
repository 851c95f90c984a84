package dev.holdfast.hub.twin;

/** What became of a question for a twin, or of a {@link TwinRequest}. */
public sealed interface TwinResult {
    /** It is on disk, and this is how it is now. */
    record Found(Twin twin) implements TwinResult {}

    record Refused(TwinRefusal refusal) implements TwinResult {}
}
