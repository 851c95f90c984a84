package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.testkit.RawHello;
import dev.holdfast.testkit.TestTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sockets that stop in the middle of their way in: each is closed in its time, with its reason in the log, and harms nobody. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StalledSocketsTest {
    private static final Duration MAX_TIME = Duration.ofSeconds(3);
    /** What a busy machine may add. A socket that is never closed fails, too. */
    private static final Duration ROOM = Duration.ofSeconds(30);

    private static final Duration DRIP = Duration.ofMillis(100);

    @TempDir
    static Path directory;

    private TestServer server;
    private SSLContext tls;

    /** A way to stall, or to be refused for what is announced. */
    enum Stall {
        MQTT_SILENT("mqtt", "HelloTooSlow"),
        MQTT_HALF_A_HELLO("mqtt", "HelloTooSlow"),
        MQTT_TLS_THEN_SILENCE("mqtt", "ConnectLate"),
        MQTT_DRIPPED_CONNECT("mqtt", "ConnectLate"),
        MQTT_CONNECT_OF_256_MEGABYTES("mqtt", "PacketTooLarge"),
        MQTT_PUBLISH_BEFORE_CONNECT("mqtt", "NotMqtt"),
        AMQP_SILENT("amqp", "HelloTooSlow"),
        AMQP_TLS_THEN_SILENCE("amqp", "OpenLate"),
        AMQP_HEADER_THEN_SILENCE("amqp", "OpenLate"),
        AMQP_DRIPPED_OPEN("amqp", "OpenLate"),
        AMQP_FRAME_OF_TWO_GIGABYTES("amqp", "FrameTooLarge"),
        AMQP_BEGIN_BEFORE_OPEN("amqp", "FrameOutOfOrder"),
        HTTPS_SILENT("https", "HelloTooSlow"),
        HTTPS_HALF_A_REQUEST_LINE("https", "TooSlow"),
        HTTPS_DRIPPED_HEADERS("https", "TooSlow"),
        /** Nobody waits for it: whoever may not come in is told so by the head. */
        HTTPS_BODY_THAT_NEVER_COMES("https", "UnknownPath"),
        /** Nor does a length say more than that. */
        HTTPS_BODY_OF_TWO_GIGABYTES("https", "UnknownPath");

        private final String listener;
        private final String reason;

        Stall(String listener, String reason) {
            this.listener = listener;
            this.reason = reason;
        }

        boolean isTimed() {
            return List.of("HelloTooSlow", "ConnectLate", "OpenLate", "TooSlow").contains(reason);
        }
    }

    @BeforeAll
    void start() throws Exception {
        TestServer.start(directory.resolve("made")).close();
        Copies.copy(directory.resolve("made"), directory.resolve("data"));
        server = TestServer.start(
                TestServer.config(directory.resolve("data"), new Limits.Arrival(64 * 1024, MAX_TIME, MAX_TIME)));
        tls = TestTls.context(RawHttps.roots(server), null);
        // The first handshakes of a process take long.
        for (int i = 0; i < 3; i++) {
            assertThat(honestConnack(server, tls)).isZero();
        }
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static int port(TestServer server, Stall stall) {
        Ready.HubEntry hub = server.hub();
        return switch (stall.listener) {
            case "mqtt" -> hub.mqttPort();
            case "amqp" -> hub.amqpPort();
            default -> hub.httpsPort();
        };
    }

    private static Socket plain(int port) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout((int) MAX_TIME.plus(ROOM).toMillis());
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    private static Socket open(TestServer server, SSLContext tls, Stall stall) throws IOException {
        int port = port(server, stall);
        return switch (stall) {
            case MQTT_SILENT, MQTT_HALF_A_HELLO, AMQP_SILENT, HTTPS_SILENT -> plain(port);
            default -> TestTls.connect(tls, "localhost", port);
        };
    }

    /** Sends what this kind of socket sends before it stalls. */
    private static void begin(Socket socket, Stall stall) throws IOException {
        byte[] hello = RawHello.tls13().record();
        switch (stall) {
            case MQTT_SILENT, AMQP_SILENT, HTTPS_SILENT, MQTT_TLS_THEN_SILENCE, AMQP_TLS_THEN_SILENCE -> {}
            case MQTT_HALF_A_HELLO -> send(socket, Arrays.copyOf(hello, hello.length / 2));
            case MQTT_DRIPPED_CONNECT -> drip(socket, FirstBytes.connect("x".repeat(500), "u", "p"));
            case MQTT_CONNECT_OF_256_MEGABYTES ->
                send(socket, new byte[] {0x10, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F});
            case MQTT_PUBLISH_BEFORE_CONNECT -> send(socket, new byte[] {0x30, 3, 0, 1, 'a'});
            case AMQP_HEADER_THEN_SILENCE -> send(socket, FirstBytes.amqpHeader());
            case AMQP_DRIPPED_OPEN -> {
                send(socket, FirstBytes.amqpHeaderAndSize(2000));
                drip(socket, new byte[500]);
            }
            case AMQP_FRAME_OF_TWO_GIGABYTES -> send(socket, FirstBytes.amqpHeaderAndSize(Integer.MAX_VALUE));
            case AMQP_BEGIN_BEFORE_OPEN -> {
                send(socket, FirstBytes.amqpHeaderAndSize(8 + 4));
                send(socket, new byte[] {0, 0x53, 0x11, 0x45});
            }
            case HTTPS_HALF_A_REQUEST_LINE -> send(socket, FirstBytes.ascii("GET /devi"));
            case HTTPS_DRIPPED_HEADERS ->
                drip(socket, FirstBytes.ascii("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + "x".repeat(500)));
            case HTTPS_BODY_THAT_NEVER_COMES ->
                send(socket, FirstBytes.ascii("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"));
            case HTTPS_BODY_OF_TWO_GIGABYTES ->
                send(
                        socket,
                        FirstBytes.ascii("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2147483648\r\n\r\n"));
        }
    }

    private static void send(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** One byte now and then, on a thread of its own, until the server has closed. */
    private static void drip(Socket socket, byte[] bytes) {
        var _ = Thread.ofVirtual().start(() -> {
            try {
                for (byte b : bytes) {
                    send(socket, new byte[] {b});
                    TimeUnit.MILLISECONDS.sleep(DRIP.toMillis());
                }
            } catch (IOException _) {
                // Closed, as it must be.
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Reads until the server has closed; fails when it doesn't. */
    private static void awaitClosed(Socket socket) throws IOException {
        try {
            while (socket.getInputStream().read() >= 0) {
                // An alert, a CONNACK, a status.
            }
        } catch (SocketException | SSLException _) {
            // Reset, because it was still being written to.
        }
    }

    /** The return code of CONNACK for the demo device. */
    private static int honestConnack(TestServer server, SSLContext tls) throws IOException, GeneralSecurityException {
        String device = String.valueOf(server.hub().demoDeviceConnectionString());
        String key = device.replaceAll(".*SharedAccessKey=", "");
        try (Socket socket = TestTls.connect(tls, "localhost", server.hub().mqttPort())) {
            send(
                    socket,
                    FirstBytes.connect(
                            "demo-device",
                            "localhost/demo-device/?api-version=2021-04-12",
                            SasRequests.token("localhost/devices/demo-device", key, null)));
            byte[] connack = socket.getInputStream().readNBytes(4);
            assertThat(connack).startsWith(0x20, 2);
            return connack[3];
        }
    }

    @ParameterizedTest
    @EnumSource(Stall.class)
    void each_is_closed_in_its_time_and_named_with_its_reason_once(Stall stall) throws Exception {
        try (LogLines log = new LogLines();
                Socket socket = open(server, tls, stall)) {
            long begun = System.nanoTime();
            begin(socket, stall);
            awaitClosed(socket);
            Duration taken = Duration.ofNanos(System.nanoTime() - begun);

            assertThat(log.about(socket.getLocalPort()))
                    .singleElement()
                    .asString()
                    .startsWith(stall.listener + " ")
                    .contains(" " + stall.reason + ": ");
            if (stall.isTimed()) {
                // The clock here began a little after the server's; the socket was not closed for another reason.
                assertThat(taken).isGreaterThan(MAX_TIME.dividedBy(2));
            }
            assertThat(taken).isLessThan(MAX_TIME.plus(ROOM));
        }
    }

    @Test
    void an_honest_client_connects_while_five_hundred_others_stall() throws Exception {
        Path data = directory.resolve("busy");
        Copies.copy(directory.resolve("made"), data);
        List<Stall> kinds = List.of(
                Stall.MQTT_SILENT,
                Stall.MQTT_HALF_A_HELLO,
                Stall.MQTT_TLS_THEN_SILENCE,
                Stall.MQTT_DRIPPED_CONNECT,
                Stall.AMQP_HEADER_THEN_SILENCE);
        Limits.Arrival patient = new Limits.Arrival(64 * 1024, Duration.ofMinutes(10), Duration.ofMinutes(10));
        List<Socket> stalled = new ArrayList<>();
        try (TestServer busy = TestServer.start(TestServer.config(data, patient))) {
            try {
                for (int i = 0; i < 500; i++) {
                    Stall stall = kinds.get(i % kinds.size());
                    Socket socket = open(busy, tls, stall);
                    stalled.add(socket);
                    begin(socket, stall);
                }
                assertThat(honestConnack(busy, tls)).isZero();
                assertThat(RawHttps.statusOf(busy, "GET /.well-known/holdfast/ca.pem HTTP/1.1\r\nHost: localhost\r\n"))
                        .isEqualTo(200);
            } finally {
                for (Socket socket : stalled) {
                    socket.close();
                }
            }
        }
    }
}
