package dev.holdfast.pki;

import static dev.holdfast.pki.Maker.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.Maker.Made;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

/** What an operator may register, in every form that tools write, and what is refused with its own reason. */
final class AuthorityCertificateTest {
    private static final Limits.Certificates LIMITS = Limits.defaults().certificates();
    private static final KeyPair KEYS = KeyKind.EC_P256.generate();

    private final Made root = Maker.authority("CN=Root", KEYS).make();
    private final Made leaf =
            Maker.leaf("CN=dev1", KeyKind.EC_P256.generate()).by(root).make();

    private static AuthorityReading read(String text) {
        return AuthorityCertificate.read(text, LIMITS, NOW);
    }

    private static String reason(String text) {
        AuthorityReading reading = read(text);
        assertThat(reading).isInstanceOf(AuthorityReading.Refused.class);
        AuthorityFault why = ((AuthorityReading.Refused) reading).why();
        assertThat(why.explain()).isNotEmpty();
        return why.reason();
    }

    private static String reason(Made made) {
        return reason(Pem.write(made.certificate()));
    }

    private static String base64(byte[] bytes) {
        return Base64.getMimeEncoder().encodeToString(bytes);
    }

    @Test
    void pem_der_in_base64_and_pem_in_base64_are_read() throws GeneralSecurityException {
        String pem = Pem.write(root.certificate());
        AuthorityReading wanted = new AuthorityReading.Read(root.certificate());
        assertThat(read(pem)).isEqualTo(wanted);
        assertThat(read("some remark\n" + pem.replace("\n", "\r\n"))).isEqualTo(wanted);
        assertThat(read(base64(root.certificate().getEncoded()))).isEqualTo(wanted);
        assertThat(read(base64(pem.getBytes(StandardCharsets.US_ASCII)))).isEqualTo(wanted);
    }

    @Test
    void an_intermediate_and_one_for_later_may_be_registered() {
        Made intermediate =
                Maker.authority("CN=Line", KeyKind.EC_P256.generate()).by(root).make();
        assertThat(read(Pem.write(intermediate.certificate()))).isInstanceOf(AuthorityReading.Read.class);
        Made later = Maker.authority("CN=Root", KEYS).notYetValid().make();
        assertThat(read(Pem.write(later.certificate()))).isInstanceOf(AuthorityReading.Read.class);
    }

    @Test
    void what_is_no_certificate_is_refused() throws GeneralSecurityException {
        byte[] der = root.certificate().getEncoded();
        for (String text : new String[] {
            "",
            "hello",
            "%%%",
            base64("hello".getBytes(StandardCharsets.US_ASCII)),
            base64(Arrays.copyOf(der, der.length - 1)),
            base64(Arrays.copyOf(der, der.length + 1)),
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            Pem.write(root.certificate()).replace("-----END CERTIFICATE-----", ""),
            Pem.write(KEYS.getPrivate()),
            Pem.write(root.certificate()) + Pem.write(KEYS.getPrivate())
        }) {
            assertThat(reason(text)).isEqualTo("NotACertificate");
        }
    }

    @Test
    void a_key_that_was_pasted_is_not_repeated() {
        String key = Pem.write(KEYS.getPrivate());
        AuthorityReading reading = read(key);
        String line = key.lines().skip(1).findFirst().orElseThrow();
        assertThat(((AuthorityReading.Refused) reading).why().explain()).doesNotContain(line.substring(0, 12));
    }

    @Test
    void several_certificates_are_several_authorities() {
        assertThat(reason(Pem.write(root.certificate()) + Pem.write(leaf.certificate())))
                .isEqualTo("SeveralCertificates");
    }

    @Test
    void what_may_not_issue_is_no_authority() {
        assertThat(reason(leaf)).isEqualTo("NotAnAuthority");
        assertThat(reason(Maker.of("CN=Old", KEYS).plain().make())).isEqualTo("NotAnAuthority");
        assertThat(reason(Maker.of("CN=Bare", KEYS).make())).isEqualTo("NotAnAuthority");
        assertThat(reason(Maker.authority("CN=Root", KEYS)
                        .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                        .make()))
                .isEqualTo("NotAnAuthority");
        assertThat(reason(Maker.authority("CN=Root", KEYS)
                        .withRaw(Extension.keyUsage, false, new byte[] {2, 1, 5})
                        .make()))
                .isEqualTo("NotAnAuthority");
    }

    @Test
    void what_is_expired_weak_large_or_not_understood_is_refused() throws GeneralSecurityException {
        assertThat(reason(Maker.authority("CN=Root", KEYS).expired().make())).isEqualTo("CertificateExpired");
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(1024);
        assertThat(reason(Maker.authority("CN=Root", rsa.generateKeyPair()).make()))
                .isEqualTo("KeyTooWeak");
        ASN1ObjectIdentifier unknown = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1");
        assertThat(reason(Maker.authority("CN=Root", KEYS)
                        .with(unknown, true, DERNull.INSTANCE)
                        .make()))
                .isEqualTo("ExtensionNotUnderstood");
        assertThat(reason(Maker.authority("CN=Root", KEYS)
                        .with(unknown, false, new DEROctetString(new byte[LIMITS.authorityMaxBytes()]))
                        .make()))
                .isEqualTo("CertificateTooLarge");
        assertThat(reason("A".repeat(LIMITS.pemMaxBytes() + 1))).isEqualTo("CertificateTooLarge");
    }

    @Test
    void no_random_text_is_an_authority_and_none_makes_it_stumble() throws GeneralSecurityException {
        long seed = Long.getLong("seed", new Random().nextLong());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        byte[] der = root.certificate().getEncoded();
        int read = 0;
        for (int round = 0; round < 2000; round++) {
            byte[] broken = der.clone();
            for (int i = 1 + random.nextInt(8); i > 0; i--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            String text =
                    random.nextBoolean() ? base64(broken) : base64(Arrays.copyOf(broken, random.nextInt(der.length)));
            if (read(text) instanceof AuthorityReading.Read) {
                read++;
            }
        }
        assertThat(read).as("most broken ones are refused, seed " + seed).isLessThan(1500);
    }
}
