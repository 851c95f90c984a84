package dev.holdfast.hub.twin;

import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Precondition;
import org.jspecify.annotations.Nullable;

/** One change of a twin. */
public sealed interface TwinRequest {
    Identity identity();

    /** A service changes what is its own to write. */
    sealed interface ByService extends TwinRequest {
        Precondition precondition();
    }

    /**
     * A service says what is to be there.
     *
     * @param tags null to leave them as they are
     * @param desired as {@code tags}
     */
    record Write(
            Identity identity,
            Precondition precondition,
            @Nullable SectionChange tags,
            @Nullable SectionChange desired) implements ByService {}

    /** A service says how desired properties are to change from what they are. */
    record Derive(Identity identity, Precondition precondition, DesiredRule rule) implements ByService {}

    /**
     * A device or module reports.
     *
     * @param generation in which it was let in: one that was made again under the old id is another
     * @param expectedVersion of its reported properties before this change; null for any
     */
    record Report(
            Identity identity,
            String generation,
            TwinContent content,
            @Nullable Long expectedVersion) implements TwinRequest {}
}
