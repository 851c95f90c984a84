package dev.holdfast.pki;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v1CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Makes certificates as a test wants them, good and bad: nothing is checked. */
final class Maker {
    static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final AtomicLong SERIALS = new AtomicLong(1);

    /** A certificate and the key that can sign others. */
    record Made(X509Certificate certificate, KeyPair keys) {
        ChainAnchor registered(String name) {
            return new ChainAnchor(name, certificate, true);
        }
    }

    private final X500Name subject;
    private final KeyPair keys;
    private X500Name issuerName;
    private KeyPair issuerKeys;
    private Instant notBefore = NOW.minus(Duration.ofDays(1));
    private Instant notAfter = NOW.plus(Duration.ofDays(1));
    private @Nullable String signature;
    private boolean plain;
    private final List<Extension> extensions = new ArrayList<>();

    private Maker(X500Name subject, KeyPair keys) {
        this.subject = subject;
        this.keys = keys;
        this.issuerName = subject;
        this.issuerKeys = keys;
    }

    static Maker of(String name, KeyPair keys) {
        return new Maker(new X500Name(name), keys);
    }

    static Maker of(X500Name name, KeyPair keys) {
        return new Maker(name, keys);
    }

    static Maker authority(String name, KeyPair keys) {
        return of(name, keys)
                .with(Extension.basicConstraints, true, new BasicConstraints(true))
                .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    }

    static Maker leaf(String name, KeyPair keys) {
        return of(name, keys).with(Extension.basicConstraints, true, new BasicConstraints(false));
    }

    Maker by(Made issuer) {
        issuerName = X500Name.getInstance(
                issuer.certificate.getSubjectX500Principal().getEncoded());
        issuerKeys = issuer.keys;
        return this;
    }

    Maker valid(Instant from, Instant to) {
        notBefore = from;
        notAfter = to;
        return this;
    }

    Maker expired() {
        return valid(NOW.minus(Duration.ofDays(2)), NOW.minusSeconds(1));
    }

    Maker notYetValid() {
        return valid(NOW.plusSeconds(1), NOW.plus(Duration.ofDays(1)));
    }

    Maker with(ASN1ObjectIdentifier id, boolean critical, ASN1Encodable value) {
        try {
            return withRaw(id, critical, value.toASN1Primitive().getEncoded("DER"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Replaces one of the same kind. */
    Maker withRaw(ASN1ObjectIdentifier id, boolean critical, byte[] value) {
        extensions.removeIf(extension -> extension.getExtnId().equals(id));
        extensions.add(new Extension(id, critical, value));
        return this;
    }

    /** @param algorithm as Java names it, or {@code PSS SHA-256} */
    Maker signedWith(String algorithm) {
        signature = algorithm;
        return this;
    }

    /** Version 1: no extensions. */
    Maker plain() {
        plain = true;
        return this;
    }

    Made make() {
        try {
            String algorithm = signature != null
                    ? signature
                    : issuerKeys.getPrivate().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
            ContentSigner signer = algorithm.startsWith("PSS ")
                    ? new PssSigner(algorithm.substring("PSS ".length()), issuerKeys.getPrivate())
                    : new JcaContentSignerBuilder(algorithm).build(issuerKeys.getPrivate());
            BigInteger serial = BigInteger.valueOf(SERIALS.getAndIncrement());
            X509CertificateHolder holder;
            if (plain) {
                holder = new JcaX509v1CertificateBuilder(
                                issuerName,
                                serial,
                                Date.from(notBefore),
                                Date.from(notAfter),
                                subject,
                                keys.getPublic())
                        .build(signer);
            } else {
                var builder = new JcaX509v3CertificateBuilder(
                        issuerName, serial, Date.from(notBefore), Date.from(notAfter), subject, keys.getPublic());
                for (Extension extension : extensions) {
                    builder.addExtension(extension);
                }
                holder = builder.build(signer);
            }
            return new Made(
                    (X509Certificate) CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(holder.getEncoded())),
                    keys);
        } catch (OperatorCreationException | IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** RSASSA-PSS of the Java runtime, which the library knows under names of its own provider only. */
    private static final class PssSigner implements ContentSigner {
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private final Signature signature;

        PssSigner(String digest, PrivateKey key) throws GeneralSecurityException {
            signature = Signature.getInstance("RSASSA-PSS");
            signature.setParameter(new PSSParameterSpec(digest, "MGF1", new MGF1ParameterSpec(digest), 20, 1));
            signature.initSign(key);
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            try {
                return new AlgorithmIdentifier(
                        PKCSObjectIdentifiers.id_RSASSA_PSS,
                        ASN1Primitive.fromByteArray(signature.getParameters().getEncoded()));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public OutputStream getOutputStream() {
            return content;
        }

        @Override
        public byte[] getSignature() {
            try {
                signature.update(content.toByteArray());
                return signature.sign();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
