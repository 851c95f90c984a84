package dev.holdfast.hub.link;

import dev.holdfast.hub.identity.Thumbprint;
import org.jspecify.annotations.Nullable;

/** The hub's hold on one connected identity, whatever the protocol. */
public interface DeviceLink {
    /** The protocol as metrics name it, one word from a fixed list: {@code mqtt}. */
    default String protocol() {
        return "other";
    }

    /** Ends the connection. Any thread; returns at once; a second call does nothing. */
    void end(LinkEnd why);

    /**
     * The certificate of the authority that the one of the device led to; null when it came in by something else. Known before
     * the device is judged for the last time, so that whoever deletes an authority finds everyone whom it let in.
     */
    default @Nullable Thumbprint authority() {
        return null;
    }
}
