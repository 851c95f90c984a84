package dev.holdfast.pki;

import static dev.holdfast.pki.HostileChain.TRUSTED;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PolicyInformation;

/** Chains that cost much to check: nets, and products and powers of what certificates hold. */
final class HostileStructures {
    private static final int SHOWN_MAX = 8;
    private static final KeyPair ROOT = KeyKind.EC_P256.generate();
    private static final KeyPair SHARED = KeyKind.EC_P256.generate();
    private static final KeyPair LEAF = KeyKind.EC_P256.generate();

    private final Maker.Made root = Maker.authority("CN=Root", ROOT).make();
    private final List<ChainAnchor> anchors = List.of(root.registered("root"));

    List<HostileChain> all() {
        return List.of(
                netOfOneName("CN=Net", KeyKind.EC_P256),
                netOfOneName("CN=Net", KeyKind.EC_P384),
                tenDeepNet(),
                cycle(),
                ladder(),
                ladderToNowhere(),
                policies("policies: six levels, each of six policies mapped to all", "ChainTooComplex", 6, 6),
                policies("policies: as many mappings as are looked at", TRUSTED, 6, 2),
                policiesInAWidth("policies: one level of as many as are looked at", TRUSTED, 32),
                policiesInAWidth("policies: one level of more", "ChainTooComplex", 200),
                names("names: 300 alternative names below 200 subtrees", "ChainTooComplex", 300, 200),
                names("names: as many as are looked at", "NameNotPermitted", 110, 32),
                mails("names: 400 mail addresses in the subject", "ChainTooComplex", 400),
                mails("names: as many mail addresses as are looked at", "NameNotPermitted", 110),
                namesBelowAnchor(),
                directories(),
                slowKeys(
                        "keys: 32 issuers of one name with 8192 bits",
                        8192,
                        BigInteger.valueOf(65537),
                        "ChainTooTangled"),
                slowKeys(
                        "keys: 32 issuers of one name with 8192 bits and the longest exponent",
                        8192,
                        BigInteger.ONE.shiftLeft(63).setBit(0),
                        "ChainTooTangled"),
                slowKeys(
                        "keys: 32 issuers of one name with 3072 bits and an exponent as long",
                        3072,
                        BigInteger.ONE.shiftLeft(3070).setBit(0),
                        "CertificateWeak"),
                slowKeys(
                        "keys: 32 issuers of one name with 16384 bits",
                        16384,
                        BigInteger.valueOf(65537),
                        "CertificateWeak"),
                slowCurve(),
                slowLadder(),
                netOfNames());
    }

    private static Maker.Made leafBelow(Maker.Made issuer) {
        return Maker.leaf("CN=dev1", LEAF).by(issuer).make();
    }

    /** Everyone issued everyone, so that there are as many ways as orders. */
    private HostileChain netOfOneName(String name, KeyKind kind) {
        KeyPair keys = kind.generate();
        List<Maker.Made> net = IntStream.range(0, SHOWN_MAX - 1)
                .mapToObj(_ -> Maker.authority(name, keys).make())
                .toList();
        return shown("net: seven certificates that issued each other, " + kind, "ChainTooTangled", anchors, net);
    }

    private static HostileChain shown(
            String name, String expected, List<ChainAnchor> anchors, List<Maker.Made> authorities) {
        List<Maker.Made> shown = new ArrayList<>();
        shown.add(leafBelow(authorities.getFirst()));
        shown.addAll(authorities);
        return HostileChain.of(name, expected, anchors, shown.toArray(Maker.Made[]::new));
    }

