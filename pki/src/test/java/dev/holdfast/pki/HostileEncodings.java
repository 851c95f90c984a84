package dev.holdfast.pki;

import static dev.holdfast.pki.HostileChain.NOT_READ;
import static dev.holdfast.pki.HostileChain.TRUSTED;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERT61String;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** Single certificates that are odd, broken or weak: keys, serial numbers, names, dates, extensions and depths. */
final class HostileEncodings {
    private static final ASN1ObjectIdentifier UNKNOWN = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1");
    private static final String ROOT_NAME = "CN=Root";
    private static final KeyPair ROOT = KeyKind.EC_P256.generate();
    private static final KeyPair LEAF = KeyKind.EC_P256.generate();

    private final List<ChainAnchor> anchors =
            List.of(Maker.authority(ROOT_NAME, ROOT).make().registered("root"));
    private final List<HostileChain> cases = new ArrayList<>();

    List<HostileChain> all() {
        keys();
        serials();
        extensions();
        depths();
        names();
        dates();
        return List.copyOf(cases);
    }

    private static RawCertificate leaf() {
        return RawCertificate.of("CN=dev1", LEAF.getPublic());
    }

    private void add(String name, String expected, RawCertificate leaf) {
        cases.add(new HostileChain(name, List.of(leaf.issuedBy(ROOT_NAME, ROOT)), anchors, expected));
    }

    // --- keys

    private void keys() {
        BigInteger f4 = BigInteger.valueOf(65537);
        add("key: RSA of 1024 bits", "CertificateWeak", leaf().key(rsa(1024, f4)));
        add("key: RSA of 16384 bits", "CertificateWeak", leaf().key(rsa(16384, f4)));
        add("key: RSA of 32768 bits", NOT_READ, leaf().key(rsa(32768, f4)));
        add("key: RSA with exponent 1", NOT_READ, leaf().key(rsa(2048, BigInteger.ONE)));
        add("key: RSA with exponent 4", "CertificateWeak", leaf().key(rsa(2048, BigInteger.valueOf(4))));
        add("key: RSA with exponent 3", TRUSTED, leaf().key(rsa(2048, BigInteger.valueOf(3))));
        add(
                "key: RSA with an exponent of 2000 bits",
                "CertificateWeak",
                leaf().key(rsa(2048, BigInteger.ONE.shiftLeft(1999).setBit(0))));
        add(
                "key: RSA of 4096 bits with an exponent of 2000 bits",
                NOT_READ,
                leaf().key(rsa(4096, BigInteger.ONE.shiftLeft(1999).setBit(0))));
        add("key: RSA with an even modulus", "CertificateWeak", leaf().key(rsaOf(BigInteger.ONE.shiftLeft(2047), f4)));
        add(
                "key: RSA with a negative modulus",
                "CertificateWeak",
                leaf().key(rsaOf(BigInteger.ONE.shiftLeft(2047).negate(), f4)));
        add("key: EC with the parameters of P-256 spelled out", NOT_READ, leaf().key(explicitP256()));
        add("key: EC of secp256k1", "CertificateWeak", leaf().key(onCurve(SECObjectIdentifiers.secp256k1, 65)));
        add("key: EC of a curve that nobody knows", NOT_READ, leaf().key(onCurve(UNKNOWN, 65)));
        add(
                "key: EC, a point that is not on its curve",
                "CertificateWeak",
                leaf().key(onCurve(X9ObjectIdentifiers.prime256v1, 65)));
        add(
                "key: of a kind that nobody knows",
                "CertificateWeak",
                leaf().key(new SubjectPublicKeyInfo(new AlgorithmIdentifier(UNKNOWN), new byte[] {1})));
        generated("key: DSA", "CertificateWeak", "DSA", 2048);
        generated("key: RSASSA-PSS", TRUSTED, "RSASSA-PSS", 2048);
        generated("key: Ed25519", TRUSTED, "Ed25519", 255);
        generated("key: X25519, which can't sign", "CertificateWeak", "X25519", 255);
        signedBy("issuer: RSASSA-PSS key", TRUSTED, key("RSASSA-PSS", 2048), "PSS SHA-256");
        signedBy("issuer: DSA key", "CertificateWeak", key("DSA", 2048), "SHA256withDSA");
        signedBy("issuer: RSA of 1024 bits", "CertificateWeak", key("RSA", 1024), "SHA256withRSA");
        signedBy("issuer: RSA with exponent 3", TRUSTED, rsaKeyWithExponent3(), "SHA256withRSA");
    }

