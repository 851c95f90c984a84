package dev.holdfast.tls.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Live;
import dev.holdfast.pki.DeviceCertificates;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.testkit.RawTlsClient;
import dev.holdfast.testkit.TestTls;
import dev.holdfast.testkit.Tool;
import dev.holdfast.tls.policy.GroupPreference;
import dev.holdfast.tls.policy.NamedPolicies;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.Security;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Handshakes of OpenSSL with and without the accelerating provider. */
class AcceleratorTest {
    private static final String NAME = "hub1.holdfast.localhost";

    /** Other tests run without it. */
    @AfterEach
    void remove() {
        if (Accelerator.use() instanceof Accelerator.InUse(String name, String _)) {
            Security.removeProvider(name);
        }
    }

    /** The tests run where the server runs: Linux on these two processors has a jar. */
    @Test
    void it_comes_first_where_there_is_one() {
        Accelerator accelerator = Accelerator.use();

        assertThat(accelerator).isInstanceOf(Accelerator.InUse.class);
        assertThat(((Accelerator.InUse) accelerator).name()).isEqualTo(Security.getProviders()[0].getName());
        assertThat(accelerator.groups()).isEqualTo(GroupPreference.SECP256R1);
        assertThat(Accelerator.use()).isEqualTo(accelerator);
    }

    @Test
    void without_one_x25519_costs_less() {
        assertThat(new Accelerator.NotInUse("for a test").groups()).isEqualTo(GroupPreference.X25519);
    }

    @ParameterizedTest
    @CsvSource({
        "SECP256R1, -tls1_2, RSA,   X25519:P-256,       prime256v1",
        "SECP256R1, -tls1_2, ECDSA, X25519:P-256,       prime256v1",
        "SECP256R1, -tls1_2, RSA,   X25519,             X25519",
        "SECP256R1, -tls1_2, RSA,   P-384:X25519:P-256, secp384r1",
        "SECP256R1, -tls1_3, RSA,   X25519:P-256,       X25519",
        "SECP256R1, -tls1_3, RSA,   P-256:X25519,       prime256v1",
        "X25519,    -tls1_2, RSA,   P-256:X25519,       X25519",
        "X25519,    -tls1_2, ECDSA, P-256:X25519,       prime256v1",
        "X25519,    -tls1_2, RSA,   P-256,              prime256v1",
        "X25519,    -tls1_3, RSA,   P-256:X25519,       prime256v1"
    })
    void the_cheaper_of_two_groups_is_taken_unless_it_costs_a_round_trip(
            GroupPreference preference, String version, String key, String groups, String negotiated)
            throws IOException, InterruptedException {
        if (preference == GroupPreference.SECP256R1) {
            assertThat(Accelerator.use().groups()).isEqualTo(preference);
        }
        List<String> options = new ArrayList<>(List.of(version, "-groups", groups));
        if (version.equals("-tls1_2")) {
            options.addAll(List.of("-cipher", "ECDHE-" + key + "-AES128-GCM-SHA256"));
        }
        try (TestDoor door = new TestDoor(preference)) {
            door.directory.put(NAME, new Live<>(NamedPolicies.standard()));

            Tool.Result result = openssl(door, options);

            assertThat(result.exitCode()).isZero();
            assertThat(result.output()).containsPattern("(Server Temp Key: |Peer Temp Key: )[A-Z0-9, ]*" + negotiated);
            assertThat(door.reports).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(GroupPreference.class)
    void a_finite_field_exchange_is_not_touched(GroupPreference preference) throws IOException, InterruptedException {
        try (TestDoor door = new TestDoor(preference)) {
            door.directory.put(NAME, new Live<>(NamedPolicies.get("hub-2021-legacy")));

            Tool.Result result = openssl(
                    door, List.of("-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256", "-groups", "X25519:P-256"));

            assertThat(result.exitCode()).isZero();
            assertThat(result.output()).contains("Server Temp Key: DH");
        }
    }

    /** It is loaded when the server is ready, so that handshakes are under way. */
    @ParameterizedTest
    @CsvSource({
        "TLSv1.2, x25519,    RSA_2048",
        "TLSv1.2, secp256r1, EC_P256",
        "TLSv1.2, secp384r1, EC_P384",
        "TLSv1.3, x25519,    RSA_2048",
        "TLSv1.3, secp256r1, EC_P256",
        "TLSv1.3, secp384r1, EC_P384"
    })
    void a_handshake_that_began_without_it_is_finished_with_it(String version, String group, KeyKind device)
            throws Exception {
        try (TestDoor door = new TestDoor();
                RawTlsClient server = new RawTlsClient(door.port())) {
            SSLEngine client = TestTls.context(
                            door.roots(),
                            DeviceCertificates.selfSigned("dev1", device, Duration.ofDays(1), InstantSource.system()))
                    .createSSLEngine();
            client.setUseClientMode(true);
            SSLParameters parameters = client.getSSLParameters();
            parameters.setProtocols(new String[] {version});
            parameters.setNamedGroups(new String[] {group});
            client.setSSLParameters(parameters);
            send(client, server);
            RawTlsClient.TlsRecord answer = server.read().orElseThrow();

            assertThat(Accelerator.use()).isInstanceOf(Accelerator.InUse.class);
            receive(client, answer);
            while (client.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
                if (client.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                    send(client, server);
                } else {
                    receive(client, server.read().orElseThrow());
                }
            }

            assertThat(door.handshake().version()).isEqualTo(version);
            assertThat(door.reports).isEmpty();
        }
    }

    private static void send(SSLEngine client, RawTlsClient server) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        client.wrap(ByteBuffer.allocate(0), record);
        server.send(Arrays.copyOf(record.array(), record.position()));
    }

    private static void receive(SSLEngine client, RawTlsClient.TlsRecord got) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(5 + got.content().length)
                .put((byte) got.type())
                .putShort((short) got.version())
                .putShort((short) got.content().length)
                .put(got.content())
                .flip();
        ByteBuffer nothing = ByteBuffer.allocate(client.getSession().getApplicationBufferSize());
        do {
            client.unwrap(record, nothing);
            while (client.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                client.getDelegatedTask().run();
            }
        } while (record.hasRemaining() || client.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP_AGAIN);
    }

    private static Tool.Result openssl(TestDoor door, List<String> options) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + door.port(),
                "-servername",
                NAME,
                "-CAfile",
                TestDoor.AUTHORITIES.trustBundle().toString(),
                "-verify_return_error"));
        command.addAll(options);
        try (Tool tool = Tool.start(command.toArray(String[]::new))) {
            tool.say("is-anyone-there\n").hears("is-anyone-there");
            return tool.say("Q\n").finish();
        }
    }
}