    /** Two certificates on each of ten levels, each issued by both above: 1,024 ways up, and no root above them. */
    private HostileChain tenDeepNet() {
        List<KeyPair> keys = IntStream.rangeClosed(0, 10)
                .mapToObj(_ -> KeyKind.EC_P256.generate())
                .toList();
        List<ChainAnchor> registered = new ArrayList<>(anchors);
        List<Maker.Made> lowest = new ArrayList<>();
        for (int level = 0; level < 10; level++) {
            Maker.Made above = Maker.authority("CN=Level " + (level + 1), keys.get(level + 1))
                    .make();
            for (int twin = 0; twin < 2; twin++) {
                Maker.Made made = Maker.authority("CN=Level " + level, keys.get(level))
                        .by(above)
                        .make();
                if (level == 0) {
                    lowest.add(made);
                } else {
                    registered.add(new ChainAnchor("level-" + level + "-" + twin, made.certificate(), false));
                }
            }
        }
        return shown("net: ten levels of two", "ChainTooTangled", registered, lowest);
    }

    private HostileChain cycle() {
        KeyPair other = KeyKind.EC_P256.generate();
        Maker.Made a = Maker.authority("CN=A", SHARED).make();
        Maker.Made b = Maker.authority("CN=B", other).by(a).make();
        Maker.Made aOfB = Maker.authority("CN=A", SHARED).by(b).make();
        Maker.Made bOfA = Maker.authority("CN=B", other).by(aOfB).make();
        return shown("net: a cycle of two", "AuthorityUnknown", anchors, List.of(aOfB, bOfA));
    }

    /** Certificates of one name, each for another key and by the one before: none of them counts as a level. */
    private static List<Maker.Made> rungs(Maker.Made top) {
        List<Maker.Made> rungs = new ArrayList<>();
        Maker.Made above = top;
        for (int i = 0; i < SHOWN_MAX - 1; i++) {
            above = Maker.authority("CN=Root", KeyKind.EC_P256.generate())
                    .by(above)
                    .make();
            rungs.addFirst(above);
        }
        return rungs;
    }

    private HostileChain ladder() {
        return shown("net: a ladder of self-issued certificates", TRUSTED, anchors, rungs(root));
    }

    private HostileChain ladderToNowhere() {
        Maker.Made stranger =
                Maker.authority("CN=Root", KeyKind.EC_P256.generate()).make();
        return shown(
                "net: a ladder of self-issued certificates to a stranger",
                "IssuerKeyDiffers",
                anchors,
                rungs(stranger));
    }

    private static ASN1ObjectIdentifier policy(int number) {
        return new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.7." + number);
    }

    private static CertificatePolicies stating(int policies) {
        return new CertificatePolicies(IntStream.range(0, policies)
                .mapToObj(number -> new PolicyInformation(policy(number)))
                .toArray(PolicyInformation[]::new));
    }

    private static DERSequence mapping(IntStream from, int to) {
        return new DERSequence(from.boxed()
                .flatMap(one -> IntStream.range(0, to)
                        .mapToObj(other -> new DERSequence(new ASN1Encodable[] {policy(one), policy(other)})))
                .toArray(ASN1Encodable[]::new));
    }

    /** Every policy means every policy, on every level: as in CVE-2023-0464. */
    private HostileChain policies(String name, String expected, int levels, int width) {
        List<Maker.Made> authorities = new ArrayList<>();
        Maker.Made above = root;
        for (int level = 0; level < levels; level++) {
            above = Maker.authority("CN=Level " + level, KeyKind.EC_P256.generate())
                    .by(above)
                    .with(Extension.certificatePolicies, false, stating(width))
                    .with(Extension.policyMappings, false, mapping(IntStream.range(0, width), width))
                    .make();
            authorities.addFirst(above);
        }
        return policyLeaf(name, expected, authorities, width);
    }

    private HostileChain policiesInAWidth(String name, String expected, int width) {
        Maker.Made line = Maker.authority("CN=Line", SHARED)
                .by(root)
                .with(Extension.certificatePolicies, false, stating(1))
                .with(Extension.policyMappings, false, mapping(IntStream.of(0), width))
                .make();
        return policyLeaf(name, expected, List.of(line), Math.min(width, 60));
    }

