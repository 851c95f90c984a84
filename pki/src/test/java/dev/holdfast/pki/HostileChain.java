package dev.holdfast.pki;

import java.security.cert.CertificateEncodingException;
import java.util.Arrays;
import java.util.List;

/**
 * What an attacker may show, or be registered with, and what has to come of it.
 *
 * @param shown each certificate's encoding, leaf first
 * @param expected the reason of the refusal; {@link #TRUSTED}; or {@link #NOT_READ}
 */
record HostileChain(String name, List<byte[]> shown, List<ChainAnchor> anchors, String expected) {
    static final String TRUSTED = "(trusted)";
    /** The Java runtime does not read the certificate, so that the TLS engine ends the handshake. */
    static final String NOT_READ = "(not read)";

    static HostileChain of(String name, String expected, List<ChainAnchor> anchors, Maker.Made... shown) {
        return new HostileChain(
                name, Arrays.stream(shown).map(HostileChain::encoded).toList(), List.copyOf(anchors), expected);
    }

    static byte[] encoded(Maker.Made made) {
        try {
            return made.certificate().getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return name + " -> " + expected;
    }
}
