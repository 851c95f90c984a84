package dev.holdfast.hub.link;

/** The hub's hold on one connected identity, whatever the protocol. */
public interface DeviceLink {
    /** The protocol as metrics name it, one word from a fixed list: {@code mqtt}. */
    default String protocol() {
        return "other";
    }

    /** Ends the connection. Any thread; returns at once; a second call does nothing. */
    void end(LinkEnd why);
}