    private static SubjectPublicKeyInfo rsa(int bits, BigInteger exponent) {
        return rsaOf(BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.valueOf(987_653)), exponent);
    }

    private static SubjectPublicKeyInfo rsaOf(BigInteger modulus, BigInteger exponent) {
        return info(
                new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                new RSAPublicKey(modulus, exponent));
    }

    private static SubjectPublicKeyInfo info(AlgorithmIdentifier algorithm, ASN1Encodable key) {
        try {
            return new SubjectPublicKeyInfo(algorithm, key);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SubjectPublicKeyInfo onCurve(ASN1ObjectIdentifier curve, int pointBytes) {
        byte[] point = new byte[pointBytes];
        point[0] = 4;
        point[1] = 1;
        return new SubjectPublicKeyInfo(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve), point);
    }

    private static SubjectPublicKeyInfo explicitP256() {
        X9ECParameters curve = SECNamedCurves.getByName("secp256r1");
        byte[] point = SubjectPublicKeyInfo.getInstance(LEAF.getPublic().getEncoded())
                .getPublicKeyData()
                .getBytes();
        return new SubjectPublicKeyInfo(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve), point);
    }

    private static KeyPair key(String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair rsaKeyWithExponent3() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(new RSAKeyGenParameterSpec(2048, BigInteger.valueOf(3)));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void generated(String name, String expected, String algorithm, int bits) {
        cases.add(new HostileChain(
                name,
                List.of(RawCertificate.of("CN=dev1", key(algorithm, bits).getPublic())
                        .issuedBy(ROOT_NAME, ROOT)),
                anchors,
                expected));
    }

    private void signedBy(String name, String expected, KeyPair issuer, String algorithm) {
        Maker.Made authority =
                Maker.authority("CN=Top", issuer).signedWith(algorithm).make();
        Maker.Made device =
                Maker.leaf("CN=dev1", LEAF).by(authority).signedWith(algorithm).make();
        cases.add(HostileChain.of(name, expected, List.of(authority.registered("top")), device));
    }

    // --- serial numbers

    private void serials() {
        add("serial: zero", TRUSTED, leaf().serial(BigInteger.ZERO));
        add("serial: negative", TRUSTED, leaf().serial(BigInteger.valueOf(-5)));
        add("serial: of 21 bytes", TRUSTED, leaf().serial(BigInteger.ONE.shiftLeft(167)));
        add("serial: of 4000 bytes", TRUSTED, leaf().serial(BigInteger.ONE.shiftLeft(32_000)));
        add("serial: of 33000 bytes", "ChainTooComplex", leaf().serial(BigInteger.ONE.shiftLeft(264_000)));
    }

    // --- extensions

    private void extensions() {
        byte[] nothing = {5, 0};
        add("extension: the same twice", NOT_READ, leaf().with(UNKNOWN, nothing).with(UNKNOWN, nothing));
        RawCertificate many = leaf();
        for (int i = 0; i < 200; i++) {
            many.with(new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.2." + i), nothing);
        }
        add("extension: 200 of them", "ChainTooComplex", many);
        add("extension: an identifier of 4000 bytes", TRUSTED, leaf().withIdentifier(identifier(4000)));
        add("extension: an identifier of 20000 bytes", NOT_READ, leaf().withIdentifier(identifier(20_000)));
        add(
                "extension: names of an indefinite length",
                "CertificateUnreadable",
                leaf().with(Extension.subjectAlternativeName, new byte[] {0x30, (byte) 0x80, (byte) 0x82, 1, 'a', 0, 0
                }));
        add(
                "extension: policies that are none",
                "CertificateUnreadable",
                leaf().with(Extension.certificatePolicies, nothing));
        add(
                "extension: an empty basicConstraints",
                TRUSTED,
                leaf().with(Extension.basicConstraints, encoded(new BasicConstraints(false))));
        add(
                "extension: a leaf with keyCertSign",
                "LeafIsAuthority",
                leaf().with(
                                Extension.keyUsage,
                                encoded(new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign))));
        add(
                "extension: the key identifier of somebody else",
                TRUSTED,
                leaf().with(Extension.authorityKeyIdentifier, encoded(new AuthorityKeyIdentifier(new byte[] {1, 2, 3
                }))));
    }

    /** One number, of seven bits to a byte. */
    private static byte[] identifier(int bytes) {
        byte[] contents = new byte[bytes];
        Arrays.fill(contents, (byte) 0xff);
        contents[0] = 0x2b;
        contents[bytes - 1] = 1;
        return contents;
    }

    private static byte[] encoded(ASN1Encodable value) {
        try {
            return value.toASN1Primitive().getEncoded("DER");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    // --- depths

    /** A sequence in a sequence in a sequence, which costs four bytes a level. */
    private static byte[] nested(int levels) {
        byte[] bytes = new byte[levels * 4];
        for (int i = 0; i < levels; i++) {
            int left = (levels - i - 1) * 4;
            bytes[i * 4] = 0x30;
            bytes[i * 4 + 1] = (byte) 0x82;
            bytes[i * 4 + 2] = (byte) (left >> 8);
            bytes[i * 4 + 3] = (byte) left;
        }
        return bytes;
    }

    private void depths() {
        byte[] deep = nested(7000);
        add("depth: an extension that nobody knows", TRUSTED, leaf().with(UNKNOWN, deep));
        add("depth: subjectAltName", "CertificateUnreadable", leaf().with(Extension.subjectAlternativeName, deep));
        add("depth: the common name", TRUSTED, leaf().commonName(deep));
        add("depth: extendedKeyUsage", "CertificateUnreadable", leaf().with(Extension.extendedKeyUsage, deep));
        add("depth: basicConstraints", "CertificateUnreadable", leaf().with(Extension.basicConstraints, deep));
        add("depth: certificatePolicies", "CertificateUnreadable", leaf().with(Extension.certificatePolicies, deep));
    }

    // --- names

    private static DERSequence named(ASN1Encodable value) {
        return new DERSequence(new DERSet(new DERSequence(new ASN1Encodable[] {BCStyle.CN, value})));
    }

    private void names() {
        add("name: UTF8String", TRUSTED, leaf().subject(named(new DERUTF8String("dev1"))));
        add("name: BMPString", TRUSTED, leaf().subject(named(new DERBMPString("dev1"))));
        add("name: T61String", TRUSTED, leaf().subject(named(new DERT61String("dev1"))));
        add("name: IA5String", TRUSTED, leaf().subject(named(new DERIA5String("dev1"))));
        add("name: with NUL", TRUSTED, leaf().subject(named(new DERUTF8String("dev1\0.elsewhere"))));
        add(
                "name: an octet string",
                TRUSTED,
                leaf().subject(named(new DEROctetString("dev1".getBytes(StandardCharsets.UTF_8)))));
        add("name: a bit string", TRUSTED, leaf().subject(named(new DERBitString(new byte[] {1, 2}))));
        add("name: none at all", TRUSTED, leaf().subject(new DERSequence()));
        add(
                "name: 500 parts",
                "ChainTooComplex",
                leaf().subject(new DERSequence(IntStream.range(0, 500)
                        .mapToObj(i -> new DERSet(
                                new DERSequence(new ASN1Encodable[] {BCStyle.OU, new DERUTF8String("u" + i)})))
                        .toArray(ASN1Encodable[]::new))));
    }

    // --- dates

    private void dates() {
        ASN1Encodable past = new DERUTCTime("200101000000Z");
        add("date: until the year 9999", TRUSTED, leaf().valid(past, new DERGeneralizedTime("99991231235959Z")));
        add(
                "date: since 1950, two digits",
                TRUSTED,
                leaf().valid(new DERUTCTime("500101000000Z"), new DERUTCTime("490101000000Z")));
        add("date: until 1950, two digits", "LeafExpired", leaf().valid(past, new DERUTCTime("500101000000Z")));
        add(
                "date: general form for a year before 2050",
                TRUSTED,
                leaf().valid(new DERGeneralizedTime("20200101000000Z"), new DERGeneralizedTime("20400101000000Z")));
        add("date: fractions of seconds", TRUSTED, leaf().valid(past, new DERGeneralizedTime("20400101000000.999Z")));
        add("date: another time zone", TRUSTED, leaf().valid(past, new DERGeneralizedTime("20400101000000+0100")));
        add(
                "date: the year 0000",
                "LeafExpired",
                leaf().valid(new DERGeneralizedTime("00000101000000Z"), new DERGeneralizedTime("00000102000000Z")));
        add("date: the 30th of February", TRUSTED, leaf().valid(past, new DERGeneralizedTime("20400230000000Z")));
        add("date: a number", NOT_READ, leaf().valid(past, new ASN1Integer(5)));
        add("date: ends before it begins", "LeafExpired", leaf().valid(new DERUTCTime("300101000000Z"), past));
    }
}
