package dev.holdfast.tls.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.testkit.RawHello;
import dev.holdfast.testkit.RawTlsClient;
import dev.holdfast.testkit.RawTlsClient.TlsRecord;
import dev.holdfast.testkit.TestTls;
import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.tls.policy.PolicyBuilder;
import dev.holdfast.tls.policy.TlsPolicy;
import dev.holdfast.tls.report.Report;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The front door against clients that send bytes no TLS library would send, too much, too slowly or nothing. */
class HostileClientTest {
    private static final int HANDSHAKE = 22;
    private static final int SERVER_HELLO = 2;

    private TestDoor door;

    HostileClientTest() throws IOException {
        door = new TestDoor();
    }

    @AfterEach
    void close() {
        door.close();
    }

    /** Another door in the place of the usual one. */
    private void reopen(Limits limits) throws IOException {
        door.close();
        door = new TestDoor(limits);
    }

    private Report onlyReport() throws InterruptedException {
        Report report = door.report();
        assertThat(door.reports).isEmpty();
        return report;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void plain_http_is_closed_and_explained() throws Exception {
        try (RawTlsClient client = new RawTlsClient(door.port())) {
            client.send(ascii("GET /devices?api-version=2021-04-12 HTTP/1.1\r\nHost: localhost\r\n\r\n"));

            assertThat(client.isClosedByServer()).isTrue();
            Report report = onlyReport();
            assertThat(report.reason()).isEqualTo("NotTls");
            assertThat(report.explanation()).contains("plain HTTP").contains("https://");
            assertThat(report.remoteAddress().getPort()).isEqualTo(client.localPort());
        }
    }

    @Test
    void plain_mqtt_and_amqp_and_garbage_are_closed_and_explained() throws Exception {
        byte[] garbage = new byte[5_000];
        new Random(1).nextBytes(garbage);
        garbage[0] = 0x7F;
        List<byte[]> starts = List.of(
                new byte[] {0x10, 0x0C, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 0},
                ascii("AMQP\u0000\u0001\u0000\u0000"),
                garbage);
        List<String> words = List.of("MQTT without TLS", "AMQP without TLS", "not that of a TLS handshake");
        for (int i = 0; i < starts.size(); i++) {
            try (RawTlsClient client = new RawTlsClient(door.port())) {
                client.send(starts.get(i));

                assertThat(client.isClosedByServer()).isTrue();
                assertThat(onlyReport().explanation()).contains(words.get(i));
            }
        }
    }

    @Test
    void a_claim_of_sixteen_megabytes_is_refused_at_once() throws Exception {
        try (RawTlsClient client = new RawTlsClient(door.port())) {
            client.send(RawHello.record(HANDSHAKE, new byte[] {1, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF}));

            assertThat(client.readFatalAlert()).isEqualTo(50);
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(onlyReport().reason()).isEqualTo("HelloTooLarge");
        }
    }

    /** The engine's own bound for a handshake message is 32 KB. */
    @Test
    void a_hello_that_only_the_engine_finds_too_long_is_reported_once() throws Exception {
        try (RawTlsClient client = new RawTlsClient(door.port())) {
            client.send(RawHello.tls13().extension(0xFE00, new byte[40_000]).records(16_000));

            assertThat(client.readFatalAlert()).isPositive();
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(onlyReport().reason()).isEqualTo("HandshakeRejected");
        }
    }

    @Test
    void a_door_that_closes_does_not_blame_those_it_closes() throws Exception {
        try (RawTlsClient inHello = new RawTlsClient(door.port());
                RawTlsClient inHandshake = new RawTlsClient(door.port())) {
            inHello.send(new byte[] {22, 3, 1});
            inHandshake.send(RawHello.tls12().record());
            assertThat(inHandshake.read()).isPresent();

            door.close();

            assertThat(inHello.isClosedByServer()).isTrue();
            assertThat(door.reports).isEmpty();
        }
    }

    @Test
    void a_malformed_hello_gets_a_decode_error() throws Exception {
        try (RawTlsClient client = new RawTlsClient(door.port())) {
            client.send(RawHello.tls12().suites().record());

            assertThat(client.readFatalAlert()).isEqualTo(50);
            assertThat(onlyReport().reason()).isEqualTo("HelloMalformed");
        }
    }

    @Test
    void half_a_hello_and_silence_meet_the_deadline() throws Exception {
        reopen(TestDoor.deadline(Duration.ofMillis(300)));
        byte[] hello = RawHello.tls13().record();
        try (RawTlsClient half = new RawTlsClient(door.port());
                RawTlsClient silent = new RawTlsClient(door.port())) {
            half.send(Arrays.copyOf(hello, hello.length / 2));

            assertThat(half.isClosedByServer()).isTrue();
            assertThat(silent.isClosedByServer()).isTrue();
            List<Report> reports = List.of(door.report(), door.report());
            assertThat(reports).extracting(Report::reason).containsOnly("HelloTooSlow");
            assertThat(reports)
                    .extracting(Report::explanation)
                    .anyMatch(text -> text.contains((hello.length / 2) + " bytes"))
                    .anyMatch(text -> text.contains("said nothing for 0.3 s"));
            assertThat(door.reports).isEmpty();
        }
    }

    @Test
    void a_hello_and_then_silence_meet_the_deadline() throws Exception {
        reopen(TestDoor.deadline(Duration.ofSeconds(2)));
        // The engine's first handshake in a cold process takes long; only the second one shows what a deadline does.
        TestTls.connect(TestTls.context(door.roots(), null), "localhost", door.port(), "TLSv1.2")
                .close();
        try (RawTlsClient client = new RawTlsClient(door.port())) {
            client.send(RawHello.tls12().record());
            while (client.read().isPresent()) {
                // The server's flight, and its goodbye.
            }
            assertThat(onlyReport().reason()).isEqualTo("HandshakeTooSlow");
        }
    }

    @Test
    void going_away_in_the_middle_is_reported_and_without_a_byte_only_counted() throws Exception {
        new Socket(InetAddress.getLoopbackAddress(), door.port()).close();
        byte[] hello = RawHello.tls13().record();
        try (RawTlsClient client = new RawTlsClient(door.port())) {
            client.send(Arrays.copyOf(hello, 20));
        }
        Report inHello = door.report();
        assertThat(inHello.reason()).isEqualTo("ClosedInHello");
        assertThat(inHello.explanation()).contains("20 bytes");

        try (RawTlsClient client = new RawTlsClient(door.port())) {
            client.send(RawHello.tls12().record());
            assertThat(client.read()).isPresent();
        }
        assertThat(onlyReport().reason()).isEqualTo("ClosedInHandshake");
        awaitCount(1, () -> door.door.counts().closedUnused());
    }

    private static void awaitCount(long expected, LongSupplier count) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (count.getAsLong() != expected) {
            assertThat(System.nanoTime()).as("counted %d", count.getAsLong()).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void an_alert_instead_of_a_key_exchange_is_named() throws Exception {
        try (RawTlsClient client = new RawTlsClient(door.port())) {
            client.send(RawHello.tls12().serverName("hub1.holdfast.localhost").record());
            assertThat(client.read()).isPresent();
            client.send(RawHello.record(21, new byte[] {2, 48}));

            Report report = onlyReport();
            assertThat(report.reason()).isEqualTo("ClientAlertUnknownCa");
            assertThat(report.explanation())
                    .contains("does not trust the root")
                    .contains("Holdfast RSA Root")
                    .contains("ca.pem")
                    .contains("hub1.holdfast.localhost");
        }
    }

    @Test
    void garbage_after_the_hello_is_rejected_by_the_engine_and_reported_once() throws Exception {
        try (RawTlsClient client = new RawTlsClient(door.port())) {
            client.send(RawHello.tls12().record());
            client.send(RawHello.record(HANDSHAKE, new byte[] {99, 0, 0, 1, 1}));
            while (client.read().isPresent()) {
                // The server's flight and its alert.
            }
            assertThat(onlyReport().reason()).isEqualTo("HandshakeRejected");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 50})
    void a_hello_in_many_records_and_pieces_is_answered(int recordBytes) throws Exception {
        byte[] hello = RawHello.tls12().records(recordBytes);
        try (RawTlsClient client = new RawTlsClient(door.port())) {
            for (int from = 0; from < hello.length; from += 7) {
                client.send(Arrays.copyOfRange(hello, from, Math.min(hello.length, from + 7)));
            }
            TlsRecord answer = client.read().orElseThrow();
            assertThat(answer.type()).isEqualTo(HANDSHAKE);
            assertThat(answer.content()[0]).isEqualTo((byte) SERVER_HELLO);
        }
    }

    @Test
    void addresses_and_unknown_names_in_sni_are_served_like_no_name() throws Exception {
        for (String name :
                List.of("127.0.0.1", "::1", "192.168.1.10", "unknown.example", "under_score.example", "dot.example.")) {
            try (RawTlsClient client = new RawTlsClient(door.port())) {
                client.send(RawHello.tls13().serverName(name).record());
                assertThat(client.read().orElseThrow().type()).as(name).isEqualTo(HANDSHAKE);
            }
        }
    }

    @Test
    void refusals_carry_their_alert_in_a_version_that_the_client_knows() throws Exception {
        record Case(RawHello hello, int alert, int version, String reason) {}
        List<Case> cases = List.of(
                new Case(RawHello.bare().legacyVersion(0x0301), 70, 0x0301, "NoCommonVersion"),
                new Case(RawHello.bare().legacyVersion(0x0300), 70, 0x0300, "NoCommonVersion"),
                new Case(RawHello.tls13().versions(0x7F1C), 70, 0x0303, "NoCommonVersion"),
                new Case(RawHello.tls12().suites(0x002F, 0x000A), 40, 0x0303, "NoCommonSuite"),
                new Case(RawHello.tls12().groups(26), 40, 0x0303, "NoCommonGroup"),
                new Case(RawHello.tls12().suites(0xC02B).groups(29), 40, 0x0303, "CertificateCurveNotOffered"),
                new Case(RawHello.tls12().signatureAlgorithms(0x0201), 40, 0x0303, "NoCommonSignature"),
                new Case(RawHello.tls12().suites(0xC02F, 0x5600), 86, 0x0303, "FallbackNotNeeded"));
        for (Case refused : cases) {
            try (RawTlsClient client = new RawTlsClient(door.port())) {
                client.send(refused.hello.record());

                TlsRecord alert = client.read().orElseThrow();
                assertThat(alert.type()).isEqualTo(21);
                assertThat(alert.content()).as(refused.reason).containsExactly(2, refused.alert);
                assertThat(alert.version()).isEqualTo(refused.version);
                assertThat(client.isClosedByServer()).isTrue();
                assertThat(onlyReport().reason()).isEqualTo(refused.reason);
            }
        }
    }

    @Test
    void an_answer_in_tls_1_2_is_marked_for_a_client_that_was_stripped_of_1_3() throws Exception {
        try (RawTlsClient client = new RawTlsClient(door.port())) {
            client.send(RawHello.tls12().record());

            byte[] serverHello = client.read().orElseThrow().content();
            // Type and length, version, then 32 random bytes whose last eight are the mark of RFC 8446 4.1.3.
            byte[] mark = Arrays.copyOfRange(serverHello, 4 + 2 + 24, 4 + 2 + 32);
            assertThat(mark).isEqualTo(new byte[] {'D', 'O', 'W', 'N', 'G', 'R', 'D', 1});
        }
    }

    @Test
    void the_door_is_full_at_its_cap_and_says_so_once() throws Exception {
        reopen(TestDoor.openMax(3));
        List<RawTlsClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                clients.add(new RawTlsClient(door.port()));
            }
            awaitCount(3, () -> door.door.counts().open());
            for (int i = 0; i < 4; i++) {
                try (RawTlsClient surplus = new RawTlsClient(door.port())) {
                    assertThat(surplus.isClosedByServer()).isTrue();
                }
            }
            assertThat(onlyReport().reason()).isEqualTo("TooManySockets");
            assertThat(door.door.counts().turnedAway()).isEqualTo(4);

            clients.removeFirst().close();
            awaitCount(2, () -> door.door.counts().open());
            try (SSLSocket good = TestTls.connect(TestTls.context(door.roots(), null), "localhost", door.port())) {
                assertThat(good.isConnected()).isTrue();
            }
        } finally {
            for (RawTlsClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void one_address_has_its_share_and_no_more_and_its_surplus_is_told_once() throws Exception {
        reopen(TestDoor.perAddressMax(3, Duration.ofHours(1)));
        List<RawTlsClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                clients.add(new RawTlsClient(door.port()));
            }
            awaitCount(3, () -> door.door.counts().open());
            for (int i = 0; i < 20; i++) {
                try (RawTlsClient surplus = new RawTlsClient(door.port())) {
                    assertThat(surplus.isClosedByServer()).isTrue();
                }
            }
            Report report = onlyReport();
            assertThat(report.reason()).isEqualTo("TooManySocketsFromAddress");
            assertThat(report.explanation()).contains("3 connections", "sockets.perAddressMax");
            assertThat(door.door.counts().overShare()).isEqualTo(20);
            assertThat(door.door.counts().turnedAway()).isZero();

            clients.removeFirst().close();
            awaitCount(2, () -> door.door.counts().open());
            try (SSLSocket good = TestTls.connect(TestTls.context(door.roots(), null), "localhost", door.port())) {
                assertThat(good.isConnected()).isTrue();
            }
        } finally {
            for (RawTlsClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void a_policy_has_its_own_time_for_the_handshake() throws Exception {
        TlsPolicy standard = NamedPolicies.standard();
        door.directory.put(
                "hasty.holdfast.localhost",
                new Live<>(new PolicyBuilder("hasty")
                        .suites(standard.suites().stream()
                                .map(CipherSuite::name)
                                .toArray(String[]::new))
                        .handshakeMaxTime(Duration.ofSeconds(2))
                        .build()));
        // The engine's first handshake in a cold process takes long.
        TestTls.connect(TestTls.context(door.roots(), null), "localhost", door.port(), "TLSv1.2")
                .close();
        try (RawTlsClient client = new RawTlsClient(door.port())) {
            client.send(RawHello.tls12().serverName("hasty.holdfast.localhost").record());

            while (client.read().isPresent()) {
                // The server's flight, and its goodbye.
            }
            Report report = onlyReport();
            assertThat(report.reason()).isEqualTo("HandshakeTooSlow");
            assertThat(report.explanation()).contains("within 2.0 s");
        }
    }

    @Test
    void each_listener_has_its_own_time_and_size_for_slow_devices() throws Exception {
        reopen(TestDoor.deadline(Duration.ofSeconds(2)));
        try (Listening patient = door.listen(new Limits.Arrival(200, Duration.ofMinutes(1), Duration.ofMinutes(1)));
                RawTlsClient hasty = new RawTlsClient(door.port());
                RawTlsClient slow = new RawTlsClient(patient.port())) {
            byte[] hello = RawHello.tls12().suites(0x002F).record();
            hasty.send(Arrays.copyOf(hello, 10));
            slow.send(Arrays.copyOf(hello, 10));

            assertThat(hasty.isClosedByServer()).isTrue();
            assertThat(onlyReport().reason()).isEqualTo("HelloTooSlow");
            // Still heard after the other listener's time is over.
            slow.send(Arrays.copyOfRange(hello, 10, hello.length));
            assertThat(slow.readFatalAlert()).isEqualTo(40);
            assertThat(onlyReport().reason()).isEqualTo("NoCommonSuite");

            try (RawTlsClient large = new RawTlsClient(patient.port())) {
                large.send(RawHello.tls13().extension(0xFE00, new byte[300]).record());
                assertThat(large.readFatalAlert()).isEqualTo(50);
                assertThat(onlyReport().reason()).isEqualTo("HelloTooLarge");
            }
        }
    }

    @Test
    void a_thousand_claims_of_sixteen_megabytes_cost_no_memory_and_no_other_client() throws Exception {
        byte[] claim = RawHello.record(HANDSHAKE, new byte[] {1, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF});
        for (int i = 0; i < 1_000; i++) {
            try (RawTlsClient client = new RawTlsClient(door.port())) {
                client.send(claim);
                assertThat(client.readFatalAlert()).isEqualTo(50);
            }
        }
        assertThat(door.reports).hasSize(1_000);
        awaitCount(0, () -> door.door.counts().open());
        try (SSLSocket good = TestTls.connect(TestTls.context(door.roots(), null), "localhost", door.port())) {
            assertThat(good.isConnected()).isTrue();
        }
    }

    @Test
    void mutated_hellos_always_end_in_an_answer_an_alert_or_a_close() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            byte[] hello = RawHello.tls13().serverName("localhost").record();
            for (int i = random.nextInt(3); i >= 0; i--) {
                // Not the first nine bytes: a longer length would only make the server wait for more.
                hello[9 + random.nextInt(hello.length - 9)] = (byte) random.nextInt(256);
            }
            try (RawTlsClient client = new RawTlsClient(door.port())) {
                client.send(hello);
                client.read();
            } catch (IOException e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
        }
        awaitCount(0, () -> door.door.counts().open());
        assertThat(door.reports.stream().map(Report::connectionId).distinct()).hasSameSizeAs(door.reports);
    }
}
