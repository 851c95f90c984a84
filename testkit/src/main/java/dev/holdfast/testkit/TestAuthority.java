package dev.holdfast.testkit;

import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of somebody else, with an EC key: signs whatever a test asks it to, good or not. */
public final class TestAuthority {
    private final AtomicLong serials = new AtomicLong(1);
    private final KeyPair keys = KeyKind.EC_P256.generate();
    private final X500Name name;
    private final X509Certificate certificate;

    public TestAuthority(String commonName, Instant notBefore, Instant notAfter) {
        name = nameOf(commonName);
        certificate = sign(name, keys, notBefore, notAfter, true);
    }

    private TestAuthority(TestAuthority issuer, String commonName, Instant notBefore, Instant notAfter) {
        name = nameOf(commonName);
        certificate = issuer.sign(name, keys, notBefore, notAfter, true);
    }

    /** An authority below this one. */
    public TestAuthority intermediate(String commonName, Instant notBefore, Instant notAfter) {
        return new TestAuthority(this, commonName, notBefore, notAfter);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** A certificate for a new key. */
    public KeyAndCertificate issue(String commonName, KeyKind kind, Instant notBefore, Instant notAfter) {
        return issue(nameOf(commonName), kind, notBefore, notAfter);
    }

    /** As {@link #issue(String, KeyKind, Instant, Instant)}, with any subject. */
    public KeyAndCertificate issue(X500Name subject, KeyKind kind, Instant notBefore, Instant notAfter) {
        KeyPair leaf = kind.generate();
        return new KeyAndCertificate(leaf.getPrivate(), sign(subject, leaf, notBefore, notAfter, false));
    }

    /** A server's certificate for these host names, with a new key. */
    public KeyAndCertificate issueServer(List<String> hostNames, KeyKind kind, Instant notBefore, Instant notAfter) {
        KeyPair leaf = kind.generate();
        GeneralName[] names = hostNames.stream()
                .map(name -> new GeneralName(GeneralName.dNSName, name))
                .toArray(GeneralName[]::new);
        return new KeyAndCertificate(
                leaf.getPrivate(), sign(nameOf(hostNames.getFirst()), leaf, notBefore, notAfter, false, names));
    }

    private X509Certificate sign(
            X500Name subject,
            KeyPair subjectKeys,
            Instant notBefore,
            Instant notAfter,
            boolean authority,
            GeneralName... names) {
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name,
                    BigInteger.valueOf(serials.getAndIncrement()),
                    Date.from(notBefore),
                    Date.from(notAfter),
                    subject,
                    subjectKeys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (names.length > 0) {
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
                builder.addExtension(
                        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            }
            byte[] der = builder.build(
                            new JcaContentSignerBuilder(KeyKind.EC_P256.signature()).build(keys.getPrivate()))
                    .getEncoded();
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (OperatorCreationException | IOException | GeneralSecurityException e) {
            throw new IllegalStateException("a test certificate can't be made", e);
        }
    }

    private static X500Name nameOf(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, new DERUTF8String(commonName))
                .build();
    }
}
