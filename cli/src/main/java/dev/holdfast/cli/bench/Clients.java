package dev.holdfast.cli.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The event loops of a bench, and how it connects. */
final class Clients implements AutoCloseable {
    private static final int CONNECT_MILLIS = 10_000;
    private static final Duration HANDSHAKE = Duration.ofSeconds(60);

    private final MultiThreadIoEventLoopGroup loops;
    private final List<EventExecutor> each = new ArrayList<>();

    Clients(int threads) {
        loops = new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory("holdfast-bench", true), NioIoHandler.newFactory());
        loops.forEach(each::add);
    }

    /**
     * Connects with the handlers around TLS: {@code below} sees what is on the wire, {@code above} what is in it.
     *
     * @param number deals connections out to the loops; those with the same one may resume each other's sessions
     */
    ChannelFuture connect(
            Target target, LoadTls.Sessions sessions, int number, List<ChannelHandler> below, ChannelHandler above) {
        return new Bootstrap()
                .group(loop(number))
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SslHandler tls = new SslHandler(sessions.engine(target.host(), number));
                        tls.setHandshakeTimeoutMillis(HANDSHAKE.toMillis());
                        below.forEach(channel.pipeline()::addLast);
                        channel.pipeline().addLast(tls, above);
                    }
                })
                .connect(target.host(), target.port());
    }

    /** Waits until everything that the loops were given before has been done, so that what it wrote can be read. */
    void settle() throws InterruptedException {
        for (EventExecutor loop : each) {
            loop.submit(() -> {}).sync();
        }
    }

    private EventLoop loop(int number) {
        return (EventLoop) each.get(number % each.size());
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
