package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * Certificates and private keys in the text form of RFC 7468. Keys are written as PKCS#8 and read in that form, in that of PKCS#1
 * (RSA) and in that of SEC 1 (EC).
 *
 * <p>Text between the blocks is skipped, as tools write remarks there. Reading is bounded in bytes and in blocks.
 */
public final class Pem {
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PRIVATE_KEY = "PRIVATE KEY";
    private static final String RSA_PRIVATE_KEY = "RSA PRIVATE KEY";
    private static final String EC_PRIVATE_KEY = "EC PRIVATE KEY";
    /** OpenSSL writes the curve before the key, which names it again. */
    private static final String EC_PARAMETERS = "EC PARAMETERS";

    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----");
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private final Limits.Certificates limits;

    public Pem(Limits.Certificates limits) {
        this.limits = limits;
    }

    /** The certificates of a text, in its order. A private key in it is an error: it was not asked for and must not travel. */
    public List<X509Certificate> certificates(byte[] text) throws PemException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(text)) {
            if (!block.label.equals(CERTIFICATE)) {
                throw new PemException("certificates are wanted here, and the text holds a '" + block.label + "' too");
            }
            certificates.add(certificate(block.der));
        }
        if (certificates.isEmpty()) {
            throw new PemException("there is no '-----BEGIN CERTIFICATE-----' in the text");
        }
        return List.copyOf(certificates);
    }

    /** One private key and its certificate, in either order. */
    public KeyAndCertificate keyAndCertificate(byte[] text) throws PemException {
        KeyAndCertificates read = keyAndCertificates(text);
        if (read.certificates.size() != 1) {
            throw new PemException("one private key and one certificate are wanted, and the text holds "
                    + read.certificates.size() + " certificates");
        }
        try {
            return new KeyAndCertificate(read.key, read.certificates.getFirst());
        } catch (IllegalArgumentException e) {
            throw new PemException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The certificates are in the order of the text. */
    record KeyAndCertificates(PrivateKey key, List<X509Certificate> certificates) {
        KeyAndCertificates {
            certificates = List.copyOf(certificates);
        }

        @Override
        public String toString() {
            return "KeyAndCertificates[" + certificates.size() + "]";
        }
    }

    /** One private key and any number of certificates, in any order. */
    KeyAndCertificates keyAndCertificates(byte[] text) throws PemException {
        List<PrivateKey> keys = new ArrayList<>();
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(text)) {
            if (block.label.equals(CERTIFICATE)) {
                certificates.add(certificate(block.der));
            } else if (!block.label.equals(EC_PARAMETERS)) {
                keys.add(privateKey(block));
            }
        }
        return new KeyAndCertificates(only(keys), certificates);
    }

    /** The one private key of a text; certificates beside it are passed over, as some tools write all into one file. */
    public PrivateKey privateKey(byte[] text) throws PemException {
        List<PrivateKey> keys = new ArrayList<>();
        for (Block block : blocks(text)) {
            if (!block.label.equals(CERTIFICATE) && !block.label.equals(EC_PARAMETERS)) {
                keys.add(privateKey(block));
            }
        }
        return only(keys);
    }

    private static PrivateKey only(List<PrivateKey> keys) throws PemException {
        if (keys.size() != 1) {
            throw new PemException("one private key is wanted, and the text holds " + keys.size());
        }
        return keys.getFirst();
    }

    public static String write(X509Certificate certificate) {
        try {
            return write(CERTIFICATE, certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate without an encoding", e);
        }
    }

    /** PKCS#8. The result is a secret. */
    public static String write(PrivateKey key) {
        byte[] der = key.getEncoded();
        if (der == null || !"PKCS#8".equals(key.getFormat())) {
            throw new IllegalArgumentException("this private key can't be taken out of where it is kept");
        }
        return write(PRIVATE_KEY, der);
    }

    private static String write(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + LINES.encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    private record Block(String label, byte[] der) {}

    private List<Block> blocks(byte[] bytes) throws PemException {
        if (bytes.length > limits.pemMaxBytes()) {
            throw new PemException("the text is longer than " + limits.pemMaxBytes() + " bytes");
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        List<Block> blocks = new ArrayList<>();
        Matcher begin = BEGIN.matcher(text);
        for (int from = 0; begin.find(from); ) {
            if (blocks.size() == limits.pemMaxObjects()) {
                throw new PemException("the text holds more than " + limits.pemMaxObjects() + " certificates and keys");
            }
            String label = begin.group(1);
            String endMark = "-----END " + label + "-----";
            int end = text.indexOf(endMark, begin.end());
            if (end < 0) {
                throw new PemException("a '" + label + "' begins and does not end: the text is cut off");
            }
            blocks.add(new Block(label, decode(label, text.substring(begin.end(), end))));
            from = end + endMark.length();
        }
        return blocks;
    }

    private static byte[] decode(String label, String body) throws PemException {
        try {
            return Base64.getDecoder().decode(body.replaceAll("[\r\n\t ]", ""));
        } catch (IllegalArgumentException _) {
            // The decoder's own message quotes the character, and this may be a key.
            throw new PemException("a '" + label + "' is not Base64");
        }
    }

    private static X509Certificate certificate(byte[] der) throws PemException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new PemException("a certificate can't be read: " + e.getMessage(), e);
        }
    }

    private static PrivateKey privateKey(Block block) throws PemException {
        try {
            return switch (block.label) {
                case PRIVATE_KEY -> privateKeyOf(block.der);
                case RSA_PRIVATE_KEY ->
                    privateKeyOf(new PrivateKeyInfo(
                                    new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                                    RSAPrivateKey.getInstance(block.der))
                            .getEncoded());
                case EC_PRIVATE_KEY -> {
                    ECPrivateKey key = ECPrivateKey.getInstance(block.der);
                    yield privateKeyOf(new PrivateKeyInfo(
                                    new AlgorithmIdentifier(
                                            X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject()),
                                    key)
                            .getEncoded());
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new PemException(
                            "the private key is encrypted; give it without a password ('openssl pkey -in FILE')");
                default ->
                    throw new PemException("a private key in the form of PKCS#8, PKCS#1 or SEC 1 is wanted, not a '"
                            + block.label + "'");
            };
        } catch (PemException e) {
            throw e;
        } catch (IllegalArgumentException | IOException _) {
            throw new PemException("a private key can't be read");
        }
    }

    private static PrivateKey privateKeyOf(byte[] der) throws PemException {
        try {
            ASN1ObjectIdentifier algorithm =
                    PrivateKeyInfo.getInstance(der).getPrivateKeyAlgorithm().getAlgorithm();
            if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
                return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
            }
            if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
                return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
            }
            throw new PemException("a private key is neither RSA nor EC");
        } catch (IllegalArgumentException | GeneralSecurityException _) {
            throw new PemException("a private key can't be read");
        }
    }
}
