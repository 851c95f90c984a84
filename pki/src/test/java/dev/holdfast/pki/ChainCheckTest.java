package dev.holdfast.pki;

import static dev.holdfast.pki.Maker.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Commands;
import dev.holdfast.base.Limits;
import dev.holdfast.pki.Maker.Made;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.OtherName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chain by chain what a device may show: the good ones are trusted, and each bad one has its own reason. */
final class ChainCheckTest {
    private static final KeyPair ROOT_KEYS = KeyKind.EC_P384.generate();
    private static final KeyPair INTERMEDIATE_KEYS = KeyKind.EC_P256.generate();
    private static final KeyPair LEAF_KEYS = KeyKind.EC_P256.generate();
    private static final KeyPair OTHER_KEYS = KeyKind.EC_P256.generate();

    private final ChainCheck check = new ChainCheck(Limits.defaults().certificates());
    private final Made root = Maker.authority("O=Plant,CN=Root", ROOT_KEYS).make();
    private final Made intermediate =
            Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS).by(root).make();
    private final Made leaf = leaf().make();
    private final List<ChainAnchor> rootOnly = List.of(root.registered("plant"));

    private Maker leaf() {
        return Maker.leaf("CN=dev1", LEAF_KEYS).by(intermediate);
    }

    private ChainResult judge(List<ChainAnchor> anchors, Made... shown) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Made each : shown) {
            certificates.add(each.certificate());
        }
        return check.check(certificates, anchors, NOW);
    }

    private static void assertTrusted(ChainResult result, String authority, int length) {
        assertThat(result).isInstanceOf(ChainResult.Trusted.class);
        ChainResult.Trusted trusted = (ChainResult.Trusted) result;
        assertThat(trusted.authority().name()).isEqualTo(authority);
        assertThat(trusted.path()).hasSize(length);
    }

    /** The reason, after its explanation was seen to say all of {@code parts}. */
    private static String refusal(ChainResult result, String... parts) {
        assertThat(result).isInstanceOf(ChainResult.Refused.class);
        ChainRefusal why = ((ChainResult.Refused) result).why();
        for (String part : parts) {
            assertThat(why.explain(Commands.OF_NO_HUB)).contains(part);
        }
        return why.reason();
    }

    // --- what is trusted

    @ParameterizedTest
    @CsvSource({
        "EC_P256, EC_P256, EC_P256", "EC_P384, EC_P384, EC_P256", "RSA_2048, RSA_2048, RSA_2048",
        "RSA_3072, RSA_3072, RSA_2048", "RSA_3072, EC_P256, RSA_2048", "EC_P384, RSA_2048, EC_P256"
    })
    void every_kind_of_key_makes_a_chain(KeyKind rootKind, KeyKind intermediateKind, KeyKind leafKind) {
        Made top = Maker.authority("CN=Top", rootKind.generate()).make();
        Made middle = Maker.authority("CN=Middle", intermediateKind.generate())
                .by(top)
                .make();
        Made device = Maker.leaf("CN=dev1", leafKind.generate()).by(middle).make();
        assertTrusted(judge(List.of(top.registered("top")), device, middle), "top", 2);
        assertTrusted(judge(List.of(top.registered("top")), device, middle, top), "top", 2);
        assertTrusted(judge(List.of(middle.registered("middle")), device), "middle", 1);
    }

    @Test
    void pss_and_edwards_signatures_count() throws GeneralSecurityException {
        Made rsa = Maker.authority("CN=Top", KeyKind.RSA_2048.generate()).make();
        Made pss = Maker.leaf("CN=dev1", LEAF_KEYS)
                .by(rsa)
                .signedWith("PSS SHA-256")
                .make();
        assertTrusted(judge(List.of(rsa.registered("top")), pss), "top", 1);
        KeyPair edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Made ed = Maker.authority("CN=Ed", edwards).signedWith("Ed25519").make();
        Made device =
                Maker.leaf("CN=dev1", LEAF_KEYS).by(ed).signedWith("Ed25519").make();
        assertTrusted(judge(List.of(ed.registered("ed")), device), "ed", 1);
    }

    @Test
    void long_keys_count() throws GeneralSecurityException {
        for (String[] kind : new String[][] {
            {"EC", "521", "SHA512withECDSA"}, {"RSA", "4096", "SHA512withRSA"}, {"Ed448", "448", "Ed448"}
        }) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(kind[0]);
            generator.initialize(Integer.parseInt(kind[1]));
            Made top = Maker.authority("CN=Top", generator.generateKeyPair())
                    .signedWith(kind[2])
                    .make();
            Made device = Maker.leaf("CN=dev1", generator.generateKeyPair())
                    .by(top)
                    .signedWith(kind[2])
                    .make();
            assertTrusted(judge(List.of(top.registered("top")), device), "top", 1);
        }
    }

    @Test
    void a_registered_intermediate_needs_no_chain() {
        assertTrusted(judge(List.of(intermediate.registered("line-1")), leaf), "line-1", 1);
        assertTrusted(judge(List.of(intermediate.registered("line-1")), leaf, intermediate, root), "line-1", 1);
        assertThat(refusal(judge(rootOnly, leaf), "stops at 'CN=dev1'", "'CN=Line 1,O=Plant'", "'CN=Root,O=Plant'"))
                .isEqualTo("AuthorityUnknown");
    }

    @Test
    void order_doubles_and_strangers_do_not_matter() {
        Made second = Maker.authority("CN=Line 2", OTHER_KEYS).by(intermediate).make();
        Made device = Maker.leaf("CN=dev1", LEAF_KEYS).by(second).make();
        Made stranger =
                Maker.authority("CN=Stranger", KeyKind.EC_P256.generate()).make();
        assertTrusted(judge(rootOnly, device, second, intermediate), "plant", 3);
        assertTrusted(judge(rootOnly, device, intermediate, second), "plant", 3);
        assertTrusted(judge(rootOnly, device, stranger, root, intermediate, intermediate, second, device), "plant", 3);
    }

    @Test
    void of_two_registered_authorities_the_one_that_signed_counts() {
        Made twin = Maker.authority("O=Plant,CN=Root", OTHER_KEYS).make();
        List<ChainAnchor> both = List.of(twin.registered("old"), root.registered("new"));
        assertTrusted(judge(both, leaf, intermediate), "new", 2);
    }

    @Test
    void an_authority_that_is_registered_under_another_certificate_of_its_key_counts() {
        Made renewed = Maker.authority("O=Plant,CN=Root", ROOT_KEYS)
                .valid(NOW.minusSeconds(60), NOW.plus(Duration.ofDays(3650)))
                .make();
        Made crossSigned = Maker.authority("O=Plant,CN=Root", ROOT_KEYS)
                .by(twinOfAnother())
                .make();
        assertTrusted(judge(rootOnly, leaf, intermediate, renewed), "plant", 2);
        assertTrusted(judge(rootOnly, leaf, intermediate, crossSigned), "plant", 2);
        // By case and spaces another name, to RFC 5280 the same.
        Made spelled = Maker.authority("O=plant,CN=ROOT", ROOT_KEYS).make();
        assertTrusted(judge(List.of(spelled.registered("plant")), leaf, intermediate), "plant", 2);
    }

    private static Made twinOfAnother() {
        return Maker.authority("CN=Another root", OTHER_KEYS).make();
    }

    @Test
    void a_cross_signed_intermediate_is_followed_the_way_that_leads_somewhere() {
        Made elsewhere = Maker.authority("CN=Elsewhere", OTHER_KEYS).make();
        Made toElsewhere = Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS)
                .by(elsewhere)
                .make();
        Made expired = Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS)
                .by(root)
                .expired()
                .make();
        assertTrusted(judge(rootOnly, leaf, elsewhere, toElsewhere, expired, intermediate), "plant", 2);
        assertThat(refusal(judge(rootOnly, leaf, elsewhere, toElsewhere, expired)))
                .as("what reached a registered authority explains more than what did not")
                .isEqualTo("IntermediateExpired");
    }

    @Test
    void a_leaf_of_version_1_without_extensions_is_let_in_by_its_issuer() {
        assertTrusted(judge(rootOnly, leaf().plain().make(), intermediate), "plant", 2);
    }

    // --- where a chain does not lead anywhere

    @Test
    void without_a_registered_authority_nothing_is_trusted() {
        assertThat(refusal(judge(List.of(), leaf, intermediate, root), "CN=Line 1"))
                .isEqualTo("NoAuthorityRegistered");
    }

    @Test
    void times_are_compared_in_the_unit_that_people_would_use() {
        Instant from = NOW.plusSeconds(3 * 86_400 + 5);
        assertThat(new ChainRefusal.LeafNotYetValid("CN=dev1", from, NOW).explain(Commands.OF_NO_HUB))
                .contains(", 3 days earlier. ");
        assertThat(new ChainRefusal.LeafExpired("CN=dev1", NOW.minusSeconds(7_300), NOW.plusNanos(1))
                        .explain(Commands.OF_NO_HUB))
                .contains("the hub's clock says " + NOW + ", 2 hours later. ");
        assertThat(new ChainRefusal.AuthorityNotYetValid("plant", NOW.plusSeconds(90), NOW).explain(Commands.OF_NO_HUB))
                .contains(", 90 s earlier. ");
    }

    @Test
    void an_unknown_authority_is_told_with_the_registered_ones_and_the_command_for_another() {
        List<String> names =
                IntStream.rangeClosed(1, 8).mapToObj(i -> "CN=Root " + i).toList();
        assertThat(new ChainRefusal.AuthorityUnknown("CN=dev1", "CN=Line", names).explain(Commands.OF_NO_HUB))
                .contains("holdfast cert authority add NAME", "'CN=Root 1', ", "'CN=Root 5' and 3 more.")
                .doesNotContain("CN=Root 6");
    }

    @Test
    void a_chain_that_ends_elsewhere_names_its_end_and_what_is_registered() {
        Made foreign = Maker.authority("CN=Foreign root", OTHER_KEYS).make();
        Made device = Maker.leaf("CN=dev1", LEAF_KEYS).by(foreign).make();
        assertThat(refusal(judge(rootOnly, device, foreign), "ends at the root 'CN=Foreign root'", "CN=Root,O=Plant"))
                .isEqualTo("AuthorityUnknown");
        assertThat(refusal(judge(rootOnly, device), "stops at 'CN=dev1'", "'CN=Foreign root'"))
                .isEqualTo("AuthorityUnknown");
    }

    @Test
    void an_authority_of_the_same_name_with_another_key_is_a_stranger() {
        Made twin = Maker.authority("O=Plant,CN=Root", OTHER_KEYS).make();
        Made line =
                Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS).by(twin).make();
        assertThat(refusal(judge(rootOnly, leaf, line), "CN=Root,O=Plant", "registered authority"))
                .isEqualTo("IssuerKeyDiffers");
        assertThat(refusal(judge(rootOnly, leaf, line, twin), "another authority of the same name"))
                .isEqualTo("IssuerKeyDiffers");
        Made otherLine =
                Maker.authority("O=Plant,CN=Line 1", OTHER_KEYS).by(root).make();
        assertThat(refusal(judge(rootOnly, leaf, otherLine), "CN=Line 1", "certificate of that name"))
                .isEqualTo("IssuerKeyDiffers");
    }

    @Test
    void a_certificate_that_signed_itself_proves_nothing_whatever_its_name() {
        assertThat(refusal(judge(rootOnly, Maker.leaf("CN=dev1", LEAF_KEYS).make()), "thumbprint"))
                .isEqualTo("CertificateSelfSigned");
        Made asRoot = Maker.leaf("O=Plant,CN=Root", LEAF_KEYS).make();
        assertThat(refusal(judge(rootOnly, asRoot))).isEqualTo("IssuerKeyDiffers");
        // Says that the root issued it, and signed itself.
        Made forged = Maker.leaf("CN=dev1", LEAF_KEYS)
                .by(new Made(root.certificate(), LEAF_KEYS))
                .make();
        assertThat(refusal(judge(rootOnly, forged, root))).isEqualTo("IssuerKeyDiffers");
    }

    @Test
    void the_certificate_of_an_authority_is_not_a_devices() {
        assertThat(refusal(judge(rootOnly, root), "'plant'")).isEqualTo("AuthorityShown");
        Made sameKey = Maker.leaf("CN=dev1", ROOT_KEYS).by(root).make();
        assertThat(refusal(judge(rootOnly, sameKey))).isEqualTo("AuthorityShown");
        assertThat(refusal(judge(rootOnly, intermediate), "CA:TRUE")).isEqualTo("LeafIsAuthority");
    }

    // --- time

    @Test
    void every_certificate_of_the_path_is_valid_now() {
        assertThat(refusal(
                        judge(rootOnly, leaf().expired().make(), intermediate),
                        "CN=dev1",
                        "2026-11-22T09:59:59Z",
                        "1 s later"))
                .isEqualTo("LeafExpired");
        assertThat(refusal(judge(rootOnly, leaf().notYetValid().make(), intermediate), " earlier. Correct the clock"))
                .isEqualTo("LeafNotYetValid");
        Made oldLine = Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS)
                .by(root)
                .expired()
                .make();
        assertThat(refusal(judge(rootOnly, leaf, oldLine), "intermediate 'CN=Line 1,O=Plant'"))
                .isEqualTo("IntermediateExpired");
        Made newLine = Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS)
                .by(root)
                .notYetValid()
                .make();
        assertThat(refusal(judge(rootOnly, leaf, newLine))).isEqualTo("IntermediateNotYetValid");
        Made oldRoot = Maker.authority("O=Plant,CN=Root", ROOT_KEYS).expired().make();
        assertThat(refusal(judge(List.of(oldRoot.registered("plant")), leaf, intermediate), "'plant'"))
                .isEqualTo("AuthorityExpired");
        Made newRoot =
                Maker.authority("O=Plant,CN=Root", ROOT_KEYS).notYetValid().make();
        assertThat(refusal(judge(List.of(newRoot.registered("plant")), leaf, intermediate)))
                .isEqualTo("AuthorityNotYetValid");
        assertTrusted(
                judge(List.of(oldRoot.registered("old"), root.registered("renewed")), leaf, intermediate),
                "renewed",
                2);
    }

    @Test
    void a_certificate_is_valid_to_the_second() {
        Made short1 = leaf().valid(NOW, NOW).make();
        assertTrusted(judge(rootOnly, short1, intermediate), "plant", 2);
    }

    // --- who may issue

    @Test
    void an_authority_that_is_not_verified_opens_nothing() {
        ChainAnchor unverified = new ChainAnchor("plant", root.certificate(), false);
        assertThat(refusal(judge(List.of(unverified), leaf, intermediate), "'plant'", "not verified"))
                .isEqualTo("AuthorityNotVerified");
        assertTrusted(judge(List.of(unverified, intermediate.registered("line")), leaf, intermediate), "line", 1);
    }

    private static ChainAnchor unverified(String name, Made authority) {
        return new ChainAnchor(name, authority.certificate(), false);
    }

    @Test
    void registered_intermediates_that_are_not_verified_complete_a_chain_to_one_that_is() {
        Made second = Maker.authority("CN=Line 2", OTHER_KEYS).by(intermediate).make();
        Made device = Maker.leaf("CN=dev1", LEAF_KEYS).by(second).make();
        ChainAnchor top = root.registered("plant");
        assertThat(refusal(judge(List.of(top), device))).isEqualTo("AuthorityUnknown");
        List<ChainAnchor> all = List.of(unverified("line-2", second), unverified("line-1", intermediate), top);
        assertTrusted(judge(all, device), "plant", 3);
        assertTrusted(judge(all, device, second), "plant", 3);
        assertTrusted(judge(all, device, second, intermediate, root), "plant", 3);
        assertThat(refusal(judge(List.of(unverified("line-2", second), top), device), "'line-2'"))
                .as("it leads no further than to an authority that is not verified")
                .isEqualTo("AuthorityNotVerified");
    }

    @Test
    void what_completes_a_chain_obeys_the_rules_for_intermediates() {
        Made oldLine = Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS)
                .by(root)
                .expired()
                .make();
        List<ChainAnchor> anchors = List.of(unverified("line-1", oldLine), root.registered("plant"));
        assertThat(refusal(judge(anchors, leaf), "CN=Line 1")).isEqualTo("IntermediateExpired");
        Made shortRoot = Maker.authority("O=Plant,CN=Root", ROOT_KEYS)
                .with(Extension.basicConstraints, true, new BasicConstraints(0))
                .make();
        anchors = List.of(unverified("line-1", intermediate), shortRoot.registered("plant"));
        assertThat(refusal(judge(anchors, leaf))).isEqualTo("PathTooLong");
    }

    @Test
    void a_device_can_not_issue_certificates_for_others() {
        Made stolen = Maker.leaf("CN=dev2", KeyKind.EC_P256.generate()).by(leaf).make();
        assertThat(refusal(judge(rootOnly, stolen, leaf, intermediate), "'CN=dev1'", "CA:TRUE"))
                .isEqualTo("IssuerNotAuthority");
        Made asAuthority = Maker.authority("CN=dev2", OTHER_KEYS).by(leaf).make();
        Made below = Maker.leaf("CN=dev3", KeyKind.EC_P256.generate())
                .by(asAuthority)
                .make();
        assertThat(refusal(judge(rootOnly, below, asAuthority, leaf, intermediate)))
                .isEqualTo("IssuerNotAuthority");
        Made plainLine = Maker.of("O=Plant,CN=Line 1", INTERMEDIATE_KEYS)
                .by(root)
                .plain()
                .make();
        assertThat(refusal(judge(rootOnly, leaf, plainLine), "version 1")).isEqualTo("IssuerNotAuthority");
        Made noSigning = Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS)
                .by(root)
                .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                .make();
        assertThat(refusal(judge(rootOnly, leaf, noSigning), "keyCertSign")).isEqualTo("IssuerNotAuthority");
    }

    @Test
    void a_path_is_as_long_as_its_authorities_allow() {
        Made shortRoot = Maker.authority("O=Plant,CN=Root", ROOT_KEYS)
                .with(Extension.basicConstraints, true, new BasicConstraints(0))
                .make();
        List<ChainAnchor> anchors = List.of(shortRoot.registered("plant"));
        assertThat(refusal(judge(anchors, leaf, intermediate), "allows 0", "1 are"))
                .isEqualTo("PathTooLong");
        assertTrusted(judge(anchors, Maker.leaf("CN=dev1", LEAF_KEYS).by(root).make()), "plant", 1);
        Made shortLine = Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS)
                .by(root)
                .with(Extension.basicConstraints, true, new BasicConstraints(0))
                .make();
        assertTrusted(judge(rootOnly, leaf, shortLine), "plant", 2);
        Made second = Maker.authority("CN=Line 2", OTHER_KEYS).by(intermediate).make();
        Made device = Maker.leaf("CN=dev1", LEAF_KEYS).by(second).make();
        assertThat(refusal(judge(rootOnly, device, second, shortLine), "CN=Line 1"))
                .isEqualTo("PathTooLong");
        assertTrusted(judge(rootOnly, device, second, intermediate), "plant", 3);
    }

    @Test
    void an_authority_that_changed_its_key_does_not_count_as_another() {
        Made shortRoot = Maker.authority("O=Plant,CN=Root", ROOT_KEYS)
                .with(Extension.basicConstraints, true, new BasicConstraints(0))
                .make();
        Made newKey =
                Maker.authority("O=Plant,CN=Root", OTHER_KEYS).by(shortRoot).make();
        Made device = Maker.leaf("CN=dev1", LEAF_KEYS).by(newKey).make();
        assertTrusted(judge(List.of(shortRoot.registered("plant")), device, newKey), "plant", 2);
    }

    private static NameConstraints only(String name) {
        return new NameConstraints(
                new GeneralSubtree[] {new GeneralSubtree(new GeneralName(new X500Name(name)))}, null);
    }

    @Test
    void an_authority_with_name_constraints_issues_for_those_names_only() {
        for (boolean critical : new boolean[] {true, false}) {
            Made line = Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS)
                    .by(root)
                    .with(Extension.nameConstraints, critical, only("O=Plant,OU=Pumps"))
                    .make();
            Made pump =
                    Maker.leaf("O=Plant,OU=Pumps,CN=dev1", LEAF_KEYS).by(line).make();
            Made valve =
                    Maker.leaf("O=Plant,OU=Valves,CN=dev1", LEAF_KEYS).by(line).make();
            for (List<ChainAnchor> anchors : List.of(rootOnly, List.of(line.registered("line")))) {
                assertThat(judge(anchors, pump, line)).isInstanceOf(ChainResult.Trusted.class);
                assertThat(refusal(judge(anchors, valve, line), "'CN=Line 1,O=Plant'", "OU=Valves"))
                        .isEqualTo("NameNotPermitted");
            }
        }
    }

    @Test
    void name_constraints_reach_everything_below() {
        Made strictRoot = Maker.authority("O=Plant,CN=Root", ROOT_KEYS)
                .with(Extension.nameConstraints, true, only("O=Plant"))
                .make();
        Made device = Maker.leaf("CN=dev1", LEAF_KEYS).by(intermediate).make();
        assertThat(refusal(judge(List.of(strictRoot.registered("plant")), device, intermediate), "'CN=dev1'"))
                .isEqualTo("NameNotPermitted");
        Made outside = Maker.authority("O=Elsewhere,CN=Line 1", INTERMEDIATE_KEYS)
                .by(root)
                .make();
        Made inside = Maker.leaf("O=Plant,CN=dev1", LEAF_KEYS).by(outside).make();
        assertThat(refusal(judge(List.of(strictRoot.registered("plant")), inside, outside), "O=Elsewhere"))
                .isEqualTo("NameNotPermitted");
    }

    @Test
    void name_constraints_hold_for_the_names_of_other_kinds_too() {
        GeneralName plant = new GeneralName(GeneralName.dNSName, "plant.test");
        Made line = Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS)
                .by(root)
                .with(
                        Extension.nameConstraints,
                        true,
                        new NameConstraints(new GeneralSubtree[] {new GeneralSubtree(plant)}, null))
                .make();
        for (String name : List.of("dev1.plant.test", "dev1.elsewhere.test")) {
            Made device = Maker.leaf("CN=dev1", LEAF_KEYS)
                    .by(line)
                    .with(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(new GeneralName(GeneralName.dNSName, name)))
                    .make();
            ChainResult result = judge(rootOnly, device, line);
            assertThat(result instanceof ChainResult.Trusted).as(name).isEqualTo(name.equals("dev1.plant.test"));
        }
    }

    @Test
    void a_kind_of_name_that_can_not_be_compared_is_refused_without_an_exception() {
        GeneralName other = new GeneralName(
                GeneralName.otherName,
                new OtherName(new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.2"), new DERUTF8String("dev1")));
        Made line = Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS)
                .by(root)
                .with(
                        Extension.nameConstraints,
                        true,
                        new NameConstraints(new GeneralSubtree[] {new GeneralSubtree(other)}, null))
                .make();
        Made device = Maker.leaf("CN=dev1", LEAF_KEYS)
                .by(line)
                .with(Extension.subjectAlternativeName, false, new GeneralNames(other))
                .make();
        assertThat(refusal(judge(rootOnly, device, line), "nameConstraints")).isEqualTo("CertificateUnreadable");
    }

    @Test
    void many_authorities_of_one_name_are_all_tried() {
        List<ChainAnchor> renewed = new ArrayList<>();
        for (int i = 1; i < Limits.defaults().certificates().authoritiesMax(); i++) {
            renewed.add(Maker.authority("O=Plant,CN=Root", ROOT_KEYS)
                    .expired()
                    .make()
                    .registered("year " + i));
        }
        assertThat(refusal(judge(renewed, leaf, intermediate))).isEqualTo("AuthorityExpired");
        renewed.add(root.registered("now"));
        assertTrusted(judge(renewed, leaf, intermediate), "now", 2);
    }

    // --- what for

    @Test
    void a_leaf_with_purposes_has_that_of_a_client() {
        for (KeyPurposeId good : List.of(KeyPurposeId.id_kp_clientAuth, KeyPurposeId.anyExtendedKeyUsage)) {
            Made device = leaf().with(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(good))
                    .make();
            assertTrusted(judge(rootOnly, device, intermediate), "plant", 2);
        }
        Made server = leaf().with(
                        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                .make();
        assertThat(refusal(judge(rootOnly, server, intermediate), "clientAuth")).isEqualTo("NotForClients");
        Made encrypting = leaf().with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyEncipherment))
                .make();
        assertThat(refusal(judge(rootOnly, encrypting, intermediate), "digitalSignature"))
                .isEqualTo("NotForClients");
        Made agreeing = leaf().with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyAgreement))
                .make();
        assertTrusted(judge(rootOnly, agreeing, intermediate), "plant", 2);
    }

    @Test
    void an_intermediate_for_servers_makes_no_devices() {
        Made servers = Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS)
                .by(root)
                .with(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                .make();
        assertThat(refusal(judge(rootOnly, leaf, servers), "CN=Line 1")).isEqualTo("NotForClients");
        assertTrusted(judge(List.of(servers.registered("line")), leaf), "line", 1);
    }

    @Test
    void a_critical_extension_that_nobody_understands_is_obeyed_by_refusing() {
        ASN1ObjectIdentifier unknown = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1");
        Made device = leaf().with(unknown, true, DERNull.INSTANCE).make();
        assertThat(refusal(judge(rootOnly, device, intermediate), "1.3.6.1.4.1.99999.1", "CN=dev1"))
                .isEqualTo("CriticalExtensionUnknown");
        assertTrusted(
                judge(rootOnly, leaf().with(unknown, false, DERNull.INSTANCE).make(), intermediate), "plant", 2);
        Made line = Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS)
                .by(root)
                .with(unknown, true, DERNull.INSTANCE)
                .make();
        assertThat(refusal(judge(rootOnly, leaf, line), "CN=Line 1")).isEqualTo("CriticalExtensionUnknown");
    }

    @Test
    void an_extension_that_can_not_be_read_allows_nothing() {
        byte[] rubbish = {0x02, 0x01, 0x05};
        Made purposes =
                leaf().withRaw(Extension.extendedKeyUsage, false, rubbish).make();
        assertThat(refusal(judge(rootOnly, purposes, intermediate), "extendedKeyUsage"))
                .isEqualTo("CertificateUnreadable");
        Made none = leaf().with(Extension.extendedKeyUsage, false, new DERSequence())
                .make();
        assertThat(judge(rootOnly, none, intermediate)).isInstanceOf(ChainResult.Refused.class);
        Made usage = leaf().withRaw(Extension.keyUsage, false, rubbish).make();
        assertThat(refusal(judge(rootOnly, usage, intermediate), "keyUsage")).isEqualTo("CertificateUnreadable");
        Made names = Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS)
                .by(root)
                .withRaw(Extension.nameConstraints, false, rubbish)
                .make();
        assertThat(refusal(judge(rootOnly, leaf, names), "nameConstraints")).isEqualTo("CertificateUnreadable");
    }

    @Test
    void basic_constraints_that_only_seem_to_say_nothing_are_not_read() {
        byte[][] odd = {
            // CA:TRUE with a path length of -5; of more than four bytes; before it; and a BOOLEAN of two bytes.
            {0x30, 6, 1, 1, -1, 2, 1, -5},
            {0x30, 10, 1, 1, -1, 2, 5, 1, 0, 0, 0, 0},
            {0x30, 6, 2, 1, 5, 1, 1, -1},
            {0x30, 4, 1, 2, -1, -1}
        };
        for (byte[] value : odd) {
            Made device =
                    leaf().withRaw(Extension.basicConstraints, false, value).make();
            assertThat(refusal(judge(rootOnly, device, intermediate), "basicConstraints", "CN=dev1"))
                    .isEqualTo("CertificateUnreadable");
        }
    }

    @Test
    void a_registered_authority_whose_usage_can_not_be_read_issues_nothing() {
        Made odd = Maker.authority("O=Plant,CN=Root", ROOT_KEYS)
                .withRaw(Extension.keyUsage, false, new byte[] {2, 1, 5})
                .make();
        assertThat(refusal(judge(List.of(odd.registered("plant")), leaf, intermediate), "keyUsage", "CN=Root"))
                .isEqualTo("CertificateUnreadable");
    }

    @Test
    void policies_that_can_not_be_met_are_left_to_the_runtime() {
        // requireExplicitPolicy 0, and nobody states a policy.
        byte[] explicit = {0x30, 0x03, (byte) 0x80, 0x01, 0x00};
        Made line = Maker.authority("O=Plant,CN=Line 1", INTERMEDIATE_KEYS)
                .by(root)
                .withRaw(Extension.policyConstraints, true, explicit)
                .make();
        assertThat(refusal(judge(rootOnly, leaf, line), "policy")).isEqualTo("PathRejected");
    }

    // --- how strong

    @Test
    void what_proves_nothing_any_more_is_refused() throws GeneralSecurityException {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(1024);
        KeyPair weak = rsa.generateKeyPair();
        Made device = Maker.leaf("CN=dev1", weak).by(intermediate).make();
        assertThat(refusal(judge(rootOnly, device, intermediate), "RSA key of 1024 bits"))
                .isEqualTo("CertificateWeak");
        Made weakLine = Maker.authority("O=Plant,CN=Line 1", weak).by(root).make();
        Made below = Maker.leaf("CN=dev1", LEAF_KEYS).by(weakLine).make();
        assertThat(refusal(judge(rootOnly, below, weakLine), "CN=Line 1")).isEqualTo("CertificateWeak");
        Made sha1 = leaf().signedWith("SHA1withECDSA").make();
        assertThat(refusal(judge(rootOnly, sha1, intermediate), "SHA1withECDSA"))
                .isEqualTo("CertificateWeak");
        Made rsaRoot = Maker.authority("CN=Top", KeyKind.RSA_2048.generate()).make();
        Made md5 = Maker.leaf("CN=dev1", LEAF_KEYS)
                .by(rsaRoot)
                .signedWith("MD5withRSA")
                .make();
        assertThat(refusal(judge(List.of(rsaRoot.registered("top")), md5), "MD5withRSA"))
                .isEqualTo("CertificateWeak");
        Made pssSha1 = Maker.leaf("CN=dev1", LEAF_KEYS)
                .by(rsaRoot)
                .signedWith("PSS SHA-1")
                .make();
        assertThat(refusal(judge(List.of(rsaRoot.registered("top")), pssSha1), "RSASSA-PSS"))
                .isEqualTo("CertificateWeak");
    }

    // --- how much

    @Test
    void more_certificates_than_the_limit_are_not_looked_at() {
        Made[] many = new Made[Limits.defaults().certificates().chainMaxCertificates() + 1];
        for (int i = 0; i < many.length; i++) {
            many[i] = leaf;
        }
        assertThat(refusal(judge(rootOnly, many), "showed 9", "at most 8")).isEqualTo("ChainTooLong");
    }

    @Test
    void a_net_of_cross_signed_certificates_is_given_up_after_a_bounded_number_of_checks() {
        // Everyone issued everyone: as many ways as there are orders of the certificates.
        Limits.Certificates limits = Limits.defaults().certificates();
        List<Made> net = new ArrayList<>();
        KeyPair shared = OTHER_KEYS;
        for (int i = 0; i < limits.chainMaxCertificates() - 1; i++) {
            net.add(Maker.authority("CN=Net", shared).make());
        }
        Made device = Maker.leaf("CN=dev1", LEAF_KEYS).by(net.getFirst()).make();
        List<Made> shown = new ArrayList<>(List.of(device));
        shown.addAll(net);
        assertThat(refusal(judge(rootOnly, shown.toArray(Made[]::new)), "64")).isEqualTo("ChainTooTangled");
    }

    // --- names

    @Test
    void a_long_name_is_cut_where_it_is_printed() {
        Made device = Maker.leaf("DC=" + "x".repeat(5000), LEAF_KEYS).make();
        ChainResult judged = judge(rootOnly, device);
        assertThat(((ChainResult.Refused) judged).why().explain(Commands.OF_NO_HUB))
                .hasSizeLessThan(500);
    }
}
