package dev.holdfast.tls.listen;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.ServerChain;
import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.hello.ClientHelloReader;
import dev.holdfast.tls.hello.HelloShape;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.identity.ThisMachine;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.policy.Directory;
import dev.holdfast.tls.policy.GroupPreference;
import dev.holdfast.tls.policy.TlsPolicy;
import dev.holdfast.tls.policy.Verdict;
import dev.holdfast.tls.report.HandshakeFailure;
import dev.holdfast.tls.report.HandshakeFailure.HandshakeTooSlow;
import dev.holdfast.tls.report.HandshakeFailure.NoApplicationData;
import dev.holdfast.tls.report.HandshakeFailure.RenegotiationRefused;
import dev.holdfast.tls.report.HandshakeFailure.ServerBusy;
import dev.holdfast.tls.report.HelloRefusal;
import dev.holdfast.tls.report.HelloRefusal.HelloTooSlow;
import dev.holdfast.tls.report.TlsRefusal;
import dev.holdfast.tls.report.VerdictRefusal;
import dev.holdfast.tls.report.VerdictRefusal.EngineCannot;
import dev.holdfast.tls.report.VerdictRefusal.UnknownServerName;
import dev.holdfast.tls.trace.Recording;
import dev.holdfast.wire.Connection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket on its way in, from accept to the mounted protocol or to its one report. Lives on the channel's event loop, and ends
 * there: a mounted connection keeps nothing of it but the guards against what only TLS can do, and a tap that is over where it was recorded.
 */
