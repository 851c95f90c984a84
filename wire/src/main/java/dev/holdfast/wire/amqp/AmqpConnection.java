package dev.holdfast.wire.amqp;

import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** An open AMQP connection, as its face sees it. */
public final class AmqpConnection {
    private final EngineHost host;
    private final AmqpPeer peer;

    AmqpConnection(EngineHost host, AmqpPeer peer) {
        this.host = host;
        this.peer = peer;
    }

    public AmqpPeer peer() {
        return peer;
    }

    /** The connection's event loop: links are touched only there. */
    public EventExecutor executor() {
        return host.executor();
    }

    /** Runs on the event loop what the face has to do with its links; nothing once the connection is over. */
    public void execute(Runnable work) {
        host.executor().execute(() -> {
            if (!host.isOver()) {
                host.guarded(work);
            }
        });
    }

    /** The port that the peer reached, or -1 when the transport has none. */
    public int localPort() {
        return host.channel().localAddress() instanceof InetSocketAddress address ? address.getPort() : -1;
    }

    /**
     * Reads nothing more from the peer until {@link #readOn} was called as often, beside the frame that is being read; on the event loop.
     * A peer that is not read for as long as it may be silent is taken for silent.
     */
    public void pause() {
        host.pause();
    }

    /** Ends one {@link #pause}; on the event loop, but not while a frame is read: as a task of {@link #execute}. */
    public void readOn() {
        host.readOn();
    }

    /** Ends the connection; on the event loop. */
    public void close(@Nullable AmqpError error) {
        host.close(error);
    }
}
