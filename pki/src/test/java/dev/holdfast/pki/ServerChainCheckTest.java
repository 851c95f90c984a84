package dev.holdfast.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.Maker.Made;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which chains of an operator are shown to clients, and why others are not. */
class ServerChainCheckTest {
    private static final Limits.Certificates LIMITS = Limits.defaults().certificates();
    private static final ServerNames NAMES = ServerNames.of(new TrustWorld(TrustWorld.DEFAULT, List.of("iot.example")));
    private static final KeyPair EC = KeyKind.EC_P256.generate();
    private static final KeyPair RSA = KeyKind.RSA_2048.generate();

    private final Made root =
            Maker.authority("CN=Root", KeyKind.EC_P256.generate()).make();
    private final Made intermediate = Maker.authority("CN=Intermediate", KeyKind.EC_P256.generate())
            .by(root)
            .make();

    private static Maker server(KeyPair keys, String... names) {
        GeneralName[] general = Arrays.stream(names)
                .map(name -> new GeneralName(GeneralName.dNSName, name))
                .toArray(GeneralName[]::new);
        return Maker.leaf("CN=server", keys)
                .with(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                .with(Extension.subjectAlternativeName, false, new GeneralNames(general));
    }

    private Maker good(KeyPair keys) {
        return server(keys, "*.iot.example").by(intermediate);
    }

    private static String pem(X509Certificate... certificates) {
        return Arrays.stream(certificates).map(Pem::write).collect(Collectors.joining());
    }

    private static ServerChainReading read(String chain, String key, X509Certificate... knownRoots) {
        return new ServerChainCheck(NAMES, List.of(knownRoots), TokenKeys.none(), LIMITS, Maker.NOW).read(chain, key);
    }

    private static ServerChainReading.Read taken(ServerChainReading reading) {
        assertThat(reading).isInstanceOf(ServerChainReading.Read.class);
        return (ServerChainReading.Read) reading;
    }

    /** The leaf, the intermediate and the root, with the leaf's key. */
    private ServerChainFault refused(Made leaf) {
        return refused(pem(leaf.certificate(), intermediate.certificate(), root.certificate()), leaf.keys());
    }

    private static ServerChainFault refused(String chain, KeyPair keys) {
        return refused(chain, Pem.write(keys.getPrivate()));
    }

    private static ServerChainFault refused(String chain, String key) {
        ServerChainReading reading = read(chain, key);
        assertThat(reading).isInstanceOf(ServerChainReading.Refused.class);
        ServerChainFault why = ((ServerChainReading.Refused) reading).why();
        assertThat(why.explain()).endsWith(".").doesNotContain("null");
        return why;
    }

    private static void assertRefused(ServerChainFault why, Class<? extends ServerChainFault> reason, String part) {
        assertThat(why).isInstanceOf(reason);
        assertThat(why.explain()).contains(part);
    }

    @Test
    void the_leafs_key_says_which_chain_is_replaced_and_the_root_is_not_shown() {
        Made rsa = good(RSA).make();
        ServerChainReading.Read read = taken(read(
                pem(rsa.certificate(), intermediate.certificate(), root.certificate()), Pem.write(RSA.getPrivate())));

        assertThat(read.slot()).isEqualTo(ServerSlot.RSA);
        assertThat(read.chain().shown()).containsExactly(rsa.certificate(), intermediate.certificate());
        assertThat(read.chain().root()).isEqualTo(root.certificate());
        assertThat(read.notCovered()).containsExactly("*.device.iot.example", "*.service.iot.example");
        Made ec = good(EC).make();
        assertThat(taken(read(pem(ec.certificate(), intermediate.certificate()), Pem.write(EC.getPrivate())))
                        .slot())
                .isEqualTo(ServerSlot.ECDSA);
    }

    @Test
    void a_root_that_is_not_given_is_found_among_those_known_or_stays_unknown() {
        Made leaf = good(EC).make();
        String chain = pem(leaf.certificate(), intermediate.certificate());
        String key = Pem.write(EC.getPrivate());

        assertThat(taken(read(chain, key, root.certificate())).chain().root()).isEqualTo(root.certificate());
        ServerChain unknown = taken(read(chain, key)).chain();
        assertThat(unknown.rootIsKnown()).isFalse();
        assertThat(unknown.shown()).containsExactly(leaf.certificate(), intermediate.certificate());
    }

    @Test
    void the_public_roots_of_the_java_runtime_are_known() {
        assertThat(PublicRoots.all()).hasSizeGreaterThan(20);
    }

    @Test
    void a_key_may_have_the_form_of_openssl_of_any_year() throws Exception {
        Made rsa = good(RSA).make();
        Made ec = good(EC).make();
        String sec1 = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                + raw("EC PRIVATE KEY", EC);

        assertThat(taken(read(pem(rsa.certificate(), intermediate.certificate()), raw("RSA PRIVATE KEY", RSA)))
                        .chain()
                        .key())
                .isEqualTo(RSA.getPrivate());
        // Read, and belongs to the certificate; the encoding differs, because this form names its curve twice.
        taken(read(pem(ec.certificate(), intermediate.certificate()), sec1));
    }

    /** What PKCS#8 wraps: PKCS#1 or SEC 1. The latter names no curve here, so that the one of the wrapping is put in. */
    private static String raw(String label, KeyPair keys) throws Exception {
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(keys.getPrivate().getEncoded());
        byte[] der = label.startsWith("RSA")
                ? info.getPrivateKey().getOctets()
                : new org.bouncycastle.asn1.sec.ECPrivateKey(
                                256,
                                ((java.security.interfaces.ECPrivateKey) keys.getPrivate()).getS(),
                                info.getPrivateKeyAlgorithm().getParameters())
                        .getEncoded();
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }

    @Test
    void a_chain_that_is_none_and_a_key_that_is_none_are_refused_without_being_quoted() {
        Made leaf = good(EC).make();
        String key = Pem.write(EC.getPrivate());
        String chain = pem(leaf.certificate(), intermediate.certificate());

        assertRefused(refused("hello", key), ServerChainFault.NotAChain.class, "BEGIN CERTIFICATE");
        ServerChainFault swapped = refused(key, chain);
        assertRefused(swapped, ServerChainFault.NotAChain.class, "PRIVATE KEY");
        assertThat(swapped.explain()).doesNotContain(key.lines().toList().get(1));
        assertRefused(refused(chain, "hello"), ServerChainFault.NotAPrivateKey.class, "holds 0");
        assertRefused(refused(chain, key + key), ServerChainFault.NotAPrivateKey.class, "holds 2");
        assertRefused(
                refused(chain, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"),
                ServerChainFault.NotAPrivateKey.class,
                "encrypted");
        for (String label : List.of("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")) {
            assertRefused(
                    refused(chain, "-----BEGIN " + label + "-----\nAAAA\n-----END " + label + "-----"),
                    ServerChainFault.NotAPrivateKey.class,
                    "can't be read");
        }
    }

    @Test
    void a_key_of_another_certificate_is_refused() {
        Made leaf = good(EC).make();
        String chain = pem(leaf.certificate(), intermediate.certificate());
        assertRefused(refused(chain, RSA), ServerChainFault.KeyDoesNotFit.class, "CN=server");
        assertRefused(refused(chain, KeyKind.EC_P256.generate()), ServerChainFault.KeyDoesNotFit.class, "CN=server");
    }

    @Test
    void a_chain_in_the_wrong_order_says_which_belongs_where() {
        Made leaf = good(EC).make();
        assertRefused(
                refused(pem(root.certificate(), intermediate.certificate(), leaf.certificate()), EC),
                ServerChainFault.ChainOutOfOrder.class,
                "certificate 3, 'CN=server'");
        assertRefused(
                refused(pem(leaf.certificate(), root.certificate(), intermediate.certificate()), EC),
                ServerChainFault.ChainOutOfOrder.class,
                "the issuer of certificate 1, 'CN=server', is certificate 3");
    }

    @Test
    void a_chain_with_a_gap_or_an_issuer_of_the_same_name_is_broken() {
        Made leaf = good(EC).make();
        assertRefused(
                refused(pem(leaf.certificate(), root.certificate()), EC),
                ServerChainFault.ChainBroken.class,
                "issued by 'CN=Intermediate'");
        Made namesake = Maker.authority("CN=Intermediate", KeyKind.EC_P256.generate())
                .by(root)
                .make();
        assertRefused(
                refused(pem(leaf.certificate(), namesake.certificate()), EC),
                ServerChainFault.ChainBroken.class,
                "did not sign it");
    }

    @Test
    void what_is_not_valid_now_is_refused_wherever_it_stands() {
        assertRefused(refused(good(EC).expired().make()), ServerChainFault.CertificateExpired.class, "CN=server");
        assertRefused(
                refused(good(EC).notYetValid().make()), ServerChainFault.CertificateNotYetValid.class, "CN=server");
        Made old = Maker.authority("CN=Old", KeyKind.EC_P256.generate())
                .by(root)
                .expired()
                .make();
        assertRefused(
                refused(pem(server(EC, "*.iot.example").by(old).make().certificate(), old.certificate()), EC),
                ServerChainFault.CertificateExpired.class,
                "CN=Old");
    }

    @Test
    void weak_keys_and_signatures_are_refused() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        assertRefused(
                refused(good(generator.generateKeyPair()).make()),
                ServerChainFault.CertificateWeak.class,
                "RSA key of 1024 bits");
        assertRefused(
                refused(good(EC).signedWith("SHA1withECDSA").make()),
                ServerChainFault.CertificateWeak.class,
                "SHA1withECDSA");
    }

    @Test
    void an_ec_key_on_another_curve_is_not_served() {
        assertRefused(
                refused(good(KeyKind.EC_P384.generate()).make()), ServerChainFault.KeyKindNotServed.class, "EC 384");
    }

    @Test
    void what_is_not_for_servers_is_refused() {
        ExtendedKeyUsage clients = new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth);
        assertRefused(
                refused(good(EC).with(Extension.extendedKeyUsage, false, clients)
                        .make()),
                ServerChainFault.NotForServers.class,
                "serverAuth");
        assertRefused(
                refused(good(EC).with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyEncipherment))
                        .make()),
                ServerChainFault.NotForServers.class,
                "digitalSignature");
        Made forClients = Maker.authority("CN=For clients", KeyKind.EC_P256.generate())
                .by(root)
                .with(Extension.extendedKeyUsage, false, clients)
                .make();
        assertRefused(
                refused(
                        pem(
                                server(EC, "*.iot.example")
                                        .by(forClients)
                                        .make()
                                        .certificate(),
                                forClients.certificate(),
                                root.certificate()),
                        EC),
                ServerChainFault.NotForServers.class,
                "CN=For clients");
    }

    @Test
    void an_authority_is_no_leaf_and_a_leaf_is_no_authority() {
        assertRefused(
                refused(good(EC).with(Extension.basicConstraints, true, new BasicConstraints(true))
                        .make()),
                ServerChainFault.LeafIsAuthority.class,
                "CA:FALSE");
        Made device =
                Maker.leaf("CN=device", KeyKind.EC_P256.generate()).by(root).make();
        assertRefused(
                refused(
                        pem(
                                server(EC, "*.iot.example").by(device).make().certificate(),
                                device.certificate(),
                                root.certificate()),
                        EC),
                ServerChainFault.IssuerNotAuthority.class,
                "CN=device");
    }

    @Test
    void what_strict_clients_refuse_is_refused_here() {
        Made narrow = Maker.authority("CN=Narrow", KeyKind.EC_P256.generate())
                .with(Extension.basicConstraints, true, new BasicConstraints(0))
                .make();
        Made below = Maker.authority("CN=Below", KeyKind.EC_P256.generate())
                .by(narrow)
                .make();
        assertRefused(
                refused(
                        pem(
                                server(EC, "*.iot.example").by(below).make().certificate(),
                                below.certificate(),
                                narrow.certificate()),
                        EC),
                ServerChainFault.ChainRejected.class,
                "CN=Narrow");
    }

    @ParameterizedTest
    @CsvSource({
        "hub1.iot.example, true",
        "HUB1.iot.example, true",
        "*.device.iot.example, true",
        "hub1.service.iot.example, true",
        "global.iot.example, true",
        "hub1.other.example, false",
        "iot.example, false",
        "a.b.iot.example, false",
        "h*.iot.example, false",
        "*.example, false",
        "localhost, false"
    })
    void one_name_of_the_installation_is_enough(String name, boolean fits) {
        Made leaf = server(EC, "elsewhere.example", name).by(intermediate).make();
        if (fits) {
            taken(read(pem(leaf.certificate(), intermediate.certificate()), Pem.write(EC.getPrivate())));
        } else {
            assertRefused(refused(leaf), ServerChainFault.NamesDoNotFit.class, "elsewhere.example, " + name);
        }
    }

    @Test
    void a_certificate_without_names_is_refused() {
        assertRefused(
                refused(Maker.leaf("CN=hub1.iot.example", EC).by(intermediate).make()),
                ServerChainFault.NamesDoNotFit.class,
                "has no host name");
    }

    @Test
    void a_chain_that_small_devices_can_not_take_is_refused() {
        Made leaf = good(EC).with(Extension.subjectAlternativeName, false, manyNames())
                .make();
        assertRefused(refused(leaf), ServerChainFault.ChainTooLarge.class, "16384");
        String nine = pem(good(EC).make().certificate())
                + pem(intermediate.certificate()).repeat(8);
        assertRefused(refused(nine, EC), ServerChainFault.ChainTooLarge.class, "9 certificates");
    }

    private static GeneralNames manyNames() {
        GeneralName[] names = new GeneralName[800];
        for (int i = 0; i < names.length; i++) {
            names[i] = new GeneralName(GeneralName.dNSName, "hub-number-" + i + ".iot.example");
        }
        return new GeneralNames(names);
    }
}
