package dev.holdfast.tls.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.pki.DeviceCertificates;
import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestTls;
import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.tls.policy.PolicyBuilder;
import dev.holdfast.tls.policy.ServerKeyType;
import dev.holdfast.tls.policy.TlsPolicy;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Mount;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The front door with the Java runtime's own TLS client. */
class FrontDoorTest {
    private static final String[] VERSIONS = {"TLSv1.2", "TLSv1.3"};

    private TestDoor door;

    @BeforeEach
    void open() throws IOException {
        door = new TestDoor();
    }

    @AfterEach
    void close() {
        door.close();
    }

    private static String echo(SSLSocket socket, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return new String(socket.getInputStream().readNBytes(bytes.length), StandardCharsets.UTF_8);
    }

    private static X509Certificate serverLeaf(SSLSocket socket) throws IOException {
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }

    @Test
    void a_client_that_trusts_the_roots_talks_to_the_protocol_by_every_name() throws Exception {
        SSLContext client = TestTls.context(door.roots(), null);
        for (String version : VERSIONS) {
            for (String name : List.of("hub1.holdfast.localhost", "hub1.device.holdfast.localhost", "localhost")) {
                try (SSLSocket socket = TestTls.connect(client, name, door.port(), version)) {
                    assertThat(echo(socket, "hello over " + version)).isEqualTo("hello over " + version);
                    Handshake handshake = door.handshake();
                    assertThat(handshake.version()).isEqualTo(version);
                    assertThat(handshake.cipherSuite())
                            .isEqualTo(socket.getSession().getCipherSuite());
                    assertThat(handshake.serverName()).isEqualTo(name.equals("localhost") ? null : name);
                    assertThat(handshake.peer()).isEqualTo(new PeerIdentity.Anonymous());
                    assertThat(serverLeaf(socket))
                            .isEqualTo(TestDoor.AUTHORITIES.rsa().leaf());
                    assertThat(socket.getSession().getPeerCertificates()).hasSize(2);
                }
            }
        }
        assertThat(door.reports).isEmpty();
    }

    @Test
    void a_client_that_leaves_as_soon_as_its_handshake_is_done_is_no_failure() throws Exception {
        SSLContext client = TestTls.context(door.roots(), null);
        for (int i = 0; i < 200; i++) {
            TestTls.connect(client, "localhost", door.port(), VERSIONS[i % 2]).close();
            client.getClientSessionContext().setSessionTimeout(1);
        }
        for (int i = 0; i < 200; i++) {
            door.handshake();
        }
        assertThat(door.reports).isEmpty();
    }

    @Test
    void key_updates_without_end_and_without_reading_are_cut_off() throws Exception {
        try (SSLSocket socket =
                TestTls.connect(TestTls.context(door.roots(), null), "localhost", door.port(), "TLSv1.3")) {
            for (int i = 0; i < 100; i++) {
                // In TLS 1.3 this is a key update that asks for one in return.
                socket.startHandshake();
                assertThat(echo(socket, "x")).isEqualTo("x");
            }
            assertThat(door.reports).isEmpty();

            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1_000_000; i++) {
                            socket.startHandshake();
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(door.report().reason()).isEqualTo("NoApplicationData");
            assertThat(door.reports).isEmpty();
        }
    }

    @Test
    void addresses_are_names_of_the_certificate_too() throws Exception {
        SSLContext client = TestTls.context(door.roots(), null);
        for (String address : List.of("127.0.0.1", "::1")) {
            try (SSLSocket socket = TestTls.connect(client, address, door.port())) {
                assertThat(echo(socket, "x")).isEqualTo("x");
                assertThat(door.handshake().serverName()).isNull();
            }
        }
    }

