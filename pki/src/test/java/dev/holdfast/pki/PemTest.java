package dev.holdfast.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PemTest {
    private static final KeyAndCertificate DEVICE =
            DeviceCertificates.selfSigned("dev1", KeyKind.EC_P256, Duration.ofDays(1), InstantSource.system());

    private static final Limits.ChainContents CONTENTS = new Limits.ChainContents(10_000, 1, 1, 1, 1, 1);

    private final Pem pem = new Pem(new Limits.Certificates(
            10_000, 3, 10_000, 3, 8, 32, 8192, 10_000, Duration.ofDays(1), 3, 10, 3, 100, CONTENTS));

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void what_is_written_is_read_back() throws Exception {
        String text = Pem.write(DEVICE.certificate());

        assertThat(pem.certificates(bytes(text + text))).containsExactly(DEVICE.certificate(), DEVICE.certificate());
        assertThat(pem.keyAndCertificate(bytes(text + Pem.write(DEVICE.key()))).key())
                .isEqualTo(DEVICE.key());
        assertThat(text.lines()).allMatch(line -> line.length() <= 64);
    }

    @Test
    void remarks_and_windows_lines_are_skipped() throws Exception {
        String text = "subject=CN = dev1\r\n" + Pem.write(DEVICE.certificate()).replace("\n", "\r\n") + "# end\r\n";

        assertThat(pem.certificates(bytes(text))).containsExactly(DEVICE.certificate());
    }

    @Test
    void length_and_count_are_bounded() {
        String one = Pem.write(DEVICE.certificate());

        assertThatThrownBy(() -> pem.certificates(bytes(one.repeat(4))))
                .isInstanceOf(PemException.class)
                .hasMessageContaining("more than 3");
        assertThatThrownBy(() -> pem.certificates(bytes(one + "x".repeat(10_000))))
                .isInstanceOf(PemException.class)
                .hasMessageContaining("10000 bytes");
    }

    @Test
    void a_key_among_certificates_is_refused() {
        assertThatThrownBy(() -> pem.certificates(bytes(Pem.write(DEVICE.certificate()) + Pem.write(DEVICE.key()))))
                .isInstanceOf(PemException.class)
                .hasMessageContaining("PRIVATE KEY");
    }

    @Test
    void a_text_without_a_certificate_or_cut_off_is_refused() {
        assertThatThrownBy(() -> pem.certificates(bytes("hello"))).hasMessageContaining("BEGIN CERTIFICATE");
        assertThatThrownBy(() ->
                        pem.certificates(bytes(Pem.write(DEVICE.certificate()).substring(0, 200))))
                .hasMessageContaining("cut off");
    }

    @Test
    void damaged_text_gives_a_value_or_a_named_refusal_that_does_not_quote_a_key() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] good = bytes(Pem.write(DEVICE.key()) + Pem.write(DEVICE.certificate()));
        String secret = Pem.write(DEVICE.key()).lines().skip(1).findFirst().orElseThrow();
        for (int round = 0; round < 3_000; round++) {
            byte[] damaged = good.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                pem.keyAndCertificate(damaged);
            } catch (PemException e) {
                assertThat(e.getMessage()).as("seed %d round %d", seed, round).doesNotContain(secret.substring(0, 20));
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
        }
    }
}
