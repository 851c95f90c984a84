package dev.holdfast.hub.identity;

import dev.holdfast.store.Table;

/** Told of identities that come and go. */
public interface Lifecycle {
    /** Tells nobody. */
    Lifecycle UNTOLD = new Lifecycle() {
        @Override
        public boolean isLifecycleWanted() {
            return false;
        }

        @Override
        public void created(Table.Transaction rows, Identity identity, String generation) {}

        @Override
        public void deleted(Table.Transaction rows, Identity identity, String generation) {}

        @Override
        public void committed() {}
    };

    /** Whether to tell of anything; quick. */
    boolean isLifecycleWanted();

    /** In the transaction that makes it, after everything that is stored with it. May run more than once, as that may. */
    void created(Table.Transaction rows, Identity identity, String generation);

    /** In the transaction that deletes it, before anything of it is gone. */
    void deleted(Table.Transaction rows, Identity identity, String generation);

    /** Such a transaction is durable; quick. */
    void committed();
}
