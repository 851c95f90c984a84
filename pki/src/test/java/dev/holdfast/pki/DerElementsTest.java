package dev.holdfast.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.junit.jupiter.api.Test;

final class DerElementsTest {
    private static final int ROUNDS = 3000;

    private final long seed = Long.getLong("seed", new Random().nextLong());
    private final Random random = new Random(seed);

    private static byte[] bytes(int... values) {
        byte[] made = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            made[i] = (byte) values[i];
        }
        return made;
    }

    @Test
    void elements_are_counted_and_nothing_inside_them_is_read() {
        assertThat(DerElements.of(bytes(0x30, 0))).isEmpty();
        assertThat(DerElements.of(bytes(0x30, 5, 0x82, 1, 7, 5, 0))).hasSize(2);
        // What is in the inner sequence is no element.
        assertThat(DerElements.of(bytes(0x30, 4, 0x30, 2, 0xff, 0xff))).hasSize(1);
        assertThat(DerElements.octets(bytes(4, 2, 8, 9))).containsExactly(8, 9);
    }

    @Test
    void what_is_not_of_definite_length_or_too_long_or_too_short_is_nothing() {
        assertThat(DerElements.of(bytes())).isNull();
        assertThat(DerElements.of(bytes(0x30))).isNull();
        assertThat(DerElements.of(bytes(0x30, 1))).isNull();
        assertThat(DerElements.of(bytes(0x30, 0, 0))).isNull();
        assertThat(DerElements.of(bytes(0x04, 0))).isNull();
        assertThat(DerElements.of(bytes(0x30, 0x80, 0, 0))).isNull();
        assertThat(DerElements.of(bytes(0x30, 0x84, 0, 0, 0, 0))).isNull();
        assertThat(DerElements.of(bytes(0x30, 0x83, 0xff, 0xff, 0xff))).isNull();
        assertThat(DerElements.of(bytes(0x30, 2, 0x82, 1))).isNull();
        assertThat(DerElements.of(bytes(0x30, 3, 0x1f, 1, 0))).isNull();
        assertThat(DerElements.octets(bytes(0x30, 0))).isNull();
    }

    @Test
    void it_finds_what_a_library_wrote_and_stays_inside_whatever_it_is_given() throws IOException {
        System.out.println("seed " + seed);
        for (int round = 0; round < ROUNDS; round++) {
            int count = random.nextInt(20);
            byte[] der = new DERSequence(IntStream.range(0, count)
                            .mapToObj(_ -> new DEROctetString(new byte[random.nextInt(400)]))
                            .toArray(ASN1Encodable[]::new))
                    .getEncoded();
            assertThat(DerElements.of(der))
                    .as("seed " + seed + " round " + round)
                    .hasSize(count);
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                der[random.nextInt(der.length)] = (byte) random.nextInt(256);
            }
            List<DerElements.Element> found = DerElements.of(der);
            int end = -1;
            for (DerElements.Element element : found == null ? List.<DerElements.Element>of() : found) {
                assertThat(element.begin())
                        .as("seed " + seed + " round " + round)
                        .isGreaterThanOrEqualTo(end);
                end = element.end();
                assertThat(end).isBetween(element.contents(), der.length);
            }
        }
    }
}
