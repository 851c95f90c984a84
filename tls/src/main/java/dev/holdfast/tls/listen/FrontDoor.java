package dev.holdfast.tls.listen;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Source;
import dev.holdfast.tls.hello.HelloShapes;
import dev.holdfast.tls.identity.ChainChooser;
import dev.holdfast.tls.identity.ServerIdentities;
import dev.holdfast.tls.policy.Directory;
import dev.holdfast.tls.policy.GroupPreference;
import dev.holdfast.tls.report.HandshakeFailure;
import dev.holdfast.tls.report.HandshakeFailure.TooManySockets;
import dev.holdfast.tls.report.HandshakeFailure.TooManySocketsFromAddress;
import dev.holdfast.tls.report.Report;
import dev.holdfast.tls.trace.Recordings;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.EndRequested;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts sockets on any number of listeners and leads each through its TLS handshake to the protocol of its listener.
 *
 * <p>Sockets are served by one event loop per processor. The long parts of a handshake (signing, key exchange: milliseconds of
 * pure computing) run on as many threads of their own, because on the loops they would hold up the messages of every device that
 * is connected already, and a whole fleet shakes hands at once after a restart.
 *
 * <p>Every failure becomes one {@link Report}, with two exceptions that are only counted: a client that goes away without a byte,
 * and clients turned away because the most sockets are open, in all or from their address, of which the first is reported and,
 * for an address, one in each time window.
 */
