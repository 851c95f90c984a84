package dev.holdfast.tls.listen;

import dev.holdfast.pki.ServerChain;
import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.policy.Verdict;
import dev.holdfast.tls.report.HandshakeFailure.HandshakeRejected;
import dev.holdfast.wire.EndRequested;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Behind the engine: turns what it says at the end of the handshake into a value, and goes. */
final class HandshakeEnd extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeEnd.class);

    private final Arrival arrival;
    private final ClientHello hello;
    private final Verdict.Accept accept;
    private final ServerChain chain;
    private final SSLEngine engine;
    private final Runnable engineDone;
    private final long beganMillis = System.currentTimeMillis();

    /** @param engineDone run when the handshake is good, before any protocol is mounted */
    HandshakeEnd(
            Arrival arrival,
            ClientHello hello,
            Verdict.Accept accept,
            ServerChain chain,
            SSLEngine engine,
            Runnable engineDone) {
        this.arrival = arrival;
        this.hello = hello;
        this.accept = accept;
        this.chain = chain;
        this.engine = engine;
        this.engineDone = engineDone;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion) {
            if (completion.isSuccess()) {
                succeeded(context);
            } else {
                arrival.failed(FailureCause.of(completion.cause(), chain, hello.serverName()));
            }
        }
        if (event instanceof EndRequested) {
            var _ = context.close();
        }
        context.fireUserEventTriggered(event);
    }

    private void succeeded(ChannelHandlerContext context) {
        Handshake handshake = handshake(engine.getSession());
        if (isAccepted(handshake)) {
            engineDone.run();
            arrival.finished(handshake);
            context.pipeline().remove(this);
        } else {
            // Deny by default, should an engine ever do so.
            LOG.error("the engine negotiated {}, which is not what it was told: {}", handshake, accept);
            arrival.failed(new HandshakeRejected("this server's engine negotiated " + handshake.version() + " with "
                    + handshake.cipherSuite() + ", which the policy does not accept"));
        }
    }

    private Handshake handshake(SSLSession session) {
        return new Handshake(
                session.getProtocol(),
                // The engine calls the suites of SSL 3.0 by their name of then.
                session.getCipherSuite().replaceFirst("^SSL_", "TLS_"),
                hello.serverName(),
                isResumed(session),
                peer(session));
    }

    /**
     * A resumed session is older than this connection. The engine has no better way to tell: values of its own in a session keep
     * it from being put into a ticket, and it asks for the server's key in either case.
     */
    private boolean isResumed(SSLSession session) {
        return session.getCreationTime() < beganMillis;
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

    private boolean isAccepted(Handshake handshake) {
        return handshake.version().equals(accept.version().engineName())
                && accept.suites().stream().map(CipherSuite::name).anyMatch(handshake.cipherSuite()::equals);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // What went wrong comes with the completion event too, or the channel becomes inactive, which completes the
        // handshake.
        LOG.debug("during a handshake: {}", cause.toString());
    }
}
