package dev.holdfast.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.Maker.Made;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which revocation lists are taken, and what they say. */
final class RevocationListsTest {
    private static final Instant NOW = Maker.NOW;
    private static final Limits LIMITS = Limits.defaults();
    private static final Made ROOT =
            Maker.authority("CN=Root,O=Plant", KeyKind.EC_P256.generate()).make();

    private static RevocationListReading read(byte[] bytes) {
        return read(bytes, ROOT, null);
    }

    private static RevocationListReading read(byte[] bytes, Made issuer, @Nullable RevocationList held) {
        return RevocationLists.read(bytes, issuer.certificate(), held, LIMITS, NOW);
    }

    private static RevocationList taken(RevocationListReading reading) {
        assertThat(reading).isInstanceOf(RevocationListReading.Read.class);
        return ((RevocationListReading.Read) reading).list();
    }

    private static String reason(RevocationListReading reading) {
        return reading instanceof RevocationListReading.Refused(var why) ? why.reason() : "taken";
    }

    private static byte[] pem(byte[] der) {
        return ("issued for the plant\n-----BEGIN X509 CRL-----\n"
                        + Base64.getMimeEncoder().encodeToString(der) + "\n-----END X509 CRL-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_list_says_what_is_revoked_when_and_why(boolean pem) {
        BigInteger big = new BigInteger(159, new Random(1));
        byte[] der = Lists.of(ROOT)
                .revoking(BigInteger.ONE, 1)
                .revoking(big, 0)
                .revoking(BigInteger.valueOf(-7), 6)
                .numbered(12)
                .make();
        RevocationList list = taken(read(pem ? pem(der) : der));
        assertThat(list.entries()).isEqualTo(3);
        assertThat(list.number()).contains(BigInteger.valueOf(12));
        assertThat(list.thisUpdate()).isEqualTo(NOW.minus(Duration.ofDays(1)));
        assertThat(list.nextUpdate()).isEqualTo(NOW.plus(Duration.ofDays(1)));
        assertThat(list.find(BigInteger.ONE)).contains(new Revoked(NOW.minusSeconds(60), "keyCompromise"));
        assertThat(list.find(big)).contains(new Revoked(NOW.minusSeconds(60), "unspecified"));
        assertThat(list.find(BigInteger.valueOf(-7))).contains(new Revoked(NOW.minusSeconds(60), "certificateHold"));
        assertThat(list.find(BigInteger.TWO)).isEmpty();
        assertThat(taken(RevocationLists.reopen(list.encoded())).find(big)).isPresent();
    }

    @Test
    void an_empty_list_is_one() {
        RevocationList list = taken(read(Lists.of(ROOT).make()));
        assertThat(list.entries()).isZero();
        assertThat(list.find(BigInteger.ONE)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHA256withRSA", "SHA512withRSA", "Ed25519", "SHA384withECDSA"})
    void every_kind_of_key_signs_lists(String signature) throws Exception {
        var generator = KeyPairGenerator.getInstance(
                signature.equals("Ed25519") ? "Ed25519" : signature.endsWith("RSA") ? "RSA" : "EC");
        if (signature.endsWith("ECDSA")) {
            generator.initialize(new ECGenParameterSpec("secp384r1"));
        }
        Made issuer = Maker.authority("CN=Other", generator.generateKeyPair())
                .signedWith(signature)
                .make();
        assertThat(reason(read(Lists.of(issuer).signedWith(signature).make(), issuer, null)))
                .isEqualTo("taken");
    }

    @Test
    void a_list_of_somebody_else_is_refused() {
        Made other = Maker.authority("CN=Other", KeyKind.EC_P256.generate()).make();
        Made twin =
                Maker.authority("CN=Root,O=Plant", KeyKind.EC_P256.generate()).make();
        assertThat(reason(read(Lists.of(other).make()))).isEqualTo("ListOfAnotherIssuer");
        assertThat(reason(read(Lists.of(twin).make()))).isEqualTo("ListSignatureWrong");
        assertThat(reason(read(Lists.of(ROOT).make(other)))).isEqualTo("ListSignatureWrong");
    }

    @Test
    void an_authority_that_may_not_sign_lists_signs_none() {
        Made issuer = Maker.authority("CN=Certificates only", KeyKind.EC_P256.generate())
                .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign))
                .make();
        assertThat(reason(read(Lists.of(issuer).make(), issuer, null))).isEqualTo("ListsNotAllowed");
    }

    @Test
    void a_weak_signature_is_refused_whoever_made_it() {
        assertThat(reason(read(Lists.of(ROOT).signedWith("SHA1withECDSA").make())))
                .isEqualTo("ListSignatureWeak");
    }

    @Test
    void a_list_counts_in_its_time_only() {
        Instant later = NOW.plus(Duration.ofDays(1));
        assertThat(reason(read(Lists.of(ROOT, NOW.plusSeconds(301), later).make())))
                .isEqualTo("ListNotYetValid");
        assertThat(reason(read(Lists.of(ROOT, NOW.plusSeconds(299), later).make())))
                .isEqualTo("taken");
        assertThat(reason(read(
                        Lists.of(ROOT, NOW.minusSeconds(9), NOW.minusSeconds(1)).make())))
                .isEqualTo("ListExpired");
        assertThat(reason(read(Lists.of(ROOT, NOW.minusSeconds(9), null).make())))
                .isEqualTo("ListWithoutNextUpdate");
    }

    @Test
    void an_older_list_does_not_replace_a_newer_one() {
        Instant early = NOW.minusSeconds(200);
        Instant late = NOW.minusSeconds(100);
        Instant next = NOW.plusSeconds(100);
        RevocationList held = taken(read(Lists.of(ROOT, early, next).numbered(5).make()));
        assertThat(reason(read(Lists.of(ROOT, late, next).numbered(4).make(), ROOT, held)))
                .isEqualTo("ListOlder");
        assertThat(reason(read(Lists.of(ROOT, early, next).numbered(5).make(), ROOT, held)))
                .isEqualTo("taken");
        assertThat(reason(read(
                        Lists.of(ROOT, early.minusSeconds(9), next).numbered(6).make(), ROOT, held)))
                .isEqualTo("taken");
        assertThat(reason(read(Lists.of(ROOT, late, next).make(), ROOT, held))).isEqualTo("taken");
        assertThat(reason(read(Lists.of(ROOT, early.minusSeconds(9), next).make(), ROOT, held)))
                .isEqualTo("ListOlder");
    }

    @Test
    void what_speaks_for_some_certificates_only_is_refused() {
        assertThat(reason(read(Lists.of(ROOT)
                        .with(Extension.deltaCRLIndicator, true, new ASN1Integer(1))
                        .make())))
                .isEqualTo("ListIsDelta");
        assertThat(reason(read(Lists.of(ROOT)
                        .with(
                                Extension.issuingDistributionPoint,
                                true,
                                new IssuingDistributionPoint(null, false, false, null, true, false))
                        .make())))
                .isEqualTo("ListIsPartial");
        Lists indirect = Lists.of(ROOT);
        indirect.builder()
                .addCRLEntry(
                        BigInteger.ONE,
                        Date.from(NOW),
                        entryExtension(
                                Extension.certificateIssuer,
                                new GeneralNames(new GeneralName(new X500Name("CN=Somebody")))));
        assertThat(reason(read(indirect.make()))).isEqualTo("ListIsPartial");
    }

    @Test
    void a_critical_extension_that_nobody_knows_is_not_passed_over() {
        ASN1ObjectIdentifier unknown = new ASN1ObjectIdentifier("1.2.3.4");
        assertThat(reason(read(Lists.of(ROOT)
                        .with(unknown, true, new DERUTF8String("x"))
                        .make())))
                .isEqualTo("ListExtensionNotUnderstood");
        assertThat(reason(read(Lists.of(ROOT)
                        .with(unknown, false, new DERUTF8String("x"))
                        .make())))
                .isEqualTo("taken");
        Lists entry = Lists.of(ROOT);
        entry.builder().addCRLEntry(BigInteger.ONE, Date.from(NOW), entryExtension(unknown, new DERUTF8String("x")));
        assertThat(reason(read(entry.make()))).isEqualTo("ListExtensionNotUnderstood");
    }

    private static Extensions entryExtension(ASN1ObjectIdentifier id, ASN1Encodable value) {
        try {
            ExtensionsGenerator generator = new ExtensionsGenerator();
            generator.addExtension(id, true, value);
            return generator.generate();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not a list",
                "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
                "-----BEGIN X509 CRL-----\nMAA\n-----END X509 CRL-----\n",
                "-----BEGIN X509 CRL-----\nMAA="
            })
    void what_is_no_list_is_refused(String text) {
        assertThat(reason(read(text.getBytes(StandardCharsets.US_ASCII)))).isEqualTo("NotARevocationList");
    }

    @Test
    void bytes_behind_a_list_and_a_second_one_are_refused() {
        byte[] der = Lists.of(ROOT).make();
        assertThat(reason(read(Arrays.copyOf(der, der.length + 1)))).isEqualTo("NotARevocationList");
        ByteArrayOutputStream two = new ByteArrayOutputStream();
        two.writeBytes(pem(der));
        two.writeBytes(pem(der));
        assertThat(reason(read(two.toByteArray()))).isEqualTo("NotARevocationList");
    }

    /** A million entries are more than the limit in bytes and in number. */
    @Test
    void a_huge_list_is_refused_by_its_size_and_by_its_entries() {
        byte[] large = new byte[LIMITS.revocation().listMaxBytes() + 1];
        large[0] = Der.SEQUENCE;
        assertThat(reason(read(large))).isEqualTo("ListTooLarge");
        Arrays.fill(large, (byte) 'A');
        assertThat(reason(read(large))).isEqualTo("NotARevocationList");
        byte[] many = list(LIMITS.revocation().listMaxEntries() + 1);
        assertThat(many.length).isLessThan(LIMITS.revocation().listMaxBytes());
        assertThat(reason(read(many))).isEqualTo("TooManyEntries");
        assertThat(reason(read(list(1_000_000)))).isEqualTo("ListTooLarge");
    }

    /** Serial numbers 1 and up, in the shortest entries that there are. */
    private static byte[] list(int entries) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 1; i <= entries; i++) {
            byte[] serial = BigInteger.valueOf(i).toByteArray();
            all.writeBytes(element(Der.SEQUENCE, element(Der.INTEGER, serial), time()));
        }
        Lists template = Lists.of(ROOT).revoking(BigInteger.ONE, 0);
        return Spliced.withEntries(
                template.make(), all.toByteArray(), ROOT.keys().getPrivate());
    }

    private static byte[] time() {
        return element(Der.UTC_TIME, "261122000000Z".getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] element(int tag, byte[]... parts) {
        return Spliced.element(tag, parts);
    }

    @Test
    void a_hundred_thousand_entries_are_all_found_and_no_other() {
        RevocationList list = taken(read(list(100_000)));
        assertThat(list.entries()).isEqualTo(100_000);
        for (int i = 1; i <= 100_000; i++) {
            assertThat(list.find(BigInteger.valueOf(i))).isPresent();
        }
        for (int i = 100_001; i < 110_000; i++) {
            assertThat(list.find(BigInteger.valueOf(i))).isEmpty();
        }
    }

    /** Signed, so that the entries are read: what an authority itself could do. */
    @Test
    void nested_garbage_costs_no_more_than_its_bytes() {
        byte[] nested = new byte[400_000];
        for (int i = 0; i < nested.length; i += 2) {
            nested[i] = Der.SEQUENCE;
            nested[i + 1] = (byte) 0x80;
        }
        assertThat(reason(read(nested))).isEqualTo("NotARevocationList");
        byte[] inside = Spliced.withEntries(
                Lists.of(ROOT).revoking(BigInteger.ONE, 0).make(),
                nested,
                ROOT.keys().getPrivate());
        assertThat(reason(read(inside))).isEqualTo("NotARevocationList");
    }

    /** Damaged after it was signed, and signed after it was damaged: always an answer, and never a look-up that fails. */
    @Test
    void damaged_lists_are_answered() {
        long seed = new SecureRandom().nextLong();
        System.out.println("damaged_lists_are_answered: seed " + seed);
        Random random = new Random(seed);
        byte[] good = Lists.of(ROOT)
                .revoking(BigInteger.valueOf(300), 1)
                .revoking(new BigInteger(150, random), 4)
                .numbered(3)
                .make();
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = good.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(8) == 0) {
                damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
            }
            String reason = reason(read(damaged));
            if (!Arrays.equals(damaged, good)) {
                assertThat(reason).isNotEqualTo("taken");
            }
            if (RevocationLists.reopen(damaged) instanceof RevocationListReading.Read(var list)) {
                assertThat(list.find(BigInteger.valueOf(300))
                                .map(Revoked::reason)
                                .orElse(""))
                        .isNotNull();
            }
        }
    }
}
