package dev.holdfast.hub.identity;

import dev.holdfast.store.Table;

/** What another part stores with a new identity, in the transaction that makes it. May run more than once, as that may. */
@FunctionalInterface
public interface Companion {
    /** @param generation of the identity */
    void store(Table.Transaction rows, Identity identity, String generation);
}
