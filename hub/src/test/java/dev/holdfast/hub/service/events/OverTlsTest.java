package dev.holdfast.hub.service.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.tls.identity.ChainChooser;
import dev.holdfast.tls.identity.ServerIdentities;
import dev.holdfast.tls.listen.FrontDoor;
import dev.holdfast.tls.listen.Listener;
import dev.holdfast.tls.listen.Listening;
import dev.holdfast.tls.policy.Directory;
import dev.holdfast.tls.policy.GroupPreference;
import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.tls.trace.Recordings;
import dev.holdfast.wire.amqp.AmqpClient;
import dev.holdfast.wire.amqp.ClientSasl;
import dev.holdfast.wire.client.ClientTls;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way: the front door's TLS, AMQP, a hub, and our own client. */
class OverTlsTest {
    @TempDir
    Path directory;

    @Test
    void reads_telemetry_over_tls_and_trusts_only_our_roots() throws Exception {
        Limits limits = Limits.defaults();
        InstantSource clock = InstantSource.system();
        ServerAuthorities authorities =
                ServerAuthorities.openOrCreate(directory, List.of("hub.test"), limits.certificates(), clock);
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (Endpoint endpoint = new Endpoint();
                FrontDoor door = new FrontDoor(
                        limits,
                        new Directory(new Live<>(NamedPolicies.standard())),
                        new ServerIdentities(authorities),
                        ChainChooser.NONE,
                        () -> GroupPreference.X25519,
                        Recordings.NONE,
                        clock,
                        endpoint.reports::add)) {
            Listening listening = door.listen(
                    new Listener("amqp", limits.arrival(), endpoint.mount()),
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            byte[] body = new byte[200_000];
            for (int i = 0; i < 20; i++) {
                endpoint.append(endpoint.hub1, 0, body, Map.of(), Map.of());
            }
            ClientTls ours = ClientTls.trusting(authorities.trustBundle());
            try (AmqpClient client = connect(loops, listening.port(), ours).get(30, TimeUnit.SECONDS)) {
                Endpoint.put(client, endpoint.token(endpoint.hub1, "service", "sb://127.0.0.1/hub1"));
                Endpoint.Reader reader = endpoint.read(client, endpoint.hub1, 0, null);
                for (long i = 0; i < 20; i++) {
                    assertThat(reader.nextMessage().annotations()).containsEntry("x-opt-sequence-number", i);
                }
            }
            Instant now = Instant.now();
            TestAuthority foreign =
                    new TestAuthority("foreign", now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)));
            ClientTls theirs = ClientTls.trusting(List.of(foreign.certificate()));
            assertThatThrownBy(() -> connect(loops, listening.port(), theirs).get(30, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(SSLHandshakeException.class);
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    private static CompletableFuture<AmqpClient> connect(MultiThreadIoEventLoopGroup loops, int port, ClientTls tls) {
        return AmqpClient.connect(
                loops, new AmqpClient.Options("127.0.0.1", port, tls, ClientSasl.anonymous(), Limits.defaults()));
    }
}
