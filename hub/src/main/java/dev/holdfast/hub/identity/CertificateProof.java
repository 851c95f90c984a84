package dev.holdfast.hub.identity;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The certificates that let a device in, so that whoever withdraws one of them finds the device.
 *
 * @param certificates of a device with a thumbprint all that it showed; of one with an authority its own, those on the way, and the
 *     registered one at the end
 * @param registered those of them that the device did not need to show, because they are registered authorities
 */
public record CertificateProof(List<X509Certificate> certificates, List<X509Certificate> registered) implements Proof {
    /** Of a connection of which nothing is known. */
    public static final CertificateProof NONE = new CertificateProof(List.of(), List.of());

    public CertificateProof {
        certificates = List.copyOf(certificates);
        registered = List.copyOf(registered);
    }

    /** The path that was judged, leaf first and the registered authority last; empty for a device with a thumbprint. */
    public List<X509Certificate> path() {
        return registered.isEmpty() ? List.of() : certificates;
    }

    /** Whether the device might not have come in without this authority. */
    public boolean leansOn(CertificateAuthority authority) {
        return registered.contains(authority.certificate());
    }

    /** Whether one of them has the mark. */
    public boolean has(CertificateMark mark) {
        return certificates.stream().anyMatch(mark::matches);
    }
}
