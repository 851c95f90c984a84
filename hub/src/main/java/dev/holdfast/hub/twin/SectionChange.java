package dev.holdfast.hub.twin;

/** What is to become of one part of a twin. */
public sealed interface SectionChange {
    /** As RFC 7396 merges: what is not named stays, and nulls remove. */
    record Merge(TwinContent content) implements SectionChange {}

    /** Nothing of what was stays. Nulls count as absent. */
    record Replace(TwinContent content) implements SectionChange {}

    /** Everything goes. */
    static SectionChange clear() {
        return new Replace(TwinContent.NOTHING);
    }
}
