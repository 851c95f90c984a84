package dev.holdfast.hub.twin;

import dev.holdfast.hub.identity.Identity;
import dev.holdfast.store.Table;

/** Told of every change of a twin. */
public interface TwinChanges {
    /** Tells nobody. */
    TwinChanges UNTOLD = new TwinChanges() {
        @Override
        public boolean areTwinChangesWanted() {
            return false;
        }

        @Override
        public void changed(Table.Transaction rows, Identity identity, TwinNotification notification) {}

        @Override
        public void committed() {}
    };

    /** Whether to tell of anything; quick. */
    boolean areTwinChangesWanted();

    /** In the transaction that changes it. May run more than once, as that may. */
    void changed(Table.Transaction rows, Identity identity, TwinNotification notification);

    /** Such a transaction is durable; quick. */
    void committed();
}
