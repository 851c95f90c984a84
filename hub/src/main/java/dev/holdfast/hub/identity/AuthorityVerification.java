package dev.holdfast.hub.identity;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.AuthorityRefusal.AlreadyVerified;
import dev.holdfast.hub.identity.AuthorityRefusal.AuthorityChanged;
import dev.holdfast.hub.identity.AuthorityRefusal.AuthorityMissing;
import dev.holdfast.hub.identity.AuthorityRefusal.CertificateUnusable;
import dev.holdfast.hub.identity.AuthorityRefusal.CodeDiffers;
import dev.holdfast.hub.identity.AuthorityRefusal.CodeExpired;
import dev.holdfast.hub.identity.AuthorityRefusal.CodeNotAskedFor;
import dev.holdfast.hub.identity.AuthorityRefusal.NotSignedByAuthority;
import dev.holdfast.hub.identity.AuthorityRefusal.ProofWeak;
import dev.holdfast.pki.AuthorityCertificate;
import dev.holdfast.pki.AuthorityReading;
import dev.holdfast.pki.Names;
import dev.holdfast.pki.Possession;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Proof that the key of a registered authority is its owner's: a code, and a certificate with it that the key signed. Each method
 * takes the list of a hub's authorities and returns another.
 */
public final class AuthorityVerification {
    private AuthorityVerification() {}

    /** Gives an authority a new code; one that it had counts no more. */
    public static AuthorityChange withCode(
            List<CertificateAuthority> authorities,
            String name,
            Precondition precondition,
            SecureRandom random,
            Limits.Certificates limits,
            Instant now) {
        Instant until = now.plus(limits.verificationCodeMaxTime());
        return change(
                authorities,
                name,
                precondition,
                authority -> new AuthorityChange.Done(
                        List.of(authority.withCode(VerificationCode.random(random, until), now))));
    }

    /**
     * Marks an authority as verified when the proof is good.
     *
     * @param text the certificate that its key signed, as {@link AuthorityCertificate} reads it
     */
    public static AuthorityChange verify(
            List<CertificateAuthority> authorities,
            String name,
            Precondition precondition,
            String text,
            Limits.Certificates limits,
            Instant now) {
        return change(authorities, name, precondition, authority -> switch (AuthorityCertificate.readAny(
                text, limits)) {
            case AuthorityReading.Refused(var why) -> refused(new CertificateUnusable(why));
            case AuthorityReading.Read(var proof) -> {
                AuthorityRefusal fault = faultOf(proof, authority, now);
                yield fault == null ? new AuthorityChange.Done(List.of(authority.withProof(now))) : refused(fault);
            }
        });
    }

    private static @Nullable AuthorityRefusal faultOf(
            X509Certificate proof, CertificateAuthority authority, Instant now) {
        String name = authority.name();
        VerificationCode code = authority.code();
        if (code == null) {
            return new CodeNotAskedFor(name);
        }
        if (now.isAfter(code.until())) {
            return new CodeExpired(name, code.until(), now);
        }
        if (!Names.commonNames(proof).equals(List.of(code.text()))) {
            return new CodeDiffers(name, Names.printed(proof.getSubjectX500Principal()));
        }
        if (!Possession.isSignedBy(proof, authority.certificate())) {
            return new NotSignedByAuthority(name, Names.printed(proof.getIssuerX500Principal()));
        }
        String weakness = Possession.weakness(proof);
        return weakness == null ? null : new ProofWeak(weakness);
    }

    /** @param change of the authority, if it may be changed; what it gives has that one only */
    private static AuthorityChange change(
            List<CertificateAuthority> authorities,
            String name,
            Precondition precondition,
            Function<CertificateAuthority, AuthorityChange> change) {
        CertificateAuthority before = authorities.stream()
                .filter(authority -> authority.name().equals(name))
                .findFirst()
                .orElse(null);
        if (before == null) {
            return refused(new AuthorityMissing(name));
        }
        if (!precondition.allows(before.etag())) {
            return refused(new AuthorityChanged(name));
        }
        if (before.verified()) {
            return refused(new AlreadyVerified(name));
        }
        return switch (change.apply(before)) {
            case AuthorityChange.Refused refused -> refused;
            case AuthorityChange.Done(var now) ->
                new AuthorityChange.Done(authorities.stream()
                        .map(each -> each.equals(before) ? now.getFirst() : each)
                        .toList());
        };
    }

    private static AuthorityChange refused(AuthorityRefusal refusal) {
        return new AuthorityChange.Refused(refusal);
    }
}