    @Test
    void a_client_certificate_arrives_with_its_chain_and_after_resumption() throws Exception {
        Instant now = Instant.now();
        TestAuthority authority =
                new TestAuthority("Factory CA", now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)));
        for (String version : VERSIONS) {
            for (KeyKind kind : List.of(KeyKind.RSA_2048, KeyKind.EC_P256, KeyKind.EC_P384)) {
                KeyAndCertificate selfSigned =
                        DeviceCertificates.selfSigned("dev1", kind, Duration.ofDays(1), InstantSource.system());
                resume(version, selfSigned, List.of());
                KeyAndCertificate issued = authority.issue("dev2", kind, now, now.plus(Duration.ofHours(1)));
                resume(version, issued, List.of(authority.certificate()));
            }
        }
    }

    /** Connects twice with one context: a full handshake and a resumed one, which must tell the same of the peer. */
    private void resume(String version, KeyAndCertificate device, List<X509Certificate> issuers) throws Exception {
        SSLContext client = TestTls.context(door.roots(), device, issuers);
        for (boolean resumed : new boolean[] {false, true}) {
            try (SSLSocket socket = TestTls.connect(client, "hub1.holdfast.localhost", door.port(), version)) {
                // In TLS 1.3 the ticket comes after the handshake; with the echo it is there.
                assertThat(echo(socket, "x")).isEqualTo("x");
            }
            Handshake handshake = door.handshake();
            assertThat(handshake.resumed())
                    .as("%s %s", version, device.certificate().getPublicKey().getAlgorithm())
                    .isEqualTo(resumed);
            assertThat(handshake.version()).isEqualTo(version);
            assertThat(handshake.peer()).isInstanceOfSatisfying(PeerIdentity.Certificates.class, shown -> {
                assertThat(shown.leaf()).isEqualTo(device.certificate());
                assertThat(shown.chain()).hasSize(1 + issuers.size()).containsAll(issuers);
            });
        }
    }

    @Test
    void an_expired_client_certificate_is_let_through_to_be_judged_later() throws Exception {
        Instant long_ago = Instant.parse("2020-01-01T00:00:00Z");
        KeyAndCertificate expired = DeviceCertificates.selfSigned(
                "dev1", KeyKind.EC_P256, Duration.ofDays(1), InstantSource.fixed(long_ago));

        try (SSLSocket socket =
                TestTls.connect(TestTls.context(door.roots(), expired), "localhost", door.port(), "TLSv1.3")) {
            assertThat(echo(socket, "x")).isEqualTo("x");
        }

        assertThat(door.handshake().peer()).isInstanceOf(PeerIdentity.Certificates.class);
    }

    @Test
    void a_client_that_does_not_trust_the_root_is_explained() throws Exception {
        X509Certificate foreign =
                new TestAuthority("Foreign", Instant.now(), Instant.now().plusSeconds(3600)).certificate();
        for (String version : VERSIONS) {
            SSLContext distrustful = TestTls.context(List.of(foreign), null);
            assertThatThrownBy(() -> TestTls.connect(distrustful, "hub1.holdfast.localhost", door.port(), version))
                    .isInstanceOf(SSLHandshakeException.class);

            Report report = door.report();

            assertThat(report.reason()).isEqualTo("ClientAlertCertificateUnknown");
            assertThat(report.listener()).isEqualTo("mqtt");
            assertThat(report.explanation())
                    .contains("certificate_unknown")
                    .contains("Holdfast RSA Root")
                    .contains("ca.pem")
                    .contains("hub1.holdfast.localhost");
        }
        assertThat(door.reports).isEmpty();
        assertThat(door.handshakes).isEmpty();
        assertThat(door.door.counts().failed()).isEqualTo(2);
    }

    @Test
    void a_policy_by_name_holds_for_that_name() throws Exception {
        door.directory.put(
                "strict.holdfast.localhost",
                new Live<>(new PolicyBuilder("strict")
                        .versions(TlsVersion.TLS_1_3, TlsVersion.TLS_1_3)
                        .suites("TLS_AES_256_GCM_SHA384")
                        .groups(NamedGroup.SECP384R1)
                        .keyTypes(ServerKeyType.RSA)
                        .build()));
        SSLContext client = TestTls.context(door.roots(), null);

        assertThatThrownBy(() -> TestTls.connect(client, "strict.holdfast.localhost", door.port(), "TLSv1.2"))
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("protocol_version");
        assertThat(door.report().reason()).isEqualTo("NoCommonVersion");
        try (SSLSocket socket = TestTls.connect(client, "strict.holdfast.localhost", door.port())) {
            assertThat(echo(socket, "x")).isEqualTo("x");
            assertThat(door.handshake().cipherSuite()).isEqualTo("TLS_AES_256_GCM_SHA384");
        }
    }

    @Test
    void a_session_is_not_resumed_when_its_policy_has_changed() throws Exception {
        Live<TlsPolicy> policy = new Live<>(NamedPolicies.standard());
        door.directory.put("hub1.holdfast.localhost", policy);
        SSLContext client = TestTls.context(door.roots(), null);
        for (boolean resumed : new boolean[] {false, true}) {
            try (SSLSocket socket = TestTls.connect(client, "hub1.holdfast.localhost", door.port(), "TLSv1.3")) {
                echo(socket, "x");
            }
            assertThat(door.handshake().resumed()).isEqualTo(resumed);
        }

        // Nothing that the session itself could show: the engine alone would resume it.
        policy.update(now -> new PolicyBuilder("without-x25519")
                .suites(now.suites().stream().map(CipherSuite::name).toArray(String[]::new))
                .groups(NamedGroup.SECP256R1)
                .build());

        for (boolean resumed : new boolean[] {false, true}) {
            try (SSLSocket socket = TestTls.connect(client, "hub1.holdfast.localhost", door.port(), "TLSv1.3")) {
                echo(socket, "x");
            }
            assertThat(door.handshake().resumed()).isEqualTo(resumed);
        }
    }

    @Test
    void a_new_chain_is_shown_from_the_next_handshake_on_and_open_connections_live(@TempDir Path data)
            throws Exception {
        ServerAuthorities next = ServerAuthorities.openOrCreate(
                data, List.of("holdfast.localhost"), Limits.defaults().certificates(), InstantSource.system());
        SSLContext client = TestTls.context(
                List.of(TestDoor.AUTHORITIES.rsa().root(), next.rsa().root()), null);
        try (SSLSocket before = TestTls.connect(client, "localhost", door.port())) {
            door.identities.replace(List.of(next));
            try (SSLSocket after = TestTls.connect(client, "localhost", door.port())) {
                assertThat(serverLeaf(after)).isEqualTo(next.rsa().leaf());
                assertThat(echo(after, "new")).isEqualTo("new");
            }
            assertThat(serverLeaf(before)).isEqualTo(TestDoor.AUTHORITIES.rsa().leaf());
            assertThat(echo(before, "old")).isEqualTo("old");
        }
    }

    private static Listener listener(String name, Mount mount) {
        return new Listener(name, Limits.defaults().arrival(), mount);
    }

    @Test
    void a_port_that_is_taken_is_named_in_the_failure() {
        InetSocketAddress taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), door.port());

        assertThatThrownBy(() -> door.door.listen(listener("https", _ -> {}), taken))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("'https'")
                .hasMessageContaining(":" + door.port())
                .hasMessageContaining("in use");
    }

    @Test
    void when_accepting_stops_open_connections_live_on_until_the_door_closes() throws Exception {
        SSLContext client = TestTls.context(door.roots(), null);
        try (SSLSocket socket = TestTls.connect(client, "localhost", door.port())) {
            door.door.stopAccepting();

            // The system lets the port go when the loop turns next, so the first attempts may still be let in and
            // dropped.
            assertThatThrownBy(() -> {
                        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestDoor.WAIT_SECONDS);
                        while (System.nanoTime() < end) {
                            new Socket(InetAddress.getLoopbackAddress(), door.port()).close();
                        }
                    })
                    .isInstanceOf(ConnectException.class);
            assertThat(echo(socket, "still here")).isEqualTo("still here");

            door.close();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void a_protocol_that_fails_to_mount_costs_its_connection_only() throws Exception {
        try (Listening broken = door.door.listen(
                        listener("amqp", _ -> {
                            throw new IllegalStateException("broken mount");
                        }),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SSLSocket socket = TestTls.connect(TestTls.context(door.roots(), null), "localhost", broken.port())) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        try (SSLSocket socket = TestTls.connect(TestTls.context(door.roots(), null), "localhost", door.port())) {
            assertThat(echo(socket, "x")).isEqualTo("x");
        }
    }
}
