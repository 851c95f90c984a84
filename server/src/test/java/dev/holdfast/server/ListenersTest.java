package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.tls.identity.ChainChooser;
import dev.holdfast.tls.identity.ServerIdentities;
import dev.holdfast.tls.listen.FrontDoor;
import dev.holdfast.tls.listen.Listener;
import dev.holdfast.tls.policy.Directory;
import dev.holdfast.tls.policy.GroupPreference;
import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.tls.trace.Recordings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ListenersTest {
    @TempDir
    static Path directory;

    private FrontDoor door;

    @BeforeAll
    void open() throws IOException {
        Limits limits = Limits.defaults();
        ServerAuthorities authorities = ServerAuthorities.openOrCreate(
                directory, List.of("hub.test"), limits.certificates(), InstantSource.system());
        door = new FrontDoor(
                limits,
                new Directory(new Live<>(NamedPolicies.standard())),
                new ServerIdentities(authorities),
                ChainChooser.NONE,
                () -> GroupPreference.X25519,
                Recordings.NONE,
                InstantSource.system(),
                report -> {});
    }

    @AfterAll
    void close() {
        door.close();
    }

    private static Listener listener(String name) {
        return new Listener(name, Limits.defaults().arrival(), _ -> {});
    }

    private static ServerSocket taken() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private static void assertListening(String address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), 5000);
        }
    }

    @Test
    void the_first_port_that_can_be_had_is_taken() throws Exception {
        try (ServerSocket taken = taken()) {
            int port =
                    new Listeners(door, null).open(listener("https"), List.of(taken.getLocalPort(), 0), "--https-port");

            assertThat(port).isNotEqualTo(taken.getLocalPort()).isPositive();
            assertListening("127.0.0.1", port);
        }
    }

    @Test
    void when_none_can_be_had_all_are_named() throws Exception {
        try (ServerSocket one = taken();
                ServerSocket two = taken()) {
            List<Integer> ports = List.of(one.getLocalPort(), two.getLocalPort());

            assertThatThrownBy(() -> new Listeners(door, null).open(listener("https"), ports, "--https-port"))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining(ports.getFirst().toString())
                    .hasMessageContaining(ports.getLast().toString())
                    .hasMessageContaining("--https-port");
        }
    }

    @Test
    void an_address_that_is_named_is_opened_besides_loopback() throws Exception {
        int port = new Listeners(door, InetAddress.ofLiteral("127.0.0.2"))
                .open(listener("mqtt"), List.of(0), "--mqtt-port");

        assertListening("127.0.0.1", port);
        assertListening("127.0.0.2", port);
    }

    @Test
    void every_address_is_opened_when_asked_for() throws Exception {
        int port =
                new Listeners(door, InetAddress.ofLiteral("0.0.0.0")).open(listener("mqtt"), List.of(0), "--mqtt-port");

        assertListening("127.0.0.1", port);
        assertListening("127.0.0.2", port);
    }

    @Test
    void only_loopback_is_opened_when_nothing_is_named() throws Exception {
        int port = new Listeners(door, null).open(listener("mqtt"), List.of(0), "--mqtt-port");

        assertListening("127.0.0.1", port);
        assertThatThrownBy(() -> assertListening("127.0.0.2", port)).isInstanceOf(IOException.class);
    }

    @Test
    void a_port_that_is_had_on_some_addresses_only_is_given_back() throws Exception {
        int port;
        try (ServerSocket elsewhere = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.2"))) {
            port = elsewhere.getLocalPort();
            Listeners both = new Listeners(door, InetAddress.ofLiteral("127.0.0.2"));
            assertThatThrownBy(() -> both.open(listener("mqtt"), List.of(port), "--mqtt-port"))
                    .isInstanceOf(StartFailure.class);
        }
        // Binding tells more surely than connecting, since a connection to a free port can be its own other end.
        new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1")).close();
    }
}
