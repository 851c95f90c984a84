package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.AuthorityFault.CertificateExpired;
import dev.holdfast.pki.AuthorityFault.CertificateTooLarge;
import dev.holdfast.pki.AuthorityFault.ExtensionNotUnderstood;
import dev.holdfast.pki.AuthorityFault.KeyTooWeak;
import dev.holdfast.pki.AuthorityFault.NotACertificate;
import dev.holdfast.pki.AuthorityFault.NotAnAuthority;
import dev.holdfast.pki.AuthorityFault.SeveralCertificates;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what an operator registers as a certificate authority, and says whether it is one that can open anything. */
public final class AuthorityCertificate {
    private static final String PEM_BEGIN = "-----BEGIN ";
    private static final byte DER_SEQUENCE = 0x30;

    private AuthorityCertificate() {}

    /**
     * @param text PEM, or Base64 of DER or of PEM, as the tools of Azure send it; spaces and line breaks are passed over
     * @param now for the end of its life; one that is not valid yet may be registered for later
     */
    public static AuthorityReading read(String text, Limits.Certificates limits, Instant now) {
        try {
            X509Certificate certificate = parse(text, limits);
            AuthorityFault fault = faultOf(certificate, limits, now);
            return fault == null ? new AuthorityReading.Read(certificate) : new AuthorityReading.Refused(fault);
        } catch (Unusable unusable) {
            return new AuthorityReading.Refused(unusable.fault);
        }
    }

    /** Reads any single certificate in the same spellings, without judging it. */
    public static AuthorityReading readAny(String text, Limits.Certificates limits) {
        try {
            return new AuthorityReading.Read(parse(text, limits));
        } catch (Unusable unusable) {
            return new AuthorityReading.Refused(unusable.fault);
        }
    }

    private static X509Certificate parse(String text, Limits.Certificates limits) throws Unusable {
        if (text.length() > limits.pemMaxBytes()) {
            throw new Unusable(new CertificateTooLarge(limits.authorityMaxBytes()));
        }
        X509Certificate certificate = text.contains(PEM_BEGIN) ? fromPem(text, limits) : fromBase64(text, limits);
        if (encoded(certificate).length > limits.authorityMaxBytes()) {
            throw new Unusable(new CertificateTooLarge(limits.authorityMaxBytes()));
        }
        return certificate;
    }

    private static X509Certificate fromPem(String text, Limits.Certificates limits) throws Unusable {
        List<X509Certificate> certificates;
        try {
            certificates = new Pem(limits).certificates(text.getBytes(StandardCharsets.UTF_8));
        } catch (PemException e) {
            throw new Unusable(new NotACertificate(String.valueOf(e.getMessage())));
        }
        if (certificates.size() > 1) {
            throw new Unusable(new SeveralCertificates(certificates.size()));
        }
        return certificates.getFirst();
    }

    private static X509Certificate fromBase64(String text, Limits.Certificates limits) throws Unusable {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text.replaceAll("[\r\n\t ]", ""));
        } catch (IllegalArgumentException _) {
            throw new Unusable(new NotACertificate("it is neither PEM nor Base64"));
        }
        if (bytes.length > 0 && bytes[0] == DER_SEQUENCE) {
            return fromDer(bytes);
        }
        String inside = new String(bytes, StandardCharsets.ISO_8859_1);
        if (inside.contains(PEM_BEGIN)) {
            return fromPem(inside, limits);
        }
        throw new Unusable(new NotACertificate("its Base64 holds neither DER nor PEM"));
    }

    private static X509Certificate fromDer(byte[] der) throws Unusable {
        try {
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            if (encoded(certificate).length != der.length) {
                throw new Unusable(new NotACertificate("more bytes follow behind the certificate"));
            }
            return certificate;
        } catch (CertificateException e) {
            throw new Unusable(new NotACertificate("its DER can't be read"));
        }
    }

    private static byte[] encoded(X509Certificate certificate) throws Unusable {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new Unusable(new NotACertificate("it has no encoding"));
        }
    }

    private static @Nullable AuthorityFault faultOf(
            X509Certificate certificate, Limits.Certificates limits, Instant now) {
        String subject = Names.printed(certificate.getSubjectX500Principal());
        String unreadable = Extensions.unreadable(certificate);
        String why = unreadable == null ? Extensions.notAnIssuer(certificate) : "its " + unreadable + " can't be read";
        if (why != null) {
            return new NotAnAuthority(subject, why);
        }
        Instant notAfter = certificate.getNotAfter().toInstant();
        if (now.isAfter(notAfter)) {
            return new CertificateExpired(subject, notAfter, now);
        }
        String weakness = Strength.weakness(certificate.getPublicKey(), limits.rsaKeyMaxBits());
        if (weakness != null) {
            return new KeyTooWeak(subject, weakness);
        }
        String unknown = Extensions.unknownCritical(certificate);
        return unknown == null ? null : new ExtensionNotUnderstood(subject, unknown);
    }

    /** Carries a fault out of the reading. */
    private static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;

        private final transient AuthorityFault fault;

        Unusable(AuthorityFault fault) {
            super(null, null, false, false);
            this.fault = fault;
        }
    }
}
