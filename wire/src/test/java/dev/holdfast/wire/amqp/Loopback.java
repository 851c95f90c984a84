package dev.holdfast.wire.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A server on a plain loopback socket with a {@link ScriptedFace}; the certificate of a TLS handshake is said by the test. */
final class Loopback implements AutoCloseable {
    final ScriptedFace face = new ScriptedFace();
    final LinkedBlockingQueue<AmqpRefusal> refusals = new LinkedBlockingQueue<>();
    final Limits limits;
    volatile boolean showedCertificate;
    final ChannelGroup sockets = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final Channel listener;

    Loopback() {
        this(Limits.defaults());
    }

    Loopback(Limits limits) {
        this.limits = limits;
        AmqpServer server = new AmqpServer(List.of(face), limits, _ -> showedCertificate, (_, refusal) -> {
            refusals.add(refusal);
            return "report-1";
        });
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                // Small, so that a slow reader is noticed before megabytes are in the kernel.
                .childOption(ChannelOption.SO_SNDBUF, 32 * 1024)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        sockets.add(channel);
                        server.mount(Connection.accept(channel, "amqp", channel.remoteAddress(), Instant.now()));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    RawAmqp raw() throws IOException {
        return new RawAmqp(port());
    }

    CompletableFuture<AmqpClient> connect(ClientSasl sasl) {
        return AmqpClient.connect(loops, new AmqpClient.Options("127.0.0.1", port(), null, sasl, limits));
    }

    AmqpRefusal refusal() throws InterruptedException {
        AmqpRefusal refusal = refusals.poll(30, TimeUnit.SECONDS);
        assertThat(refusal).as("a refusal within 30 s").isNotNull();
        return refusal;
    }

    static void await(String what, BooleanSupplier condition) {
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting for: " + what).isLessThan(until);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Whether every event loop came round twice. */
    static BooleanSupplier idle(Loopback server) {
        AtomicInteger rounds = new AtomicInteger();
        server.loops.forEach(loop -> {
            var _ = loop.schedule(rounds::incrementAndGet, 50, TimeUnit.MILLISECONDS);
        });
        return () -> rounds.get() == 2;
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        sockets.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