final class Arrival implements ClientHelloReader.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(Arrival.class);
    /** A client that doesn't read gets this long to take the last bytes; then its socket is closed over them. */
    private static final long LAST_BYTES_MILLIS = 1_000;

    private final Connection connection;
    private final Door door;
    private final Limits.Arrival limits;
    private final Listener listener;
    private final ClientHelloReader reader;
    private final long begunNanos = System.nanoTime();
    private Duration handshakeMaxTime;
    private @Nullable Future<?> deadline;
    private @Nullable HandshakeTasks tasks;
    private @Nullable TlsVersion version;
    private @Nullable RecordingTap tap;
    private boolean over;

    Arrival(Connection connection, Door door, Listener listener) {
        this.connection = connection;
        this.door = door;
        this.limits = listener.limits();
        this.listener = listener;
        this.handshakeMaxTime = limits.handshakeMaxTime();
        this.reader = new ClientHelloReader(limits.clientHelloMaxBytes(), this);
    }

    void begin() {
        Recording recording = door.recordings().begin(connection);
        if (recording != null) {
            record(recording);
        }
        connection.channel().pipeline().addLast(reader);
        endAfter(handshakeMaxTime);
    }

    private void record(Recording recording) {
        connection.learn(Recording.class, recording);
        RecordingTap reading =
                new RecordingTap(recording, () -> door.recordings().closed(connection, recording));
        tap = reading;
        connection.channel().pipeline().addFirst(reading);
    }

    /** @param max from accept on */
    private void endAfter(Duration max) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        handshakeMaxTime = max;
        long left = max.toNanos() - (System.nanoTime() - begunNanos);
        deadline = connection.channel().eventLoop().schedule(this::tooSlow, left, TimeUnit.NANOSECONDS);
    }

    private void tooSlow() {
        fail(whatIsSlow(handshakeMaxTime));
        var _ = connection.channel().close();
    }

    private TlsRefusal whatIsSlow(Duration max) {
        if (tasks == null) {
            return new HelloTooSlow(max, reader.receivedBytes());
        }
        return tasks.areRunning() ? new ServerBusy(max) : new HandshakeTooSlow(max);
    }

    @Override
    public void closedUnused() {
        over();
        door.counters().closedUnused.increment();
    }

    @Override
    public void refused(ChannelHandlerContext context, HelloRefusal why) {
        fail(why);
        closeAfter(context, why, TlsVersion.TLS_1_2.code());
    }

    @Override
    public void whole(ChannelHandlerContext context, ClientHello hello, ByteBuf bytes) {
        if (over) {
            bytes.release();
            return;
        }
        Optional<Directory.Endpoint> found = find(hello);
        if (found.isEmpty()) {
            offered(hello, null);
            refuse(context, hello, new UnknownServerName(Objects.requireNonNull(hello.serverName())), bytes);
            return;
        }
        Directory.Endpoint endpoint = found.get();
        switch (Verdict.judge(hello, endpoint.policy(), door.clock().instant())) {
            case Verdict.Refuse(var why) -> {
                offered(hello, endpoint.policy().name());
                refuse(context, hello, why, bytes);
            }
            case Verdict.Accept accept ->
                shakeHands(context, hello, endpoint, door.groups().get().narrow(accept, hello), bytes);
        }
    }

    /** What was offered and refused. */
    private void offered(ClientHello hello, @Nullable String policy) {
        connection.learn(
                Offer.class,
                new Offer(door.shapes().of(hello), hello.serverName(), hello.randomTime(), policy, null, null, false));
    }

    /** What was offered and accepted, with the chain that is shown. */
    private Offer offered(ClientHello hello, Verdict.Accept accept, boolean here) {
        HelloShape shape = door.shapes().of(hello);
        ServerChain candidate =
                here ? null : door.chooser().choose(connection, hello.serverName(), shape, accept.keyType());
        ServerChain chain =
                candidate != null ? candidate : door.identities().chain(hello.serverName(), accept.keyType(), here);
        Offer offer = new Offer(
                shape,
                hello.serverName(),
                hello.randomTime(),
                accept.policy().name(),
                GroupPreference.expected(accept, hello).orElse(null),
                chain,
                candidate != null);
        connection.learn(Offer.class, offer);
        return offer;
    }

    private Optional<Directory.Endpoint> find(ClientHello hello) {
        Supplier<TlsPolicy> own = listener.policy();
        return door.directory().find(hello.serverName(), own == null ? null : own.get());
    }

    private void refuse(ChannelHandlerContext context, ClientHello hello, VerdictRefusal why, ByteBuf bytes) {
        bytes.release();
        fail(why);
        closeAfter(context, why, hello.legacyVersion());
    }

    /** The bytes go to the engine as if they had just come. */
    private void shakeHands(
            ChannelHandlerContext context,
            ClientHello hello,
            Directory.Endpoint endpoint,
            Verdict.Accept accept,
            ByteBuf bytes) {
        version = accept.version();
        Duration max = accept.policy().handshakeMaxTime();
        if (max != null) {
            endAfter(max);
        }
        boolean here = ThisMachine.isMeant(
                hello.serverName(), connection.remoteAddress().getAddress());
        Offer offer = offered(hello, accept, here);
        ServerChain chain = Objects.requireNonNull(offer.chain());
        SSLEngine engine;
        try {
            engine = offer.candidate()
                    ? door.contexts().engineOfItsOwn(accept, chain)
                    : door.contexts().engine(Contexts.Place.of(endpoint, listener, here), accept, chain);
        } catch (IllegalArgumentException cannot) {
            LOG.error(
                    "the engine can't do what the policy {} accepts",
                    accept.policy().name(),
                    cannot);
            refuse(context, hello, new EngineCannot(accept.policy().name()), bytes);
            return;
        }
        HandshakeTasks engineTasks = new HandshakeTasks(connection.channel(), door.handshakeThreads());
        tasks = engineTasks;
        SslHandler ssl = new SslHandler(engine, engineTasks);
        SilentRecordsGuard guard =
                new SilentRecordsGuard(door.limits().tls().silentMaxBytes(), () -> offend(new NoApplicationData()));
        // One deadline covers hello and handshake; the handler's own would begin anew.
        ssl.setHandshakeTimeoutMillis(0);
        ssl.setCloseNotifyFlushTimeoutMillis(LAST_BYTES_MILLIS);
        ChannelPipeline pipeline = context.pipeline();
        if (accept.version() != TlsVersion.TLS_1_3) {
            pipeline.addLast(new RenegotiationGuard(() -> offend(new RenegotiationRefused())));
        }
        Runnable engineDone = () -> {
            engineTasks.handshakeDone();
            guard.arm();
        };
        pipeline.addLast(engineTasks, guard.beforeEngine(), ssl, guard.behindEngine());
        pipeline.addLast(new HandshakeEnd(this, hello, accept, chain, engine, engineDone));
        context.fireChannelRead(bytes);
        // The read that filled the hello is over; the engine's answer is flushed by this.
        context.fireChannelReadComplete();
        pipeline.remove(reader);
    }

    /** A rule was broken, usually by a mounted connection whose arrival is over; each guard says so once. */
    private void offend(HandshakeFailure why) {
        if (over) {
            door.report(connection, why);
        } else {
            fail(why);
        }
        // Past the engine, whose close_notify would say that all went well: scanners take it for a renegotiation that
        // was granted.
        var _ = connection.channel().pipeline().firstContext().close();
    }

    /** The engine has given up. */
    void failed(HandshakeFailure why) {
        fail(why);
        var _ = connection.channel().close();
    }

    /** The engine is done; the next bytes are the protocol's. */
    void finished(Handshake handshake) {
        if (over) {
            return;
        }
        over();
        (handshake.resumed() ? door.counters().resumedHandshakes : door.counters().fullHandshakes).increment();
        door.counters().handshakes.done(handshake.version(), handshake.resumed());
        connection.learn(Handshake.class, handshake);
        if (tap != null) {
            tap.stopSoon(connection.channel());
        }
        try {
            listener.mount().mount(connection);
        } catch (RuntimeException e) {
            LOG.error("{}: the protocol of '{}' can't be mounted", connection.id(), connection.listener(), e);
            var _ = connection.channel().close();
        }
    }

    private void fail(TlsRefusal why) {
        if (!over) {
            over();
            door.counters().failed.increment();
            door.counters().handshakes.failed(version, why);
            door.report(connection, why);
        }
    }

    private void over() {
        over = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private static void closeAfter(ChannelHandlerContext context, TlsRefusal why, int legacyVersion) {
        Optional<Alert> alert = Alert.of(why);
        var _ = alert.isPresent()
                ? context.writeAndFlush(alert.get().record(legacyVersion)).addListener(ChannelFutureListener.CLOSE)
                : context.close();
    }
}
