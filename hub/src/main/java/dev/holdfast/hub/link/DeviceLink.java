package dev.holdfast.hub.link;

import dev.holdfast.hub.identity.CertificateProof;

/** The hub's hold on one connected identity, whatever the protocol. */
public interface DeviceLink {
    /** The protocol as metrics name it, one word from a fixed list: {@code mqtt}. */
    default String protocol() {
        return "other";
    }

    /** Ends the connection. Any thread; returns at once; a second call does nothing. */
    void end(LinkEnd why);

    /**
     * The certificates that the device came in by. Known before the device is judged for the last time, so that whoever denies a
     * certificate or deletes an authority finds everyone whom it let in.
     */
    default CertificateProof proof() {
        return CertificateProof.NONE;
    }
}
