package dev.holdfast.wire.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where requests go, and what an answer may cost. */
final class GuardedClientTest {
    private static final Limits.Client LIMITS = new Limits.Client(1000, Duration.ofSeconds(5), Duration.ofSeconds(5));
    private static final Networks LOOPBACK = Networks.parse("127.0.0.0/8").orElseThrow();

    private final List<AutoCloseable> open = Collections.synchronizedList(new ArrayList<>());
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    /** Answers every connection with these bytes, and closes it. */
    private int serve(String answer) throws IOException {
        ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        open.add(listening);
        var _ = Thread.ofVirtual().start(() -> {
            while (!listening.isClosed()) {
                answerOne(listening, answer);
            }
        });
        return listening.getLocalPort();
    }

    private void answerOne(ServerSocket listening, String answer) {
        try (Socket socket = listening.accept()) {
            requests.add(head(socket.getInputStream()));
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            // The client went away, or the test is over.
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int one = in.read();
            if (one < 0) {
                throw new IOException("no whole request");
            }
            head.append((char) one);
        }
        return head.toString();
    }

    private GuardedClient client(Networks allowed, GuardedClient.Resolver resolver) throws Exception {
        GuardedClient client =
                new GuardedClient(new AddressGuard(allowed), resolver, ClientTls.trustingPublicRoots(), LIMITS);
        open.addFirst(client);
        return client;
    }

    private static InetAddress[] loopback() {
        return new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
    }

    @Test
    void a_request_names_the_host_and_goes_to_the_address_that_was_judged() throws Exception {
        int port = serve("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlist");
        AtomicInteger resolved = new AtomicInteger();
        GuardedClient client = client(LOOPBACK, host -> {
            assertThat(host).isEqualTo("pki.example");
            // Whoever asks twice is led elsewhere.
            return resolved.incrementAndGet() == 1
                    ? loopback()
                    : new InetAddress[] {InetAddress.ofLiteral("169.254.169.254")};
        });
        byte[] body = client.get(URI.create("http://pki.example:" + port + "/a/list.crl?x=%20y"), 100);
        assertThat(body).asString(StandardCharsets.US_ASCII).isEqualTo("list");
        assertThat(resolved).hasValue(1);
        assertThat(requests.getFirst())
                .startsWith("GET /a/list.crl?x=%20y HTTP/1.1\r\n")
                .containsIgnoringCase("\r\nhost: pki.example:" + port + "\r\n");
    }