    private HostileChain policyLeaf(String name, String expected, List<Maker.Made> authorities, int policies) {
        List<Maker.Made> shown = new ArrayList<>();
        shown.add(Maker.leaf("CN=dev1", LEAF)
                .by(authorities.getFirst())
                .with(Extension.certificatePolicies, false, stating(policies))
                .make());
        shown.addAll(authorities);
        return HostileChain.of(name, expected, anchors, shown.toArray(Maker.Made[]::new));
    }

    private static GeneralName host(String name) {
        return new GeneralName(GeneralName.dNSName, name);
    }

    private static NameConstraints permitting(int hosts) {
        return new NameConstraints(
                IntStream.range(0, hosts)
                        .mapToObj(i -> new GeneralSubtree(host("s" + i + ".test")))
                        .toArray(GeneralSubtree[]::new),
                null);
    }

    /** The last subtree permits all names but the last. */
    private static GeneralNames hostsBelow(int subtrees, int count) {
        return new GeneralNames(IntStream.range(0, count)
                .mapToObj(i -> host(i == count - 1 ? "h" : "h" + i + ".s" + (subtrees - 1) + ".test"))
                .toArray(GeneralName[]::new));
    }

    private HostileChain names(String name, String expected, int alternatives, int subtrees) {
        Maker.Made line = Maker.authority("CN=Line", SHARED)
                .by(root)
                .with(Extension.nameConstraints, true, permitting(subtrees))
                .make();
        Maker.Made device = Maker.leaf("CN=dev1", LEAF)
                .by(line)
                .with(Extension.subjectAlternativeName, false, hostsBelow(subtrees, alternatives))
                .make();
        return HostileChain.of(name, expected, anchors, device, line);
    }

    private HostileChain namesBelowAnchor() {
        Maker.Made constrained = Maker.authority("CN=Root", ROOT)
                .with(Extension.nameConstraints, true, permitting(200))
                .make();
        Maker.Made device = Maker.leaf("CN=dev1", LEAF)
                .by(constrained)
                .with(Extension.subjectAlternativeName, false, hostsBelow(200, 100))
                .make();
        return HostileChain.of(
                "names: below a registered authority with 200 subtrees",
                "ChainTooComplex",
                List.of(constrained.registered("root")),
                device);
    }

    /** Mail addresses of a subject are held to constraints one by one. */
    private HostileChain mails(String name, String expected, int count) {
        GeneralSubtree[] subtrees = IntStream.range(0, 32)
                .mapToObj(i -> new GeneralSubtree(new GeneralName(GeneralName.rfc822Name, "s" + i + ".test")))
                .toArray(GeneralSubtree[]::new);
        Maker.Made line = Maker.authority("CN=Line", SHARED)
                .by(root)
                .with(Extension.nameConstraints, true, new NameConstraints(subtrees, null))
                .make();
        X500NameBuilder subject = new X500NameBuilder();
        for (int i = 0; i < count; i++) {
            subject.addRDN(BCStyle.EmailAddress, "m" + i + "@s" + (i == count - 1 ? "" : "31") + ".test");
        }
        Maker.Made device = Maker.of(subject.build(), LEAF).by(line).make();
        return HostileChain.of(name, expected, anchors, device, line);
    }

    /** Distinguished names cost most to compare. */
    private HostileChain directories() {
        GeneralSubtree[] subtrees = IntStream.range(0, 32)
                .mapToObj(i -> new GeneralSubtree(new GeneralName(new X500Name("O=Plant,OU=" + "ä".repeat(60) + i))))
                .toArray(GeneralSubtree[]::new);
        Maker.Made line = Maker.authority("CN=Line", SHARED)
                .by(root)
                .with(Extension.nameConstraints, true, new NameConstraints(subtrees, null))
                .make();
        GeneralName[] alternatives = IntStream.range(0, 100)
                .mapToObj(i -> new GeneralName(
                        new X500Name("O=Plant,OU=" + "ä".repeat(60) + (i == 99 ? "x" : "31") + ",CN=" + i)))
                .toArray(GeneralName[]::new);
        Maker.Made device = Maker.leaf("O=Plant,OU=" + "ä".repeat(60) + "31", LEAF)
                .by(line)
                .with(Extension.subjectAlternativeName, false, new GeneralNames(alternatives))
                .make();
        return HostileChain.of("names: 100 distinguished names below 32", "NameNotPermitted", anchors, device, line);
    }

