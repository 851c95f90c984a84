package dev.holdfast.pki;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/** Questions to an OCSP responder (RFC 6960 4.1, in the form of RFC 5019): one certificate, no signature, no nonce. */
public final class OcspQuestion {
    /** What names the issuer in a question. It protects nothing, so SHA-1 is as good as another. */
    public enum Digest {
        SHA_1("SHA-1", "1.3.14.3.2.26"),
        SHA_256("SHA-256", "2.16.840.1.101.3.4.2.1");

        private final String javaName;
        private final String identifier;

        Digest(String javaName, String identifier) {
            this.javaName = javaName;
            this.identifier = identifier;
        }

        String identifier() {
            return identifier;
        }

        byte[] of(byte[] bytes) {
            try {
                return MessageDigest.getInstance(javaName).digest(bytes);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java runtime has " + javaName, e);
            }
        }
    }

    private OcspQuestion() {}

    /** @param issuer whose name and key the question names */
    public static byte[] about(X509Certificate certificate, X509Certificate issuer, Digest digest) {
        CertID id = new CertID(
                new AlgorithmIdentifier(new ASN1ObjectIdentifier(digest.identifier), DERNull.INSTANCE),
                new DEROctetString(nameHash(issuer, digest)),
                new DEROctetString(keyHash(issuer, digest)),
                new ASN1Integer(certificate.getSerialNumber()));
        DERSequence request = new DERSequence(id);
        DERSequence content = new DERSequence(new DERSequence(request));
        try {
            return new DERSequence(content).getEncoded("DER");
        } catch (IOException e) {
            throw new IllegalStateException("a question can be encoded", e);
        }
    }

    static byte[] nameHash(X509Certificate issuer, Digest digest) {
        return digest.of(issuer.getSubjectX500Principal().getEncoded());
    }

    /** Of the key alone, without the algorithm that stands before it. */
    static byte[] keyHash(X509Certificate issuer, Digest digest) {
        return digest.of(SubjectPublicKeyInfo.getInstance(issuer.getPublicKey().getEncoded())
                .getPublicKeyData()
                .getOctets());
    }
}
