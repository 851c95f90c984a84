package dev.holdfast.tls.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.hello.ClientHelloParser;
import dev.holdfast.tls.hello.ParsedHello;
import dev.holdfast.wire.amqp.AmqpClient;
import dev.holdfast.wire.amqp.ClientSasl;
import dev.holdfast.wire.client.AddressGuard;
import dev.holdfast.wire.client.ClientTls;
import dev.holdfast.wire.client.GuardedClient;
import dev.holdfast.wire.client.HttpsClient;
import dev.holdfast.wire.client.Networks;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Holdfast offers where it is the client, in a process whose engine has old TLS switched on for the sake of old devices. */
class OutgoingClientsTest {
    private static final int RENEGOTIATION_INFO = 0x00FF;
    private static final List<Integer> SHA1 = List.of(0x0201, 0x0202, 0x0203);
    private static final int WAIT_SECONDS = 30;

    private final ClientTls tls =
            ClientTls.trusting(List.of(TestDoor.AUTHORITIES.rsa().root()));

    OutgoingClientsTest() throws Exception {}

    /** Something that connects to this port of 127.0.0.1 and fails there, since nobody answers. */
    @FunctionalInterface
    private interface Client {
        void ask(int port) throws Exception;
    }

    @BeforeEach
    void the_engine_would_speak_old_tls() {
        assertThat(EngineSwitches.areInEffect()).isTrue();
    }

    @Test
    void the_command_offers_tls_1_2_and_1_3_alone() throws Exception {
        assertModern(port -> {
            try (HttpsClient client = new HttpsClient(
                    URI.create("https://127.0.0.1:" + port),
                    tls,
                    Limits.defaults().client())) {
                client.send("GET", "/", Map.of(), new byte[0]);
            }
        });
    }

    @Test
    void fetching_from_others_offers_tls_1_2_and_1_3_alone() throws Exception {
        AddressGuard guard = new AddressGuard(Networks.parse("127.0.0.0/8").orElseThrow());
        assertModern(port -> {
            try (GuardedClient client =
                    new GuardedClient(guard, tls, Limits.defaults().client())) {
                client.get(URI.create("https://127.0.0.1:" + port + "/list.crl"), 1000);
            }
        });
    }

    @Test
    void reading_telemetry_offers_tls_1_2_and_1_3_alone() throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            assertModern(port -> AmqpClient.connect(
                            loops,
                            new AmqpClient.Options("127.0.0.1", port, tls, ClientSasl.anonymous(), Limits.defaults()))
                    .get(WAIT_SECONDS, TimeUnit.SECONDS));
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    private static void assertModern(Client client) throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            CompletableFuture<ClientHello> heard = CompletableFuture.supplyAsync(() -> hello(listening));
            assertThatThrownBy(() -> client.ask(listening.getLocalPort()))
                    .isInstanceOfAny(IOException.class, ExecutionException.class);
            ClientHello hello = heard.get(WAIT_SECONDS, TimeUnit.SECONDS);

            assertThat(hello.offeredVersions()).containsExactly("TLS 1.3", "TLS 1.2");
            assertThat(hello.cipherSuites())
                    .filteredOn(code -> code != RENEGOTIATION_INFO)
                    .hasSize(13)
                    .map(CipherSuite::of)
                    .allMatch(suite -> suite.isTls13() || suite.isEcdhe())
                    .noneMatch(suite -> suite.name().endsWith("_SHA"));
            assertThat(hello.signatureAlgorithms()).isNotEmpty().doesNotContainAnyElementsOf(SHA1);
        }
    }

    /** Reads the first record and hangs up. */
    private static ClientHello hello(ServerSocket listening) {
        try (Socket socket = listening.accept()) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            in.skipNBytes(3);
            byte[] message = in.readNBytes(in.readUnsignedShort());
            return switch (ClientHelloParser.parse(Arrays.copyOfRange(message, 4, message.length))) {
                case ParsedHello.Whole(var hello) -> hello;
                case ParsedHello.Refused(var why) -> throw new AssertionError(why.toString());
            };
        } catch (IOException e) {
            throw new AssertionError("nobody came", e);
        }
    }
}
