package dev.holdfast.server.monitor;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Source;
import dev.holdfast.tls.listen.Guests;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.http.HttpFace;
import dev.holdfast.wire.http.HttpServer;
import dev.holdfast.wire.http.HttpUpgrade;
import dev.holdfast.wire.http.HttpVersions;
import dev.holdfast.wire.http.RefusedRequest;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The plain HTTP listener for metrics and health checks: requests without a body, bounded like all others, and few sockets. It has
 * threads of its own, so that it answers while the rest of the installation starts and ends.
 */
public final class Monitor implements AutoCloseable {
    /** What reports call it. */
    public static final String LISTENER = "metrics";

    private static final Duration CLOSE_MAX_TIME = Duration.ofSeconds(1);

    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("holdfast-monitor"), NioIoHandler.newFactory());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final InstantSource clock;
    private final Limits.Monitoring limits;
    private final Guests guests;
    private final Consumer<Report> reports;
    private final InetSocketAddress address;

    /**
     * Listens.
     *
     * @param reports told of requests that break the rules of HTTP, and of sockets that find no room; quick
     * @throws BindException when the address can't be had; the message names it
     */
    public Monitor(
            InetSocketAddress wanted, HttpFace face, Limits limits, InstantSource clock, Consumer<Report> reports)
            throws BindException {
        this.clock = clock;
        this.limits = limits.installation().monitoring();
        this.reports = reports;
        Limits.Sockets sockets = limits.sockets();
        guests = new Guests(new Limits.Sockets(
                this.limits.socketsMax(), this.limits.perAddressMax(), sockets.toldMax(), sockets.toldEvery()));
        Duration silence = this.limits.silenceMaxTime();
        Limits.Http http = limits.http();
        HttpServer server = new HttpServer(
                List.of(face),
                new Limits.Http(
                        http.requestLineMaxBytes(),
                        http.headersMaxBytes(),
                        http.headerFieldsMax(),
                        0,
                        0,
                        0,
                        http.bodyMinBytesPerSecond(),
                        silence),
                new Limits.Arrival(limits.arrival().clientHelloMaxBytes(), silence, silence),
                threads,
                clock,
                this::refused,
                HttpVersions.ALSO_1_0,
                HttpUpgrade.NONE);
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, this.limits.socketsMax())
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel, server);
                    }
                })
                .bind(wanted)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            BindException failure = new BindException("can't listen for metrics on " + wanted.getHostString() + ":"
                    + wanted.getPort() + ": " + bound.cause().getMessage() + ".");
            failure.initCause(bound.cause());
            throw failure;
        }
        channels.add(bound.channel());
        address = (InetSocketAddress) bound.channel().localAddress();
    }

    private void accept(Channel channel, HttpServer server) {
        InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
        Connection connection = Connection.accept(channel, LISTENER, remote, clock.instant());
        Source source = Source.of(remote.getAddress());
        switch (guests.enter(source, System.nanoTime())) {
            case WELCOME -> {
                var _ = channel.closeFuture().addListener(_ -> guests.leave(source));
                channels.add(channel);
                server.mount(connection);
            }
            case FULL, STILL_FULL -> turnAway(connection, "TooManySockets", limits.socketsMax() + " are open");
            case OVER_SHARE, STILL_OVER_SHARE ->
                turnAway(
                        connection,
                        "TooManySocketsFromAddress",
                        limits.perAddressMax() + " of this address (in IPv6: of its /64 network) are open");
        }
    }

    private void turnAway(Connection connection, String reason, String how) {
        reports.accept(
                Report.of(
                        connection,
                        clock.instant(),
                        null,
                        null,
                        reason,
                        "A socket to the listener for metrics and health was closed at once, since " + how
                                + " there, which is the most. Let whoever asks close its sockets, or use one for all its requests."));
        var _ = connection.channel().close();
    }

    private String refused(RefusedRequest refused) {
        Report report = Report.of(
                refused.connection(),
                clock.instant(),
                null,
                null,
                refused.fault().reason(),
                refused.fault().explain());
        reports.accept(report);
        return report.id();
    }

    /** Where it listens, with a real port where 0 was asked for. */
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        long maxMillis = CLOSE_MAX_TIME.toMillis();
        channels.close().awaitUninterruptibly(maxMillis);
        threads.shutdownNow();
        loop.shutdownGracefully(0, maxMillis, TimeUnit.MILLISECONDS).awaitUninterruptibly(2 * maxMillis);
    }
}
