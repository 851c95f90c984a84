package dev.holdfast.hub.link;

/** The hub's hold on one connected identity, whatever the protocol. */
public interface DeviceLink {
    /** Ends the connection. Any thread; returns at once; a second call does nothing. */
    void end(LinkEnd why);
}
