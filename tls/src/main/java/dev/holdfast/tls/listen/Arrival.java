package dev.holdfast.tls.listen;

import dev.holdfast.pki.ServerChain;
import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.hello.ClientHelloReader;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.identity.ChainKeyManager;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.policy.Directory;
import dev.holdfast.tls.policy.Verdict;
import dev.holdfast.tls.report.HandshakeFailure.HandshakeRejected;
import dev.holdfast.tls.report.HandshakeFailure.HandshakeTooSlow;
import dev.holdfast.tls.report.HandshakeFailure.RenegotiationRefused;
import dev.holdfast.tls.report.HelloRefusal;
import dev.holdfast.tls.report.HelloRefusal.HelloTooSlow;
import dev.holdfast.tls.report.TlsRefusal;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.Mount;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket on its way in, from accept to the mounted protocol or to its one report. Lives on the channel's event loop, and ends
 * there: a mounted connection keeps nothing of it but the guard against renegotiation.
 */
final class Arrival implements ClientHelloReader.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(Arrival.class);
    /** A client that doesn't read gets this long to take the last bytes; then its socket is closed over them. */
    private static final long LAST_BYTES_MILLIS = 1_000;

    private final Connection connection;
    private final Door door;
    private final Mount mount;
    private final ClientHelloReader reader;
    private @Nullable Future<?> deadline;
    private boolean over;

    Arrival(Connection connection, Door door, Mount mount) {
        this.connection = connection;
        this.door = door;
        this.mount = mount;
        this.reader = new ClientHelloReader(door.limits().sockets().clientHelloMaxBytes(), this);
    }

    void begin() {
        Channel channel = connection.channel();
        channel.pipeline().addLast(new ReadsWhileWritable(), reader);
        deadline = channel.eventLoop()
                .schedule(
                        this::tooSlow,
                        door.limits().sockets().handshakeMaxTime().toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private void tooSlow() {
        var max = door.limits().sockets().handshakeMaxTime();
        boolean inHello = connection.channel().pipeline().context(reader) != null;
        fail(inHello ? new HelloTooSlow(max, reader.receivedBytes()) : new HandshakeTooSlow(max));
        var _ = connection.channel().close();
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
        Directory.Endpoint endpoint = door.directory().find(hello.serverName());
        switch (Verdict.judge(hello, endpoint.policy())) {
            case Verdict.Refuse(var why) -> {
                bytes.release();
                fail(why);
                closeAfter(context, why, hello.legacyVersion());
            }
            case Verdict.Accept accept -> shakeHands(context, hello, endpoint, accept, bytes);
        }
    }

    /** The bytes go to the engine as if they had just come. */
    private void shakeHands(
            ChannelHandlerContext context,
            ClientHello hello,
            Directory.Endpoint endpoint,
            Verdict.Accept accept,
            ByteBuf bytes) {
        ServerChain chain = door.identities().chain(accept.keyType());
        SSLEngine engine = door.contexts().engine(endpoint, accept, chain);
        SslHandler ssl = new SslHandler(engine, door.handshakeThreads());
        // One deadline covers hello and handshake; the handler's own would begin anew.
        ssl.setHandshakeTimeoutMillis(0);
        ssl.setCloseNotifyFlushTimeoutMillis(LAST_BYTES_MILLIS);
        ChannelPipeline pipeline = context.pipeline();
        if (accept.version() != TlsVersion.TLS_1_3) {
            pipeline.addLast(new RenegotiationGuard(this::renegotiation));
        }
        pipeline.addLast(ssl, new HandshakeEnd(hello, accept, chain));
        context.fireChannelRead(bytes);
        // The read that filled the hello is over; the engine's answer is flushed by this.
        context.fireChannelReadComplete();
        pipeline.remove(reader);
    }

    /** After the mount, when this has long been over: a report of its own. */
    private void renegotiation() {
        door.report(connection, new RenegotiationRefused());
        var _ = connection.channel().close();
    }

    private final class HandshakeEnd extends ChannelInboundHandlerAdapter {
        private final ClientHello hello;
        private final Verdict.Accept accept;
        private final ServerChain chain;

        HandshakeEnd(ClientHello hello, Verdict.Accept accept, ServerChain chain) {
            this.hello = hello;
            this.accept = accept;
            this.chain = chain;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent completion) {
                if (completion.isSuccess()) {
                    finished(context);
                } else {
                    fail(FailureCause.of(completion.cause(), chain, hello.serverName()));
                    var _ = context.close();
                }
            }
            context.fireUserEventTriggered(event);
        }

        private void finished(ChannelHandlerContext context) {
            if (over) {
                return;
            }
            Handshake handshake =
                    handshake(context.pipeline().get(SslHandler.class).engine().getSession());
            Optional<String> foreign = notAccepted(handshake);
            if (foreign.isPresent()) {
                LOG.error("{}: the engine negotiated {}, which the verdict does not hold", connection.id(), handshake);
                fail(new HandshakeRejected(
                        "this server's engine negotiated " + foreign.get() + ", which the policy does not accept"));
                var _ = context.close();
                return;
            }
            over();
            (handshake.resumed() ? door.counters().resumedHandshakes : door.counters().fullHandshakes).increment();
            connection.learn(Handshake.class, handshake);
            try {
                mount.mount(connection);
            } catch (RuntimeException e) {
                LOG.error("{}: the protocol of '{}' can't be mounted", connection.id(), connection.listener(), e);
                var _ = context.close();
            }
            context.pipeline().remove(this);
        }

        private Handshake handshake(SSLSession session) {
            return new Handshake(
                    session.getProtocol(),
                    session.getCipherSuite().replaceFirst("^SSL_", "TLS_"),
                    hello.serverName(),
                    !ChainKeyManager.wasFullHandshake(session),
                    peer(session));
        }

        private static PeerIdentity peer(SSLSession session) {
            try {
                return new PeerIdentity.Certificates(Arrays.stream(session.getPeerCertificates())
                        .map(X509Certificate.class::cast)
                        .toList());
            } catch (SSLPeerUnverifiedException _) {
                return new PeerIdentity.Anonymous();
            }
        }

        /** What was negotiated beside the verdict; deny by default, should an engine ever do so. */
        private Optional<String> notAccepted(Handshake handshake) {
            if (!handshake.version().equals(accept.version().engineName())) {
                return Optional.of(handshake.version());
            }
            return accept.suites().stream().anyMatch(suite -> suite.name().equals(handshake.cipherSuite()))
                    ? Optional.empty()
                    : Optional.of(handshake.cipherSuite());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // The cause comes with the completion event, or the channel becomes inactive, which completes the handshake
            // too.
            LOG.debug("{}: {}", connection.id(), cause.toString());
        }
    }

    private void fail(TlsRefusal why) {
        if (!over) {
            over();
            door.counters().failed.increment();
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