    @Test
    void an_answer_may_come_behind_an_interim_one_and_in_very_many_pieces() throws Exception {
        int pieces = 20_000;
        int port = serve("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "1\r\nx\r\n".repeat(pieces) + "0\r\n\r\n");
        GuardedClient client = client(LOOPBACK, _ -> loopback());
        URI uri = URI.create("http://pki.example:" + port + "/");
        assertThat(client.get(uri, pieces)).asString(StandardCharsets.US_ASCII).isEqualTo("x".repeat(pieces));
        assertThatThrownBy(() -> client.get(uri, pieces - 1)).hasMessageContaining("longer than");
    }

    @Test
    void names_are_looked_up_on_threads_of_the_platform() throws Exception {
        int port = serve("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        AtomicBoolean virtual = new AtomicBoolean(true);
        GuardedClient client = client(LOOPBACK, _ -> {
            virtual.set(Thread.currentThread().isVirtual());
            return loopback();
        });
        assertThat(client.get(URI.create("http://pki.example:" + port + "/"), 1))
                .isEmpty();
        assertThat(virtual).isFalse();
    }

    @Test
    void a_name_that_leads_into_a_private_network_is_not_asked() throws Exception {
        int port = serve("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        GuardedClient client = client(Networks.NONE, _ -> loopback());
        assertThatThrownBy(() -> client.get(URI.create("http://pki.example:" + port + "/"), 100))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1")
                .hasMessageContaining("outgoing.allowedNetworks");
        assertThatThrownBy(() -> client.get(URI.create("http://[::ffff:127.0.0.1]:" + port + "/"), 100))
                .isInstanceOf(IOException.class);
        assertThat(requests).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 302 Found\\r\\nLocation: http://169.254.169.254/\\r\\nContent-Length: 0\\r\\n\\r\\n | redirect",
                "HTTP/1.1 404 Not Found\\r\\nContent-Length: 0\\r\\n\\r\\n | status 404",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 101\\r\\n\\r\\n | longer than 100 bytes",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 90\\r\\n\\r\\nshort | whole",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nshort | whole",
                "nonsense\\r\\n\\r\\n | no HTTP",
            })
    void what_is_no_whole_answer_fails_with_a_sentence(String answer, String words) throws Exception {
        int port = serve(answer.replace("\\r\\n", "\r\n"));
        GuardedClient client = client(LOOPBACK, _ -> loopback());
        assertThatThrownBy(() -> client.get(URI.create("http://pki.example:" + port + "/"), 100))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(words);
    }

    @Test
    void an_answer_that_never_ends_is_cut_at_its_bound() throws Exception {
        int port = serve("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(200_000));
        GuardedClient client = client(LOOPBACK, _ -> loopback());
        assertThatThrownBy(() -> client.get(URI.create("http://pki.example:" + port + "/"), 100))
                .hasMessageContaining("longer than 100 bytes");
    }

    @Test
    void a_server_that_says_nothing_is_left_in_time() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            GuardedClient client = new GuardedClient(
                    new AddressGuard(LOOPBACK),
                    _ -> loopback(),
                    ClientTls.trustingPublicRoots(),
                    new Limits.Client(1000, Duration.ofMillis(300), Duration.ofMillis(500)));
            open.addFirst(client);
            for (String scheme : List.of("http", "https")) {
                assertThatThrownBy(() ->
                                client.get(URI.create(scheme + "://pki.example:" + silent.getLocalPort() + "/"), 100))
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void a_server_that_no_public_root_vouches_for_is_not_believed() throws Exception {
        int port = serve("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        GuardedClient client = client(LOOPBACK, _ -> loopback());
        assertThatThrownBy(() -> client.get(URI.create("https://pki.example:" + port + "/"), 100))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no connection");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.1.2.3",
                "100.64.0.1",
                "127.0.0.1",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "fe80::1",
                "fc00::1",
                "fd12::1",
                "ff02::1",
                "2001:db8::1",
                "2002:7f00:1::",
                "2001::1",
                "64:ff9b::7f00:1",
                "::7f00:1",
                "100::1"
            })
    void special_addresses_are_nobodys(String address) {
        assertThat(new AddressGuard(Networks.NONE).allows(InetAddress.ofLiteral(address)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "2606:4700::1", "64:ff9b::101:101"})
    void public_addresses_are_allowed(String address) {
        assertThat(new AddressGuard(Networks.NONE).allows(InetAddress.ofLiteral(address)))
                .isTrue();
    }

    @Test
    void networks_are_read_and_hold_what_is_in_them() {
        Networks networks = Networks.parse("10.1.0.0/16, fd00::/8, 192.168.7.7").orElseThrow();
        assertThat(networks.contain(InetAddress.ofLiteral("10.1.255.255"))).isTrue();
        assertThat(networks.contain(InetAddress.ofLiteral("10.2.0.0"))).isFalse();
        assertThat(networks.contain(InetAddress.ofLiteral("fdff::1"))).isTrue();
        assertThat(networks.contain(InetAddress.ofLiteral("192.168.7.8"))).isFalse();
        assertThat(Networks.parse(networks.toString())).contains(networks);
        for (String wrong :
                List.of("", "10.1.2.3/8", "10.0.0.0/33", "host/8", "10.0.0.0/-1", "10.0.0.0/8,", "::1/129")) {
            assertThat(Networks.parse(wrong)).as(wrong).isEmpty();
        }
    }
}
