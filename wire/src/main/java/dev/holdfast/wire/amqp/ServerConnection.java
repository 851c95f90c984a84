package dev.holdfast.wire.amqp;

import dev.holdfast.base.Limits;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.engine.Connection;
import org.apache.qpid.protonj2.engine.Engine;
import org.apache.qpid.protonj2.engine.LinkState;
import org.apache.qpid.protonj2.engine.Receiver;
import org.apache.qpid.protonj2.engine.Sender;
import org.apache.qpid.protonj2.engine.Session;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one connection: from the first header over SASL and {@code open} to a face, then its sessions and links.
 * Everything on the channel's event loop.
 */
final class ServerConnection {
    /** Only a server that stops closes sockets from outside. */
    private static final AmqpError STOPPING =
            new AmqpError(AmqpError.CONNECTION_FORCED, "The server is stopping. Connect again in a moment.");

    private final dev.holdfast.wire.Connection socket;
    private final AmqpServer.Settings settings;
    private final EngineHost host;
    private final ServerSasl sasl;
    private @Nullable AmqpConversation conversation;

    private ServerConnection(dev.holdfast.wire.Connection socket, AmqpServer.Settings settings, Engine engine) {
        this.socket = socket;
        this.settings = settings;
        Limits.Amqp limits = settings.limits().amqp();
        this.host =
                new EngineHost(socket.channel(), engine, limits.idleMaxTime(), limits.receivingMaxBytes(), this::ended);
        this.sasl = new ServerSasl(socket, settings, host);
    }

    /** @param openMaxTime from now to the whole {@code open} */
    static void start(
            dev.holdfast.wire.Connection socket, AmqpServer.Settings settings, boolean withSasl, Duration openMaxTime) {
        Engine engine = withSasl ? Engines.withSasl() : Engines.withoutSasl();
        new ServerConnection(socket, settings, engine).start(withSasl, openMaxTime);
    }

    private void start(boolean withSasl, Duration openMaxTime) {
        Channel channel = socket.channel();
        Limits.Amqp limits = settings.limits().amqp();
        FrameReader.Phase first = withSasl ? FrameReader.Phase.SASL_HEADER : FrameReader.Phase.HEADER;
        FrameReader frames = new FrameReader(first, limits, settings.symbols(), host::fail);
        if (withSasl) {
            sasl.listen(frames, limits.saslFrameMaxBytes());
        }
        Connection connection = host.connection();
        connection.setContainerId("holdfast");
        connection.setMaxFrameSize(limits.frameMaxBytes());
        connection.setChannelMax(limits.sessionsMax() - 1);
        connection.setIdleTimeout(limits.idleMaxTime().toMillis());
        connection.openHandler(_ -> host.guarded(this::opened));
        connection.closeHandler(_ -> host.closedByPeer());
        connection.sessionOpenHandler(this::begun);
        connection.senderOpenHandler(sender -> host.guarded(() -> attached(sender)));
        connection.receiverOpenHandler(receiver -> host.guarded(() -> attached(receiver)));
        var _ = host.executor().schedule(this::openLate, openMaxTime.toNanos(), TimeUnit.NANOSECONDS);
        host.sayBeforeClose(STOPPING);
        host.start(frames);
        channel.config().setAutoRead(true);
    }

    private void openLate() {
        if (!host.connection().isRemotelyOpen() && !host.isOver()) {
            host.fail(new AmqpRefusal.OpenLate(settings.limits().arrival().firstPacketMaxTime()));
        }
    }

    private void opened() {
        Connection connection = host.connection();
        String named = AmqpPeer.normal(connection.getRemoteHostname());
        SaslIdentity identity = sasl.identity();
        AmqpPeer peer = new AmqpPeer(socket, identity, named == null ? sasl.hostName() : named);
        AmqpFace face = faceOf(peer);
        if (face == null) {
            String hostName = peer.hostName();
            host.fail(new AmqpRefusal.UnknownHost(hostName == null ? "" : hostName));
            return;
        }
        connection.open();
        connection.tickAuto(host.executor());
        conversation = face.open(new AmqpConnection(host, peer));
    }

    private @Nullable AmqpFace faceOf(AmqpPeer peer) {
        if (peer.sasl() instanceof SaslIdentity.Plain plain) {
            return plain.face().claims(peer) ? plain.face() : null;
        }
        for (AmqpFace face : settings.faces()) {
            if (face.claims(peer)) {
                return face;
            }
        }
        return null;
    }

    private void begun(Session session) {
        Limits.Amqp limits = settings.limits().amqp();
        session.setIncomingCapacity(limits.receivingMaxBytes());
        session.setHandleMax(limits.linksMax() - 1L);
        session.closeHandler(_ -> session.close());
        session.open();
    }

    private void attached(Sender sender) {
        if (isSecond(sender.getState(), sender.getName())) {
            return;
        }
        Limits.Amqp limits = settings.limits().amqp();
        OutgoingLink link = host.keep(
                new OutgoingLink(host, sender, AttachRequest.of(sender), limits.requestsMax(), limits.creditMax()));
        talk().attached(link);
    }

    private void attached(Receiver receiver) {
        if (isSecond(receiver.getState(), receiver.getName())) {
            return;
        }
        IncomingLink link = host.keep(new IncomingLink(
                host,
                receiver,
                AttachRequest.of(receiver),
                settings.limits().amqp().requestMaxBytes()));
        talk().attached(link);
    }

    private AmqpConversation talk() {
        AmqpConversation open = conversation;
        if (open == null) {
            throw new IllegalStateException("a link came before open");
        }
        return open;
    }

    /** The engine tells about a link again when a peer attaches its name a second time. */
    private boolean isSecond(LinkState state, String name) {
        if (state != LinkState.IDLE) {
            host.fail(new AmqpRefusal.ProtocolViolated("the link name '" + name + "' is attached already"));
            return true;
        }
        return false;
    }

    private @Nullable String ended(@Nullable AmqpRefusal why) {
        String report = why == null ? null : settings.refused().apply(socket, why);
        AmqpConversation open = conversation;
        conversation = null;
        if (open != null) {
            host.guarded(open::ended);
        }
        return report;
    }
}
