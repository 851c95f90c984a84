package dev.holdfast.pki;

import java.time.Instant;

/** Why a certificate can't be registered as that of an authority: the whole list. */
public sealed interface AuthorityFault {
    /** Stable word for answers: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    /** @param what is wrong with the text; it is never quoted, because people paste keys, too */
    record NotACertificate(String what) implements AuthorityFault {}

    record SeveralCertificates(int count) implements AuthorityFault {}

    record CertificateTooLarge(int maxBytes) implements AuthorityFault {}

    record NotAnAuthority(String subject, String why) implements AuthorityFault {}

    record CertificateExpired(String subject, Instant notAfter, Instant now) implements AuthorityFault {}

    record KeyTooWeak(String subject, String what) implements AuthorityFault {}

    record ExtensionNotUnderstood(String subject, String oid) implements AuthorityFault {}

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case NotACertificate(var what) ->
                "This is no certificate: " + what
                        + ". Give one X.509 certificate, as PEM ('-----BEGIN CERTIFICATE-----') or as DER in Base64.";
            case SeveralCertificates(var count) ->
                "There are " + count
                        + " certificates, and one is wanted. Authorities are registered each under a name of its own;"
                        + " for devices to get in, the one that issued their certificates, or any above it, is enough.";
            case CertificateTooLarge(var maxBytes) ->
                "The certificate is larger than " + maxBytes + " bytes, which none should be.";
            case NotAnAuthority(var subject, var why) ->
                "'" + subject + "' is no certificate authority: " + why
                        + ". Register a certificate with basicConstraints CA:TRUE, and keyCertSign if it has a keyUsage."
                        + " A device's own certificate is registered with the device, by its thumbprint.";
            case CertificateExpired(var subject, var notAfter, var now) ->
                "The certificate '" + subject + "' expired at " + notAfter + "; the hub's clock says " + now + ".";
            case KeyTooWeak(var subject, var what) ->
                "The certificate '" + subject + "' has " + what
                        + ", so that what it signs proves nothing. Make an authority with RSA 2048 to 8192, P-256 or"
                        + " P-384.";
            case ExtensionNotUnderstood(var subject, var oid) ->
                "The certificate '" + subject + "' has the critical extension " + oid
                        + ", which Holdfast does not understand and so must not ignore.";
        };
    }
}
