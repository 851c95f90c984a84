package dev.holdfast.hub.identity;

import dev.holdfast.hub.revocation.Issuer;
import dev.holdfast.hub.revocation.RevocationSettings;
import dev.holdfast.pki.ChainAnchor;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority, root or intermediate, whose certificates let devices of this hub in.
 *
 * @param name compared by case
 * @param verified whether its owner is known to hold its key; one that is not lets nobody in, and may only complete chains that lead
 *     to another one
 * @param code what its owner was asked to sign; null when nothing was asked for
 * @param revocation whom the operator has asked about certificates that it took back
 */
public record CertificateAuthority(
        String name,
        X509Certificate certificate,
        boolean verified,
        Instant created,
        Instant updated,
        @Nullable VerificationCode code,
        RevocationSettings revocation) {
    private static final int ETAG_HEX_DIGITS = 16;

    /** One that nobody was asked to prove. */
    public CertificateAuthority(
            String name, X509Certificate certificate, boolean verified, Instant created, Instant updated) {
        this(name, certificate, verified, created, updated, null, RevocationSettings.NONE);
    }

    CertificateAuthority withCode(VerificationCode other, Instant now) {
        return new CertificateAuthority(name, certificate, false, created, now, other, revocation);
    }

    CertificateAuthority withProof(Instant now) {
        return new CertificateAuthority(name, certificate, true, created, now, null, revocation);
    }

    CertificateAuthority withRevocation(RevocationSettings other, Instant now) {
        return new CertificateAuthority(name, certificate, verified, created, now, code, other);
    }

    /** Changes with everything that matters of it: its certificate, whether it is verified, the code, and what is asked of it. */
    public String etag() {
        String state = Thumbprint.ofSha256(certificate).hex() + " " + created + " " + verified + " "
                + (code == null ? "" : code.text())
                + (revocation.equals(RevocationSettings.NONE) ? "" : " " + revocation);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(state.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, ETAG_HEX_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** As who may take certificates back. */
    public Issuer issuer() {
        return new Issuer(name, certificate, revocation);
    }

    ChainAnchor anchor() {
        return new ChainAnchor(name, certificate, verified);
    }

    @Override
    public String toString() {
        return "CertificateAuthority[" + name + "]";
    }
}
