package dev.holdfast.hub.link;

import dev.holdfast.hub.identity.Identity;

/**
 * Told of identities that were not connected and are now, and the reverse. Of one identity in their order, one after the other; quick,
 * since connections wait for it.
 */
public interface ConnectionChanges {
    /** Tells nobody. */
    ConnectionChanges UNTOLD = new ConnectionChanges() {
        @Override
        public void connected(Identity identity) {}

        @Override
        public void disconnected(Identity identity) {}
    };

    /** The first connection of an identity that had none; a newer one that takes over is no news. */
    void connected(Identity identity);

    void disconnected(Identity identity);
}