    /** As many issuers of the right name as signatures are checked, none of which signed. */
    private HostileChain slowKeys(String name, int bits, BigInteger exponent, String expected) {
        List<ChainAnchor> registered = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            registered.add(Maker.authority("CN=Slow", slowKey(bits, exponent, 100 + i))
                    .by(new Maker.Made(root.certificate(), ROOT))
                    .make()
                    .registered("slow-" + i));
        }
        List<byte[]> shown = new ArrayList<>();
        shown.add(signedByNobody(bits));
        for (int i = 1; i < SHOWN_MAX; i++) {
            shown.add(HostileChain.encoded(Maker.authority("CN=Slow", slowKey(bits, exponent, i))
                    .by(new Maker.Made(root.certificate(), ROOT))
                    .make()));
        }
        return new HostileChain(name, shown, registered, expected);
    }

    private static KeyPair slowKey(int bits, BigInteger exponent, int number) {
        BigInteger modulus = BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.valueOf(2L * number + 1));
        try {
            PublicKey key = KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
            return new KeyPair(key, SHARED.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of the right length, so that the whole check is made. */
    private static byte[] signedByNobody(int bits) {
        byte[] signature = new byte[bits / 8];
        new Random(bits).nextBytes(signature);
        signature[0] = 1;
        Maker.Made issuer = Maker.authority("CN=Slow", SHARED).make();
        return RawCertificate.resigned(
                HostileChain.encoded(leafBelow(issuer)),
                new AlgorithmIdentifier(PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE),
                signature);
    }

    /** Rungs of the slowest curve, so that every check is another. */
    private HostileChain slowLadder() {
        List<Maker.Made> rungs = new ArrayList<>();
        Maker.Made above =
                Maker.authority("CN=Root", p521()).signedWith("SHA512withECDSA").make();
        for (int i = 0; i < SHOWN_MAX - 1; i++) {
            above = Maker.authority("CN=Root", p521())
                    .by(above)
                    .signedWith("SHA512withECDSA")
                    .make();
            rungs.addFirst(above);
        }
        return shown("net: a ladder of P-521 to a stranger", "ChainTooTangled", anchors, rungs);
    }

    private static KeyPair p521() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp521r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private HostileChain slowCurve() {
        KeyPair keys = p521();
        List<Maker.Made> net = IntStream.range(0, SHOWN_MAX - 1)
                .mapToObj(_ -> Maker.authority("CN=Net", keys)
                        .signedWith("SHA512withECDSA")
                        .make())
                .toList();
        return shown("net: seven certificates that issued each other, P-521", "ChainTooTangled", anchors, net);
    }

    /** Every way through a net ends at 25 registered authorities, below whose constraints everything is compared each time. */
    private HostileChain netOfNames() {
        List<ChainAnchor> registered = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            registered.add(Maker.authority("CN=Net", SHARED)
                    .with(Extension.nameConstraints, true, permitting(32))
                    .make()
                    .registered("net-" + i));
        }
        List<Maker.Made> net = IntStream.range(0, SHOWN_MAX - 1)
                .mapToObj(_ -> Maker.authority("CN=Net", SHARED).make())
                .toList();
        List<Maker.Made> shown = new ArrayList<>();
        shown.add(Maker.leaf("CN=dev1", LEAF)
                .by(net.getFirst())
                .with(Extension.subjectAlternativeName, false, hostsBelow(32, 110))
                .make());
        shown.addAll(net);
        return HostileChain.of(
                "net: of seven, with names, below 25 authorities with constraints",
                "ChainTooTangled",
                registered,
                shown.toArray(Maker.Made[]::new));
    }
}
