package dev.holdfast.wire.mqtt;

import static dev.holdfast.wire.mqtt.Bytes.connack;
import static dev.holdfast.wire.mqtt.Bytes.connect;
import static dev.holdfast.wire.mqtt.Bytes.puback;
import static dev.holdfast.wire.mqtt.Bytes.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Over real sockets and event loops, with receipts from other threads. */
class MqttServerTest {
    private final FakeFace face = new FakeFace();
    private final List<Channel> accepted = Collections.synchronizedList(new ArrayList<>());
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Channel listener;

    MqttServerTest() {
        MqttServer server = new MqttServer(List.of(face), Limits.defaults(), threads, (c, connect, fault) -> {});
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accepted.add(channel);
                        server.mount(Connection.accept(channel, "mqtt", channel.remoteAddress(), Instant.EPOCH));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    @AfterEach
    void close() {
        listener.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        threads.close();
    }

    private int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private Socket open() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    @Test
    void anIndependentClientUnderstandsEveryAnswer() throws MqttException {
        face.storeAtOnce = true;
        face.answer = new MqttAnswer.Accepted(face, true);
        try (MqttClient client = new MqttClient("tcp://127.0.0.1:" + port(), "dev1", new MemoryPersistence())) {
            MqttConnectOptions options = new MqttConnectOptions();
            options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
            options.setCleanSession(false);
            assertThat(client.connectWithResult(options).getSessionPresent()).isTrue();
            MqttMessage message = new MqttMessage("hello".getBytes(StandardCharsets.UTF_8));
            message.setQos(1);
            client.publish("a/b", message);
            int[] granted = {2, 0};
            client.subscribe(new String[] {"x", "y"}, granted);
            assertThat(granted).containsExactly(1, 0);
            assertThatThrownBy(() -> client.subscribe("no", 1)).isInstanceOf(MqttException.class);
            client.unsubscribe("x");
            client.disconnect();
        }
        assertThat(face.published).extracting(MqttPublish::topic).containsExactly("a/b");
        await(() -> face.ends.equals(List.of(new MqttEnd.Disconnected())));
    }

    @Test
    void aClientOfAnOlderVersionIsToldSo() throws MqttException {
        try (MqttClient client = new MqttClient("tcp://127.0.0.1:" + port(), "dev1", new MemoryPersistence())) {
            MqttConnectOptions options = new MqttConnectOptions();
            options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1);
            assertThatThrownBy(() -> client.connect(options))
                    .isInstanceOfSatisfying(
                            MqttException.class,
                            e -> assertThat(e.getReasonCode())
                                    .isEqualTo(MqttException.REASON_CODE_INVALID_PROTOCOL_VERSION));
        }
    }

    /** Receipts of many threads in random order, for several connections at once. */
    @Test
    void acknowledgementsStayInOrderWhateverTheThreads() throws Exception {
        long seed = new Random().nextLong();
        int messages = 20_000;
        LinkedBlockingQueue<PublishReceipt> waiting = new LinkedBlockingQueue<>();
        face.answer = new MqttAnswer.Accepted(new Shuffled(waiting), false);
        CountDownLatch stop = new CountDownLatch(1);
        for (int t = 0; t < 3; t++) {
            Random random = new Random(seed + t);
            threads.execute(() -> storeShuffled(waiting, random, stop));
        }
        try (Socket one = open();
                Socket two = open()) {
            for (Socket socket : List.of(one, two)) {
                threads.execute(() -> sendAll(socket, messages));
            }
            for (Socket socket : List.of(one, two)) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                assertThat(in.readNBytes(4)).isEqualTo(connack(false, 0));
                for (int i = 0; i < messages; i++) {
                    assertThat(in.readNBytes(4)).as("seed %d", seed).isEqualTo(puback(id(i)));
                }
            }
        } finally {
            stop.countDown();
        }
    }

    private record Shuffled(LinkedBlockingQueue<PublishReceipt> waiting) implements MqttSession {
        @Override
        public boolean publish(MqttPublish message, PublishReceipt receipt) {
            waiting.add(receipt);
            return true;
        }

        @Override
        public List<Grant> subscribe(List<MqttSubscription> filters) {
            return List.of();
        }

        @Override
        public void unsubscribe(List<String> filters) {}

        @Override
        public void ended(MqttEnd end) {}
    }

    private static void storeShuffled(LinkedBlockingQueue<PublishReceipt> waiting, Random random, CountDownLatch stop) {
        try {
            while (stop.getCount() > 0) {
                PublishReceipt first = waiting.poll(10, TimeUnit.MILLISECONDS);
                if (first != null) {
                    List<PublishReceipt> some = new ArrayList<>(List.of(first));
                    waiting.drainTo(some, random.nextInt(20));
                    Collections.shuffle(some, random);
                    some.forEach(PublishReceipt::stored);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int id(int i) {
        return 1 + i % 65_535;
    }

    private static void sendAll(Socket socket, int messages) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(connect("dev1", "u", 60));
        for (int i = 0; i < messages; i++) {
            all.writeBytes(publish(1, id(i), "t", new byte[10]));
        }
        try {
            socket.getOutputStream().write(all.toByteArray());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A session that stores nothing: what the client can push into the server is bounded by the sockets' buffers. */
    @Test
    void aClientCanNotPushMoreThanTheWindow() throws IOException {
        try (Socket socket = open()) {
            socket.getOutputStream().write(connect("dev1", "u", 60));
            assertThat(socket.getInputStream().readNBytes(4)).isEqualTo(connack(false, 0));
            byte[] message = publish(1, 1, "t", new byte[64 * 1024]);
            CountDownLatch blocked = new CountDownLatch(1);
            threads.execute(() -> {
                try {
                    for (int i = 0; i < 1_000; i++) {
                        socket.getOutputStream().write(message);
                    }
                } catch (IOException closed) {
                    blocked.countDown();
                }
            });
            await(() ->
                    face.published.size() >= 16 && !accepted.getFirst().config().isAutoRead());
            int max = Limits.defaults().mqtt().publishBytesInFlightMax() / (64 * 1024) + 1;
            assertThat(face.published).hasSizeLessThanOrEqualTo(max);
            socket.setSoTimeout(300);
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            assertThat(face.published).as("and it stays so").hasSizeLessThanOrEqualTo(max);
        }
    }

    @Test
    void everyRefusalClosesItsSocket() throws IOException {
        List<byte[]> bad = List.of(
                new byte[] {0x30, -1, -1, -1, 0x7F},
                "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                new byte[] {0x16, 3, 1, 2, 0},
                connect("dev1", "u\0", 60));
        for (int round = 0; round < 25; round++) {
            for (byte[] bytes : bad) {
                try (Socket socket = open()) {
                    socket.getOutputStream().write(bytes);
                    assertThat(socket.getInputStream().read()).isNegative();
                }
            }
        }
        await(() -> accepted.size() == 100 && accepted.stream().noneMatch(Channel::isOpen));
        assertThat(face.connects).isEmpty();
    }

    private static void await(BooleanSupplier happened) {
        Instant end = Instant.now().plusSeconds(20);
        while (!happened.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("did not happen in 20 s");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
