package dev.holdfast.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.Security;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.bouncycastle.asn1.x500.X500Name;
import org.junit.jupiter.api.Test;

class DeviceCertificatesTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);

    @Test
    void a_self_signed_certificate_has_the_device_id_as_common_name() throws Exception {
        for (KeyKind kind : new KeyKind[] {KeyKind.RSA_2048, KeyKind.EC_P256}) {
            KeyAndCertificate device = DeviceCertificates.selfSigned("dev1", kind, Duration.ofDays(365), CLOCK);

            device.certificate().verify(device.certificate().getPublicKey());
            CertificateFacts facts = CertificateFacts.of(device.certificate());
            assertThat(facts.subject()).isEqualTo("CN=dev1");
            assertThat(facts.issuer()).isEqualTo("CN=dev1");
            assertThat(facts.notAfter()).isEqualTo(NOW.plus(Duration.ofDays(365)));
            assertThat(facts.sha1()).matches("[0-9A-F]{40}");
            assertThat(facts.sha256()).matches("[0-9A-F]{64}");
            assertThat(device.certificate().getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        }
    }

    @Test
    void every_character_of_a_device_id_is_kept_literally() {
        for (String id : new String[] {"#0500", "a,b=c+d;e", "!$'()*@:%_.-?", "d".repeat(128)}) {
            KeyAndCertificate device = DeviceCertificates.selfSigned(id, KeyKind.EC_P256, Duration.ofDays(1), CLOCK);

            assertThat(X500Name.getInstance(device.certificate()
                                    .getSubjectX500Principal()
                                    .getEncoded())
                            .getRDNs()[0]
                            .getFirst()
                            .getValue())
                    .hasToString(id);
        }
    }

    @Test
    void two_certificates_of_one_device_differ() {
        assertThat(DeviceCertificates.selfSigned("dev1", KeyKind.EC_P256, Duration.ofDays(1), CLOCK)
                        .certificate())
                .isNotEqualTo(DeviceCertificates.selfSigned("dev1", KeyKind.EC_P256, Duration.ofDays(1), CLOCK)
                        .certificate());
    }

    @Test
    void an_empty_or_endless_name_is_refused() {
        for (String name : new String[] {"", "x".repeat(258)}) {
            assertThatThrownBy(() -> DeviceCertificates.selfSigned(name, KeyKind.EC_P256, Duration.ofDays(1), CLOCK))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void no_security_provider_is_registered() {
        DeviceCertificates.selfSigned("dev1", KeyKind.EC_P256, Duration.ofDays(1), CLOCK);

        assertThat(Security.getProvider("BC")).isNull();
    }
}
