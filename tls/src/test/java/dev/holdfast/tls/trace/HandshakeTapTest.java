package dev.holdfast.tls.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.testkit.RawHello;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class HandshakeTapTest {
    private static final Limits.Trace LIMITS = Limits.defaults().tls().trace();
    private static final Duration AT = Duration.ofMillis(3);
    private static final String RETRY = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";
    private static final byte[] APPLICATION_DATA = RawHello.record(23, new byte[60]);
    private static final byte[] CHANGE = RawHello.record(20, new byte[] {1});

    private final HandshakeTap tap = new HandshakeTap(LIMITS);

    private void read(Side from, byte[]... parts) {
        for (byte[] part : parts) {
            tap.read(from, ByteBuffer.wrap(part), AT);
        }
    }

    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    static byte[] message(int type, byte[] body) {
        return concat(new byte[] {(byte) type, 0, (byte) (body.length >>> 8), (byte) body.length}, body);
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** TLS_AES_128_GCM_SHA256; key_share of x25519, or only its group in a HelloRetryRequest. */
    static byte[] tls13Choice(boolean retry) {
        String random = retry ? RETRY : "11".repeat(32);
        String keyShare = retry ? "0033 0002 001d" : "0033 0024 001d 0020" + "22".repeat(32);
        byte[] extensions = hex("002b 0002 0304" + keyShare);
        return message(
                2, concat(hex("0303" + random + "00 1301 00"), new byte[] {0, (byte) extensions.length}, extensions));
    }

    /** TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256. */
    static byte[] tls12Choice() {
        return message(2, hex("0303" + "11".repeat(32) + "00 c02f 00"));
    }

    /** The server's messages of a TLS 1.2 handshake, with a request for a certificate. */
    static byte[] tls12Flight() {
        return concat(
                tls12Choice(),
                message(11, hex("000010 000003 010203 000007 01020304050607")),
                message(12, hex("03 001d 02 aabb 0804 0002 ccdd")),
                message(13, hex("01 40 0004 0401 0403 0000")),
                message(14, new byte[0]));
    }

    private static List<String> names(List<Seen> seen) {
        return seen.stream()
                .map(one -> one instanceof Seen.Message message
                        ? message.message().messageName()
                        : one.getClass().getSimpleName())
                .toList();
    }

    @Test
    void a_tls_1_2_handshake_is_told_message_by_message() {
        read(Side.CLIENT, RawHello.tls12().serverName("hub1.hub.test").record());
        read(Side.SERVER, RawHello.record(22, tls12Flight()));
        read(Side.CLIENT, RawHello.record(22, message(16, new byte[33])), CHANGE, RawHello.record(22, new byte[40]));
        read(Side.SERVER, CHANGE, RawHello.record(22, new byte[40]), RawHello.record(21, new byte[26]));

        assertThat(names(tap.seen()))
                .containsExactly(
                        "ClientHello",
                        "ServerHello",
                        "Certificate",
                        "ServerKeyExchange",
                        "CertificateRequest",
                        "ServerHelloDone",
                        "ClientKeyExchange",
                        "CipherChange",
                        "Encrypted",
                        "CipherChange",
                        "Encrypted",
                        "Encrypted");
        assertThat(tap.seen().get(2))
                .isEqualTo(new Seen.Message(Side.SERVER, AT, 23, new HandshakeMessage.Certificates(List.of(3, 7))));
        assertThat(Details.of(((Seen.Message) tap.seen().get(3)).message()))
                .extracting(detail -> detail.label() + " " + detail.values().getFirst())
                .containsExactly("group x25519", "signature rsa_pss_rsae_sha256");
        assertThat(((Seen.Message) tap.seen().get(4)).message())
                .isEqualTo(new HandshakeMessage.CertificateRequest(List.of(0x0401, 0x0403), 0));
        assertThat(tap.chosen().orElseThrow().cipherSuite().name()).isEqualTo("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    }

    @Test
    void in_tls_1_3_a_retry_request_is_told_and_a_change_of_cipher_means_nothing() {
        read(Side.CLIENT, RawHello.tls13().record());
        read(Side.SERVER, RawHello.record(22, tls13Choice(true)), CHANGE);
        assertThat(tap.chosen()).isEmpty();
        read(Side.CLIENT, CHANGE, RawHello.tls13().record());
        read(Side.SERVER, RawHello.record(22, tls13Choice(false)), APPLICATION_DATA);
        read(Side.CLIENT, APPLICATION_DATA);

        assertThat(names(tap.seen()))
                .containsExactly(
                        "ClientHello",
                        "HelloRetryRequest",
                        "CipherChange",
                        "CipherChange",
                        "ClientHello",
                        "ServerHello",
                        "Encrypted",
                        "Encrypted");
        ServerHello chosen = tap.chosen().orElseThrow();
        assertThat(chosen.isTls13()).isTrue();
        assertThat(chosen.group()).isEqualTo(29);
        assertThat(chosen.resumesByKey()).isFalse();
    }

    @Test
    void any_cut_of_the_stream_and_of_its_records_tells_the_same() {
        byte[] stream = RawHello.record(22, tls12Flight());
        read(Side.SERVER, stream);
        List<Seen> whole = tap.seen();
        assertThat(whole).hasSize(5);
        for (int size : new int[] {1, 3, 7, 50}) {
            HandshakeTap parts = new HandshakeTap(LIMITS);
            for (int from = 0; from < stream.length; from += size) {
                parts.read(
                        Side.SERVER,
                        ByteBuffer.wrap(Arrays.copyOfRange(stream, from, Math.min(stream.length, from + size))),
                        AT);
            }
            assertThat(parts.seen()).as("parts of %d bytes", size).isEqualTo(whole);

            HandshakeTap records = new HandshakeTap(LIMITS);
            byte[] flight = tls12Flight();
            for (int from = 0; from < flight.length; from += size) {
                byte[] part = Arrays.copyOfRange(flight, from, Math.min(flight.length, from + size));
                records.read(Side.SERVER, ByteBuffer.wrap(RawHello.record(22, part)), AT);
            }
            assertThat(records.seen()).as("records of %d bytes", size).isEqualTo(whole);
        }
    }

    @Test
    void an_alert_in_the_clear_is_told_and_one_that_is_encrypted_is_not_guessed() {
        read(Side.SERVER, RawHello.record(21, new byte[] {2, 70}));
        assertThat(tap.seen()).containsExactly(new Seen.Alert(Side.SERVER, AT, 7, true, 70));
        assertThat(AlertDescription.nameOf(70)).isEqualTo("protocol_version");
    }

    @Test
    void what_is_not_tls_is_quoted_as_far_as_it_is_text_and_nothing_behind_it_is_read() {
        read(Side.SERVER, "HTTP/1.1 400 Bad Request\r\nX: \u001b[31m".getBytes(StandardCharsets.US_ASCII));
        read(Side.SERVER, RawHello.record(22, tls12Flight()));
        assertThat(tap.seen())
                .singleElement()
                .isInstanceOfSatisfying(
                        Seen.Unreadable.class,
                        unreadable -> assertThat(unreadable.what())
                                .isEqualTo("it is not TLS: it begins with 'HTTP/1.1 400 Bad Request'"));

        read(Side.CLIENT, new byte[] {(byte) 0x80, 0x2e, 1, 3, 1});
        assertThat(((Seen.Unreadable) tap.seen().getLast()).what()).contains("the byte 0x80");
    }

    @Test
    void lengths_beyond_every_bound_end_the_reading() {
        read(Side.SERVER, hex("16 0303 ffff"));
        assertThat(((Seen.Unreadable) tap.seen().getLast()).what()).contains("65535 bytes");
        read(Side.CLIENT, RawHello.record(22, hex("01 ffffff 00")));
        assertThat(((Seen.Unreadable) tap.seen().getLast()).what()).contains("16777215 bytes");
    }

    @Test
    void an_endless_stream_is_neither_kept_nor_read() {
        byte[] alerts = concat(RawHello.record(21, new byte[] {1, 0}), RawHello.record(20, new byte[] {1}));
        for (int sent = 0; sent <= LIMITS.sideMaxBytes() + alerts.length; sent += alerts.length) {
            read(Side.SERVER, alerts);
        }
        assertThat(tap.seen()).hasSize(LIMITS.seenMax());

        HandshakeTap large = new HandshakeTap(LIMITS);
        for (int i = 0; i < 20; i++) {
            large.read(Side.SERVER, ByteBuffer.wrap(RawHello.record(23, new byte[16_000])), AT);
        }
        assertThat(large.seen().getLast())
                .isInstanceOfSatisfying(
                        Seen.Unreadable.class,
                        unreadable -> assertThat(unreadable.what()).contains(LIMITS.sideMaxBytes() + " bytes"));
    }

    @Test
    void mutated_handshakes_give_values_and_never_an_exception() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<byte[]> real = List.of(
                RawHello.tls13().serverName("hub1.hub.test").record(),
                RawHello.record(22, tls12Flight()),
                concat(RawHello.record(22, tls13Choice(true)), CHANGE, RawHello.record(22, tls13Choice(false))),
                concat(RawHello.record(22, message(16, new byte[33])), CHANGE, RawHello.record(22, new byte[40])),
                RawHello.record(22, message(4, hex("00001c20 0004 01020304"))),
                RawHello.record(22, message(15, hex("0804 0002 0102"))));
        int malformed = 0;
        for (int round = 0; round < 100_000; round++) {
            HandshakeTap mutated = new HandshakeTap(
                    new Limits.Trace(20_000, 4096, 64, LIMITS.handshakeMaxTime(), LIMITS.verdictMaxTime()));
            try {
                for (int part = random.nextInt(4); part >= 0; part--) {
                    byte[] bytes = mutate(real.get(random.nextInt(real.size())), random);
                    mutated.read(random.nextBoolean() ? Side.CLIENT : Side.SERVER, ByteBuffer.wrap(bytes), AT);
                }
                for (Seen one : mutated.seen()) {
                    if (one instanceof Seen.Message message) {
                        Details.of(message.message());
                        malformed += message.message() instanceof HandshakeMessage.Malformed ? 1 : 0;
                    }
                }
                assertThat(mutated.seen()).hasSizeLessThanOrEqualTo(64);
                for (Side side : Side.values()) {
                    assertThat(NineSteps.of(
                                    mutated.seen(),
                                    new HandshakeFacts(random.nextBoolean(), random.nextBoolean(), true, side)))
                            .hasSize(9);
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
        }
        assertThat(malformed).as("seed %d", seed).isGreaterThan(1000);
    }

    private static byte[] mutate(byte[] original, Random random) {
        byte[] bytes = original.clone();
        for (int i = random.nextInt(3); i > 0; i--) {
            switch (random.nextInt(3)) {
                case 0 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                case 1 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                default -> bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length + 8));
            }
        }
        return bytes;
    }
}
