package dev.holdfast.hub.device.mqtt;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.report.DeviceConnected;
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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The face of devices behind a plain socket: what the TLS listener would have learned is given by the test. */
final class PlainListener implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Channel listener;
    final Queue<DeviceConnected> connected = new ConcurrentLinkedQueue<>();

    PlainListener(HubDirectory hubs, InstantSource clock, Consumer<Report> reports, Supplier<PeerIdentity> peer) {
        Limits limits = Limits.defaults();
        MqttServer server = new MqttServer(
                List.of(new DeviceMqttFace(hubs, limits, clock, reports, connected::add)),
                limits,
                threads,
                (connection, connect, fault) -> new Reporter(clock, reports, connection, null, null)
                        .report(fault.reason(), fault.explain(), fault));
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        Connection connection =
                                Connection.accept(channel, "mqtt", channel.remoteAddress(), clock.instant());
                        connection.learn(
                                Handshake.class,
                                new Handshake("TLSv1.3", "TLS_AES_128_GCM_SHA256", null, false, peer.get()));
                        server.mount(connection);
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        threads.close();
    }
}
