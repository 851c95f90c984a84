package dev.holdfast.hub.link;

import dev.holdfast.hub.identity.CertificateProof;
import dev.holdfast.hub.identity.Proof;

/** The hub's hold on one connected identity, whatever the protocol. */
public interface DeviceLink {
    /** The protocol as metrics name it, one word from a fixed list: {@code mqtt}, {@code mqtt-ws}. */
    default String protocol() {
        return "other";
    }

    /** Whether the device listens for this now. Any thread. */
    default boolean listensFor(Downlink.Channel channel) {
        return false;
    }

    /**
     * Says something to the device. Any thread; returns at once, and nothing tells whether it arrived. What the device does not listen
     * for is dropped.
     */
    default void send(Downlink downlink) {}

    /** Ends the connection. Any thread; returns at once; a second call does nothing. */
    void end(LinkEnd why);

    /**
     * The certificates or the key that the device came in by. Known before the device is judged for the last time, so that whoever
     * denies a certificate, deletes an authority or replaces a key finds everyone whom it let in.
     */
    default Proof proof() {
        return CertificateProof.NONE;
    }
}
