package dev.holdfast.pki;

import java.security.cert.X509Certificate;

/**
 * A registered certificate authority, as the check of a chain sees it. Its certificate is trusted as it stands, whoever issued it:
 * a registered intermediate ends a chain as well as a root does.
 *
 * @param name under which it is registered
 * @param verified whether its owner is known to hold its key; one that is not verified ends no chain, and only helps as an
 *     intermediate that the device did not send
 */
public record ChainAnchor(String name, X509Certificate certificate, boolean verified) {
    @Override
    public String toString() {
        return "ChainAnchor[" + name + "]";
    }
}
