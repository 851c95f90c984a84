package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.MemoryTable;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.mqtt.MqttServer;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Two hubs behind a plain socket: what the TLS listener would have learned is given by the test. */
final class TestServer implements AutoCloseable {
    final TestClock clock = new TestClock(Instant.parse("2026-12-01T12:00:00Z"));
    final MemoryTable table = new MemoryTable();
    final TestHub hub1 = new TestHub("hub1", table, clock);
    final TestHub hub2 = new TestHub("hub2", table, clock);
    final List<Report> reports = Collections.synchronizedList(new ArrayList<>());
    volatile PeerIdentity peer = new PeerIdentity.Anonymous();
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Channel listener;

    TestServer() {
        this(Limits.defaults());
    }

    TestServer(Limits limits) {
        DeviceMqttFace face = new DeviceMqttFace(directory(), limits.mqtt(), clock, reports::add);
        MqttServer server = new MqttServer(
                List.of(face),
                limits,
                threads,
                (connection, connect, fault) -> new Reporter(clock, reports::add, connection, null, null)
                        .report(fault.reason(), fault.explain()));
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        Connection connection =
                                Connection.accept(channel, "mqtt", channel.remoteAddress(), clock.instant());
                        connection.learn(
                                Handshake.class, new Handshake("TLSv1.3", "TLS_AES_128_GCM_SHA256", null, false, peer));
                        server.mount(connection);
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
        hub1.register("dev1");
        hub1.register("dev2");
    }

    private HubDirectory directory() {
        List<TestHub> both = List.of(hub1, hub2);
        return new HubDirectory() {
            @Override
            public Optional<Hub> byHostName(String hostName) {
                return both.stream()
                        .filter(hub -> hub.hostName.equalsIgnoreCase(hostName))
                        .map(hub -> hub.hub)
                        .findFirst();
            }

            @Override
            public Optional<Hub> byName(HubName name) {
                return all().stream().filter(hub -> hub.name().equals(name)).findFirst();
            }

            @Override
            public List<Hub> all() {
                return List.of(hub1.hub, hub2.hub);
            }
        };
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    RawClient open() throws IOException {
        return new RawClient(port());
    }

    /** A connected device of the first hub that keeps no session. */
    RawClient connected(String device) throws IOException {
        RawClient client = open();
        client.connect(device, hub1.hostName + "/" + device + "/?api-version=2021-04-12", hub1.token(device));
        assertThat(client.connack()).isZero();
        return client;
    }

    List<String> reasons() {
        return List.copyOf(reports).stream().map(Report::reason).toList();
    }

    /** Waits until something that other threads do has happened. */
    static void await(String what, BooleanSupplier happened) {
        Instant end = Instant.now().plus(Duration.ofSeconds(20));
        while (!happened.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("did not happen in 20 s: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        threads.close();
    }
}
