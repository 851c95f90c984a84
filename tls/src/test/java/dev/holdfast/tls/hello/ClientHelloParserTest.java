package dev.holdfast.tls.hello;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.RawHello;
import dev.holdfast.tls.report.HelloRefusal.HelloMalformed;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClientHelloParserTest {
    private static ClientHello parsed(RawHello raw) {
        return switch (ClientHelloParser.parse(raw.body())) {
            case ParsedHello.Whole(var hello) -> hello;
            case ParsedHello.Refused(var why) -> throw new AssertionError(why.toString());
        };
    }

    private static String refusal(byte[] body) {
        return switch (ClientHelloParser.parse(body)) {
            case ParsedHello.Whole(var hello) -> throw new AssertionError("taken: " + hello);
            case ParsedHello.Refused(HelloMalformed(var what)) -> what;
            case ParsedHello.Refused(var why) -> throw new AssertionError(why.toString());
        };
    }

    @Test
    void everything_offered_is_kept_in_the_order_sent() {
        ClientHello hello = parsed(RawHello.tls13()
                .suites(0x1302, 0x5A5A, 0xC030, 0x00FF)
                .versions(0x1A1A, 0x0304, 0x0303)
                .groups(24, 29)
                .signatureAlgorithms(0x0501, 0x0804)
                .serverName("Hub1.holdfast.localhost")
                .applicationProtocols("h2", "http/1.1")
                .maxFragment(2)
                .sessionId(new byte[32])
                .extension(50, new byte[] {0, 2, 4, 3})
                .extension(0xFF01, new byte[] {0}));

        assertThat(hello.legacyVersion()).isEqualTo(0x0303);
        assertThat(hello.sessionIdBytes()).isEqualTo(32);
        assertThat(hello.cipherSuites()).containsExactly(0x1302, 0x5A5A, 0xC030, 0x00FF);
        assertThat(hello.supportedVersions()).containsExactly(0x1A1A, 0x0304, 0x0303);
        assertThat(hello.groups()).containsExactly(24, 29);
        assertThat(hello.keyShareGroups()).containsExactly(29);
        assertThat(hello.signatureAlgorithms()).containsExactly(0x0501, 0x0804);
        assertThat(hello.certificateSignatureAlgorithms()).containsExactly(0x0403);
        assertThat(hello.serverName()).isEqualTo("Hub1.holdfast.localhost");
        assertThat(hello.applicationProtocols()).containsExactly("h2", "http/1.1");
        assertThat(hello.maxFragmentBytes()).isEqualTo(1024);
        assertThat(hello.extensions()).containsExactly(10, 13, 43, 51, 0, 16, 1, 50, 0xFF01);
    }

    @Test
    void people_read_names_without_the_reserved_values() {
        ClientHello hello = parsed(RawHello.tls13()
                .suites(0x0A0A, 0x1301, 0xC0FF)
                .versions(0x2A2A, 0x0304, 0x7F1C)
                .groups(0x3A3A, 29, 0x11EC, 0xFE00)
                .signatureAlgorithms(0x0804, 0xFE01));

        assertThat(hello.offeredSuites()).containsExactly("TLS_AES_128_GCM_SHA256", "0xC0FF");
        assertThat(hello.offeredVersions()).containsExactly("TLS 1.3", "0x7F1C");
        assertThat(hello.offeredGroups()).containsExactly("x25519", "X25519MLKEM768", "0xFE00");
        assertThat(hello.offeredSignatures()).containsExactly("rsa_pss_rsae_sha256", "0xFE01");
    }

    @Test
    void a_hello_without_any_extension_is_one() {
        ClientHello hello = parsed(RawHello.bare().legacyVersion(0x0301));

        assertThat(hello.extensions()).isEmpty();
        assertThat(hello.groups()).isNull();
        assertThat(hello.serverName()).isNull();
        assertThat(hello.offeredVersions()).containsExactly("up to TLS 1.0");
        assertThat(hello.offers(TlsVersion.TLS_1_0)).isTrue();
        assertThat(hello.offers(TlsVersion.TLS_1_1)).isFalse();
    }

    @Test
    void without_supported_versions_nobody_offers_more_than_tls_1_2() {
        ClientHello hello = parsed(RawHello.tls12().legacyVersion(0x0304));

        assertThat(hello.offers(TlsVersion.TLS_1_2)).isTrue();
        assertThat(hello.offers(TlsVersion.TLS_1_3)).isFalse();
    }

    @Test
    void an_address_in_the_place_of_a_name_is_taken() {
        assertThat(parsed(RawHello.tls12().serverName("127.0.0.1")).serverName())
                .isEqualTo("127.0.0.1");
        assertThat(parsed(RawHello.tls12().serverName("::1")).serverName()).isEqualTo("::1");
    }

    @Test
    void each_broken_rule_has_its_words() {
        assertThat(refusal(new byte[0])).contains("version");
        assertThat(refusal(RawHello.tls12().sessionId(new byte[33]).body())).contains("session id");
        assertThat(refusal(RawHello.tls12().suites().body())).contains("cipher suites");
        assertThat(refusal(RawHello.tls12().compression().body())).contains("compression");
        assertThat(refusal(
                        RawHello.tls12().extension(10, new byte[] {0, 2, 0, 29}).body()))
                .contains("extension 10 is there twice");
        assertThat(refusal(RawHello.tls12().maxFragment(5).body())).contains("max_fragment_length is 5");
        assertThat(refusal(RawHello.tls12().groups().body())).contains("supported_groups");
        assertThat(refusal(
                        RawHello.tls12().extension(43, new byte[] {3, 3, 4, 3}).body()))
                .contains("supported_versions");
        assertThat(refusal(
                        RawHello.tls12().extension(43, new byte[] {2, 3, 4, 3}).body()))
                .contains("1 bytes too many");
        assertThat(refusal(RawHello.tls12().serverName("").body())).contains("server_name");
        assertThat(refusal(RawHello.tls12().serverName("a b").body())).contains("no host name");
        assertThat(refusal(RawHello.tls12().serverName("h\u00FCb").body())).contains("no host name");
        assertThat(refusal(RawHello.tls12().serverName("h".repeat(256)).body())).contains("255");
        assertThat(refusal(RawHello.tls12().suites(new int[513]).body())).contains("more than 512 entries");
        assertThat(refusal(RawHello.tls12()
                        .applicationProtocols(Collections.nCopies(65, "x").toArray(String[]::new))
                        .body()))
                .contains("more than 64 entries");
        byte[] body = RawHello.tls13().body();
        assertThat(refusal(Arrays.copyOf(body, body.length + 1))).contains("1 bytes too many");
    }

    @Test
    void every_beginning_of_a_hello_is_refused_in_words() {
        byte[] body = RawHello.tls13().serverName("localhost").body();
        // With all fixed fields and without extensions it is a hello of its own.
        int withoutExtensions =
                RawHello.bare().suites(0x1301, 0x1302, 0xC02F, 0xC030).body().length;
        for (int length = 0; length < body.length; length++) {
            if (length != withoutExtensions) {
                assertThat(refusal(Arrays.copyOf(body, length)))
                        .as("length %d", length)
                        .isNotEmpty();
            }
        }
    }

    @Test
    void mutated_hellos_give_a_value_or_a_named_refusal() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<byte[]> real = List.of(
                RawHello.tls12().serverName("localhost").body(),
                RawHello.tls13().applicationProtocols("http/1.1").maxFragment(1).body(),
                RawHello.bare().body());
        int taken = 0;
        int rounds = 200_000;
        for (int round = 0; round < rounds; round++) {
            byte[] body = mutate(real.get(random.nextInt(real.size())), random);
            try {
                switch (ClientHelloParser.parse(body)) {
                    case ParsedHello.Whole(var hello) -> {
                        taken++;
                        // No list can hold more than the bytes it came from.
                        assertThat(hello.cipherSuites().size()).isLessThanOrEqualTo(body.length / 2);
                        hello.offeredSuites();
                        hello.offeredGroups();
                        hello.offeredSignatures();
                        hello.offeredVersions();
                    }
                    case ParsedHello.Refused(HelloMalformed(var what)) ->
                        assertThat(what).isNotEmpty();
                    case ParsedHello.Refused(var why) -> throw new AssertionError(why.toString());
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "seed " + seed + " round " + round + ": "
                                + HexFormat.of().formatHex(body),
                        e);
            }
        }
        assertThat(taken).as("seed %d", seed).isBetween(rounds / 100, rounds - rounds / 100);
    }

    private static byte[] mutate(byte[] original, Random random) {
        byte[] body = original.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> body[random.nextInt(body.length)] = (byte) random.nextInt(256);
                case 1 -> body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
                case 2 -> body = Arrays.copyOf(body, 1 + random.nextInt(body.length + 8));
                default -> {
                    int from = random.nextInt(body.length);
                    int to = random.nextInt(body.length);
                    int count = Math.min(random.nextInt(16), body.length - Math.max(from, to));
                    System.arraycopy(body, from, body, to, count);
                }
            }
        }
        return body;
    }
}
