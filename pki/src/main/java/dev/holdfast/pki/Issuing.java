package dev.holdfast.pki;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Makes the certificates of an installation: profiles after RFC 5280, one method each.
 *
 * <p>All are valid from a day before they are made, because clocks of devices are late more often than early.
 */
final class Issuing {
    static final Duration ROOT_LIFE = Duration.ofDays(20 * 365L);
    static final Duration INTERMEDIATE_LIFE = Duration.ofDays(10 * 365L);
    /** The longest that public clients accept of a server certificate. */
    static final Duration LEAF_LIFE = Duration.ofDays(397);

    static final Duration CLOCKS_LATE = Duration.ofDays(1);
    /** RFC 5280 allows 20 octets and a positive number; the CA/Browser Forum asks for 64 random bits. */
    private static final int SERIAL_BITS = 127;

    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    Issuing(InstantSource clock) {
        this.clock = clock;
    }

    KeyAndCertificate root(String commonName, KeyKind kind, KeyPair keys) {
        X500Name name = name(commonName);
        return issue(
                new Request(name, keys, ROOT_LIFE),
                new Signer(name, keys, kind.signature()),
                null,
                List.of(
                        critical(Extension.basicConstraints, new BasicConstraints(true)),
                        critical(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))));
    }

    KeyAndCertificate intermediate(String commonName, KeyPair keys, KeyAndCertificate root, KeyKind rootKind) {
        return issue(
                new Request(name(commonName), keys, INTERMEDIATE_LIFE),
                signer(root, rootKind),
                root.certificate(),
                List.of(
                        critical(Extension.basicConstraints, new BasicConstraints(0)),
                        critical(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))));
    }

    KeyAndCertificate serverLeaf(ServerNames names, KeyPair keys, KeyAndCertificate issuer, KeyKind issuerKind) {
        boolean rsa = keys.getPublic().getAlgorithm().equals("RSA");
        int usage = rsa ? KeyUsage.digitalSignature | KeyUsage.keyEncipherment : KeyUsage.digitalSignature;
        return issue(
                new Request(name(names.first()), keys, LEAF_LIFE),
                signer(issuer, issuerKind),
                issuer.certificate(),
                List.of(
                        critical(Extension.basicConstraints, new BasicConstraints(false)),
                        critical(Extension.keyUsage, new KeyUsage(usage)),
                        plain(Extension.extendedKeyUsage, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth)),
                        plain(Extension.subjectAlternativeName, new GeneralNames(names.generalNames()))));
    }

    KeyAndCertificate selfSignedDevice(String commonName, KeyKind kind, KeyPair keys, Duration life) {
        X500Name name = commonNameOnly(commonName);
        return issue(
                new Request(name, keys, life),
                new Signer(name, keys, kind.signature()),
                null,
                List.of(
                        critical(Extension.basicConstraints, new BasicConstraints(false)),
                        critical(Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature)),
                        plain(Extension.extendedKeyUsage, new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth))));
    }

    private record Request(X500Name subject, KeyPair keys, Duration life) {}

    private record Signer(X500Name name, KeyPair keys, String signature) {}

    private static Signer signer(KeyAndCertificate issuer, KeyKind kind) {
        X500Name name = X500Name.getInstance(
                issuer.certificate().getSubjectX500Principal().getEncoded());
        return new Signer(name, new KeyPair(issuer.certificate().getPublicKey(), issuer.key()), kind.signature());
    }

    private KeyAndCertificate issue(
            Request request, Signer signer, @Nullable X509Certificate issuer, List<Extension> extensions) {
        Instant now = clock.instant();
        Instant end = now.plus(request.life);
        if (issuer != null && end.isAfter(issuer.getNotAfter().toInstant())) {
            end = issuer.getNotAfter().toInstant();
        }
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    signer.name,
                    serial(),
                    Date.from(now.minus(CLOCKS_LATE)),
                    Date.from(end),
                    request.subject,
                    request.keys.getPublic());
            for (Extension extension : extensions) {
                builder.addExtension(extension);
            }
            addKeyIdentifiers(builder, request.keys.getPublic(), signer.keys.getPublic());
            byte[] der = builder.build(new JcaContentSignerBuilder(signer.signature).build(signer.keys.getPrivate()))
                    .getEncoded();
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            return new KeyAndCertificate(request.keys.getPrivate(), certificate);
        } catch (OperatorCreationException | IOException | GeneralSecurityException e) {
            throw new IllegalStateException("a certificate for " + request.subject + " can't be made", e);
        }
    }

    private static void addKeyIdentifiers(X509v3CertificateBuilder builder, PublicKey subject, PublicKey issuer)
            throws GeneralSecurityException, IOException {
        JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
        builder.addExtension(Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(subject));
        builder.addExtension(Extension.authorityKeyIdentifier, false, identifiers.createAuthorityKeyIdentifier(issuer));
    }

    private BigInteger serial() {
        // The highest bit is set, so that the length is constant and the number is never zero.
        return new BigInteger(SERIAL_BITS - 1, random).setBit(SERIAL_BITS - 1);
    }

    private static X500Name name(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, new DERUTF8String("Holdfast"))
                .addRDN(BCStyle.CN, new DERUTF8String(commonName))
                .build();
    }

    /** As a value, not as text: a device id may begin with '#', which the text form would read as hex. */
    private static X500Name commonNameOnly(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, new DERUTF8String(commonName))
                .build();
    }

    private static Extension critical(ASN1ObjectIdentifier id, ASN1Encodable value) {
        return extension(id, true, value);
    }

    private static Extension plain(ASN1ObjectIdentifier id, ASN1Encodable value) {
        return extension(id, false, value);
    }

    private static Extension extension(ASN1ObjectIdentifier id, boolean critical, ASN1Encodable value) {
        try {
            return new Extension(id, critical, value.toASN1Primitive().getEncoded("DER"));
        } catch (IOException e) {
            throw new IllegalStateException("an extension can't be encoded", e);
        }
    }
}
