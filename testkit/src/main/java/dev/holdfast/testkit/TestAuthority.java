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
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.Req;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of somebody else, with an EC key: signs whatever a test asks it to, good or not. */
public final class TestAuthority {
    private final AtomicLong serials = new AtomicLong(1);
    private final AtomicLong lists = new AtomicLong(1);
    private final Set<BigInteger> revoked = ConcurrentHashMap.newKeySet();
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

    /** One more certificate for the name and key of another authority. */
    public X509Certificate certify(TestAuthority other, Instant notBefore, Instant notAfter) {
        return sign(other.name, other.keys, notBefore, notAfter, true);
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

    /** A list of certificates that it took back. */
    public byte[] revocationList(Instant thisUpdate, Instant nextUpdate, List<BigInteger> revoked) {
        try {
            X509v2CRLBuilder builder = new X509v2CRLBuilder(name, Date.from(thisUpdate));
            builder.setNextUpdate(Date.from(nextUpdate));
            builder.addExtension(
                    Extension.cRLNumber, false, new ASN1Integer(BigInteger.valueOf(lists.getAndIncrement())));
            revoked.forEach(serial -> builder.addCRLEntry(serial, Date.from(thisUpdate), CRLReason.keyCompromise));
            return builder.build(signer()).getEncoded();
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException("a test list can't be made", e);
        }
    }

    /** Answers good from now on to nobody with this serial number. */
    public void revoke(BigInteger serial) {
        revoked.add(serial);
    }

    /** What its OCSP responder answers, signed by its own key. */
    public byte[] answer(byte[] question, Duration life) {
        try {
            OCSPReq request = new OCSPReq(question);
            BasicOCSPRespBuilder builder = new BasicOCSPRespBuilder(new RespID(name));
            Instant now = Instant.now();
            for (Req each : request.getRequestList()) {
                boolean bad = revoked.contains(each.getCertID().getSerialNumber());
                builder.addResponse(
                        each.getCertID(),
                        bad ? new RevokedStatus(Date.from(now), CRLReason.keyCompromise) : CertificateStatus.GOOD,
                        Date.from(now),
                        Date.from(now.plus(life)));
            }
            BasicOCSPResp basic = builder.build(signer(), new X509CertificateHolder[0], Date.from(now));
            return new OCSPRespBuilder()
                    .build(OCSPRespBuilder.SUCCESSFUL, basic)
                    .getEncoded();
        } catch (OCSPException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("a test answer can't be made", e);
        }
    }

    private ContentSigner signer() throws OperatorCreationException {
        return new JcaContentSignerBuilder(KeyKind.EC_P256.signature()).build(keys.getPrivate());
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
