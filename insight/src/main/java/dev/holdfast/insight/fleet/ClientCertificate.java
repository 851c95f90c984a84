package dev.holdfast.insight.fleet;

import dev.holdfast.pki.CertificateFacts;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.report.Report;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of the certificate that a device showed.
 *
 * @param sha256 thumbprint in upper-case hex
 * @param keyType algorithm and size: {@code RSA 2048}, {@code EC 256}
 * @param signature how its issuer signed it, as Java names it: {@code SHA256withRSA}
 */
public record ClientCertificate(String sha256, String keyType, String signature, String issuer, Instant notAfter) {
    private static final int NAME_MAX_CHARS = 260;

    static @Nullable ClientCertificate of(Handshake handshake) {
        if (!(handshake.peer() instanceof PeerIdentity.Certificates shown)) {
            return null;
        }
        X509Certificate leaf = shown.leaf();
        CertificateFacts facts = CertificateFacts.of(leaf);
        return new ClientCertificate(
                facts.sha256(),
                facts.keyType(),
                Report.cleaned(leaf.getSigAlgName(), NAME_MAX_CHARS),
                Report.cleaned(facts.issuer(), NAME_MAX_CHARS),
                facts.notAfter());
    }

    boolean isSignedWithSha1() {
        return signature.toUpperCase(Locale.ROOT).startsWith("SHA1");
    }

    ClientCertificate shared() {
        return new ClientCertificate(sha256, keyType.intern(), signature.intern(), issuer.intern(), notAfter);
    }
}
