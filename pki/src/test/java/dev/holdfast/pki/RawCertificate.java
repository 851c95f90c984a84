package dev.holdfast.pki;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/** A certificate of an EC issuer, put together element by element, so that each of them may be what no library would write. */
final class RawCertificate {
    private static final AlgorithmIdentifier ALGORITHM = new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);

    private static final byte IDENTIFIER = 6;
    private static final byte SEQUENCE = 0x30;

    private ASN1Encodable serial = new ASN1Integer(1);
    private ASN1Encodable subject;
    private ASN1Encodable notBefore = new DERUTCTime("200101000000Z");
    private ASN1Encodable notAfter = new DERUTCTime("400101000000Z");
    private ASN1Encodable key;
    private final List<ASN1Encodable> extensions = new ArrayList<>();
    private byte @Nullable [] patchedElement;
    private byte patchedTag = IDENTIFIER;

    private RawCertificate(ASN1Encodable subject, ASN1Encodable key) {
        this.subject = subject;
        this.key = key;
    }

    static RawCertificate of(String subject, PublicKey key) {
        return new RawCertificate(new X500Name(subject), encoded(key));
    }

    private static ASN1Encodable encoded(PublicKey key) {
        try {
            return ASN1Primitive.fromByteArray(key.getEncoded());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    RawCertificate serial(BigInteger value) {
        serial = new ASN1Integer(value);
        return this;
    }

    RawCertificate subject(ASN1Encodable name) {
        subject = name;
        return this;
    }

    RawCertificate valid(ASN1Encodable from, ASN1Encodable to) {
        notBefore = from;
        notAfter = to;
        return this;
    }

    RawCertificate key(ASN1Encodable info) {
        key = info;
        return this;
    }

    /** Not critical. */
    RawCertificate with(ASN1ObjectIdentifier id, byte[] value) {
        extensions.add(new DERSequence(new ASN1Encodable[] {id, new DEROctetString(value)}));
        return this;
    }

    /** An extension whose identifier is longer than this library writes. */
    RawCertificate withIdentifier(byte[] contents) {
        patchedElement = encoded(new DEROctetString(contents));
        extensions.add(
                new DERSequence(new ASN1Encodable[] {new DEROctetString(contents), new DEROctetString(new byte[1])}));
        return this;
    }

    /** A common name that is a sequence of these contents. */
    RawCertificate commonName(byte[] contents) {
        patchedElement = encoded(new DEROctetString(contents));
        patchedTag = SEQUENCE;
        subject = new DERSequence(
                new DERSet(new DERSequence(new ASN1Encodable[] {BCStyle.CN, new DEROctetString(contents)})));
        return this;
    }

    /** Gives an octet string the tag that this library would not write it with. */
    private byte[] patched(byte[] bytes) {
        byte[] wanted = patchedElement;
        for (int i = 0; wanted != null && i + wanted.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                bytes[i] = patchedTag;
                break;
            }
        }
        return bytes;
    }

    private static byte[] encoded(ASN1Encodable value) {
        try {
            return value.toASN1Primitive().getEncoded("DER");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    byte[] issuedBy(String issuer, KeyPair issuerKeys) {
        try {
            List<ASN1Encodable> fields = new ArrayList<>(List.of(
                    new DERTaggedObject(true, 0, new ASN1Integer(2)),
                    serial,
                    ALGORITHM,
                    new X500Name(issuer),
                    new DERSequence(new ASN1Encodable[] {notBefore, notAfter}),
                    subject,
                    key));
            if (!extensions.isEmpty()) {
                fields.add(new DERTaggedObject(true, 3, new DERSequence(extensions.toArray(ASN1Encodable[]::new))));
            }
            DERSequence signed = new DERSequence(fields.toArray(ASN1Encodable[]::new));
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(issuerKeys.getPrivate());
            signature.update(patched(encoded(signed)));
            return patched(encoded(
                    new DERSequence(new ASN1Encodable[] {signed, ALGORITHM, new DERBitString(signature.sign())})));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** With a signature that is none. */
    static byte[] resigned(byte[] der, AlgorithmIdentifier algorithm, byte[] signature) {
        Certificate given = Certificate.getInstance(der);
        ASN1Sequence fields = ASN1Sequence.getInstance(given.getTBSCertificate());
        ASN1Encodable[] changed = fields.toArray();
        changed[2] = algorithm;
        return encoded(new DERSequence(
                new ASN1Encodable[] {new DERSequence(changed), algorithm, new DERBitString(signature)}));
    }

    /** As the TLS engine does it; null when it would end the handshake over these bytes. */
    static @Nullable X509Certificate parsed(byte[] der) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            return null;
        }
    }
}
