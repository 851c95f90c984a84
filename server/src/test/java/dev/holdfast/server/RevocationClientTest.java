package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.client.AddressGuard;
import dev.holdfast.wire.client.ClientTls;
import dev.holdfast.wire.client.GuardedClient;
import dev.holdfast.wire.client.Networks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many lists are on the way at once. */
final class RevocationClientTest {
    @Test
    void of_many_lists_a_few_are_on_the_way_and_the_next_one_waits() throws Exception {
        List<Socket> asked = new ArrayList<>();
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                GuardedClient outgoing = new GuardedClient(
                        new AddressGuard(Networks.parse("127.0.0.0/8").orElseThrow()),
                        ClientTls.trustingPublicRoots(),
                        Limits.defaults().client())) {
            RevocationClient client = new RevocationClient(outgoing, Duration.ofMillis(200));
            URI uri = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/");
            List<Thread> others = new ArrayList<>();
            for (int i = 0; i < RevocationClient.LISTS_AT_ONCE; i++) {
                others.add(Thread.ofVirtual().start(() -> {
                    try {
                        client.get(uri, 100);
                    } catch (IOException e) {
                        // The test is over.
                    }
                }));
                asked.add(silent.accept());
            }
            assertThatThrownBy(() -> client.get(uri, 100)).hasMessageContaining("other lists were on the way");
            asked.getFirst().close();
            others.getFirst().join();
            Thread answering = Thread.ofVirtual().start(() -> answerEmpty(silent));
            assertThat(client.get(uri, 100)).isEmpty();
            answering.join();
        } finally {
            for (Socket socket : asked) {
                socket.close();
            }
        }
    }

    private static void answerEmpty(ServerSocket listening) {
        try (Socket socket = listening.accept()) {
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            // Closed behind the client, lest a reset takes the answer away.
            var _ = socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
