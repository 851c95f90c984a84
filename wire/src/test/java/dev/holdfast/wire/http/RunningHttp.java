package dev.holdfast.wire.http;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An {@link HttpServer} on a plain loopback port, for tests that send bytes of their own. */
final class RunningHttp implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-22T08:30:00Z");

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final BlockingQueue<RefusedRequest> refused = new LinkedBlockingQueue<>();
    private final Queue<RuntimeException> broken = new ConcurrentLinkedQueue<>();
    private final Channel listener;

    RunningHttp(HttpFace... faces) throws InterruptedException {
        this(Limits.defaults().http(), Limits.defaults().arrival(), faces);
    }

    RunningHttp(Limits.Http limits, Limits.Arrival arrival, HttpFace... faces) throws InterruptedException {
        HttpServer server =
                new HttpServer(List.of(faces), limits, arrival, this::execute, InstantSource.fixed(NOW), request -> {
                    refused.add(request);
                    return "report-1";
                });
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        server.mount(Connection.accept(channel, "https", channel.remoteAddress(), NOW));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
    }

    private void execute(Runnable task) {
        threads.execute(() -> {
            try {
                task.run();
            } catch (RuntimeException escaped) {
                broken.add(escaped);
            }
        });
    }

    /** What came out of the threads on which faces work. */
    Queue<RuntimeException> broken() {
        return broken;
    }

    /** Stops the event loops, and with them every connection. */
    void stopLoops() throws InterruptedException {
        if (loops.isShuttingDown()) {
            return;
        }
        listener.close().sync();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).sync();
    }

    /** Waits until no face is at work. */
    void awaitFaces() {
        threads.close();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    RawHttp connect() throws Exception {
        return new RawHttp(address());
    }

    BlockingQueue<RefusedRequest> refused() {
        return refused;
    }

    @Override
    public void close() throws InterruptedException {
        stopLoops();
        threads.shutdownNow();
    }
}