public final class FrontDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FrontDoor.class);
    private static final Duration CLOSE_MAX_TIME = Duration.ofSeconds(5);

    /**
     * What went through the door since it was opened.
     *
     * @param open sockets open now
     * @param accepted sockets let in
     * @param turnedAway sockets closed at once because the most were open
     * @param overShare sockets closed at once because the most from their address were open
     * @param closedUnused clients that went away without a byte
     * @param failed handshakes that failed, each with a report
     */
    public record Counts(
            int open,
            long accepted,
            long turnedAway,
            long overShare,
            long closedUnused,
            long failed,
            long fullHandshakes,
            long resumedHandshakes) {}

    private final EventLoopGroup loops;
    private final ExecutorService handshakeThreads;
    private final ChannelGroup listeners = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Door door;

    /**
     * @param chooser asked at each handshake, and so is {@code groups}; {@code recordings} for each socket
     * @param reports called on event loops, so it must be quick
     */
    public FrontDoor(
            Limits limits,
            Directory directory,
            ServerIdentities identities,
            ChainChooser chooser,
            Supplier<GroupPreference> groups,
            Recordings recordings,
            InstantSource clock,
            Consumer<Report> reports) {
        int processors = Runtime.getRuntime().availableProcessors();
        loops = new MultiThreadIoEventLoopGroup(
                processors, new DefaultThreadFactory("holdfast-io"), NioIoHandler.newFactory());
        // Never long: a connection has one such task at a time, and connections are bounded.
        handshakeThreads = Executors.newFixedThreadPool(processors, new DefaultThreadFactory("holdfast-handshake"));
        door = new Door(
                limits,
                directory,
                identities,
                chooser,
                groups,
                new Contexts(limits.tls(), directory),
                new HelloShapes(limits.tls().shapesMax()),
                handshakeThreads,
                new Guests(limits.sockets()),
                new Counters(),
                new AtomicBoolean(),
                recordings,
                clock,
                reports);
    }

    /**
     * Begins to listen; blocks until the system has answered.
     *
     * @throws BindException when the address can't be had; the message names it and says why
     */
    public Listening listen(Listener listener, InetSocketAddress address) throws BindException {
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, door.limits().tls().acceptQueueMax())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel, listener);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw notBound(listener.name(), address, bound.cause());
        }
        listeners.add(bound.channel());
        return new Listening(bound.channel());
    }

    private void accept(Channel channel, Listener listener) {
        InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
        Connection connection =
                Connection.accept(channel, listener.name(), remote, door.clock().instant());
        Source source = Source.of(remote.getAddress());
        Guests.Answer answer = door.guests().enter(source, System.nanoTime());
        if (answer != Guests.Answer.WELCOME) {
            turnAway(connection, answer);
            return;
        }
        door.counters().accepted.increment();
        var _ = channel.closeFuture().addListener(_ -> door.guests().leave(source));
        connections.add(channel);
        new Arrival(connection, door, listener).begin();
    }

    private void turnAway(Connection connection, Guests.Answer answer) {
        Limits.Sockets limits = door.limits().sockets();
        HandshakeFailure why = switch (answer) {
            case FULL, STILL_FULL -> new TooManySockets(limits.openMax());
            case OVER_SHARE, STILL_OVER_SHARE ->
                new TooManySocketsFromAddress(limits.perAddressMax(), limits.toldEvery());
            case WELCOME -> throw new IllegalStateException("who is welcome is not turned away");
        };
        boolean news = answer == Guests.Answer.FULL || answer == Guests.Answer.OVER_SHARE;
        (why instanceof TooManySockets ? door.counters().turnedAway : door.counters().overShare).increment();
        if (news) {
            door.report(connection, why);
        }
        var _ = connection.channel().close();
    }

    private static BindException notBound(String name, InetSocketAddress address, Throwable cause) {
        String why = String.valueOf(cause.getMessage());
        String hint = why.contains("Permission denied")
                ? " Ports below 1024 need root or the capability CAP_NET_BIND_SERVICE."
                : why.contains("in use") ? " Another process listens there." : "";
        BindException exception = new BindException("can't listen for '" + name + "' on " + address.getHostString()
                + ":" + address.getPort() + ": " + why + "." + hint);
        exception.initCause(cause);
        return exception;
    }

    public Counts counts() {
        return door.counters().counts(door.guests().open());
    }

    /** @param version as JSSE names it */
    public record HandshakeCount(String version, boolean resumed, long count) {}

    /**
     * @param version as JSSE names it, {@code none} when the handshake failed before one was chosen
     * @param reason from the closed list {@link dev.holdfast.tls.report.TlsRefusal}
     */
    public record FailureCount(String version, String reason, long count) {}

    /** Finished handshakes since the door was opened. */
    public List<HandshakeCount> handshakes() {
        return door.counters().handshakes.counts();
    }

    /** Failed handshakes since the door was opened. */
    public List<FailureCount> failures() {
        return door.counters().handshakes.failures();
    }

    /** Closes all listeners; connections live on. */
    public void stopAccepting() {
        listeners.close().awaitUninterruptibly();
    }

    /**
     * Asks every connection to end in its own way, see {@link EndRequested}, and waits for that.
     *
     * @return whether all are closed; those that are not, {@link #close} closes
     */
    public boolean endConnections(Duration maxTime) {
        door.closing().set(true);
        connections.forEach(channel -> channel.pipeline().fireUserEventTriggered(new EndRequested()));
        return connections.newCloseFuture().awaitUninterruptibly(maxTime.toMillis());
    }

    /** Stops accepting, closes every connection with a TLS goodbye, and ends the threads; takes a few seconds at most. */
    @Override
    public void close() {
        long maxMillis = CLOSE_MAX_TIME.toMillis();
        stopAccepting();
        door.closing().set(true);
        connections.close().awaitUninterruptibly(maxMillis);
        endHandshakes(maxMillis);
        loops.shutdownGracefully(0, maxMillis, TimeUnit.MILLISECONDS).awaitUninterruptibly(2 * maxMillis);
    }

    /** Before the loops, on which each task ends. Those that wait belong to connections that are closed. */
    private void endHandshakes(long maxMillis) {
        handshakeThreads.shutdownNow();
        try {
            if (!handshakeThreads.awaitTermination(maxMillis, TimeUnit.MILLISECONDS)) {
                LOG.warn("a handshake is still being computed after {} ms", maxMillis);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
