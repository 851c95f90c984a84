package dev.holdfast.wire.amqp;

import dev.holdfast.wire.Connection;
import io.netty.channel.ChannelHandlerContext;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.engine.sasl.SaslOutcome;
import org.apache.qpid.protonj2.engine.sasl.SaslServerContext;
import org.apache.qpid.protonj2.engine.sasl.SaslServerListener;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.transport.AMQPHeader;
import org.jspecify.annotations.Nullable;

/**
 * The SASL layer of one connection: offers the mechanisms that official clients use, EXTERNAL only to a client that showed a
 * certificate, and asks the faces about PLAIN. One attempt; a refusal ends the connection.
 */
final class ServerSasl implements SaslServerListener {
    private final Connection socket;
    private final AmqpServer.Settings settings;
    private final EngineHost host;
    private SaslIdentity identity = new SaslIdentity.None();
    private @Nullable String hostName;
    private @Nullable FrameReader frames;

    ServerSasl(Connection socket, AmqpServer.Settings settings, EngineHost host) {
        this.socket = socket;
        this.settings = settings;
        this.host = host;
    }

    SaslIdentity identity() {
        return identity;
    }

    @Nullable
    String hostName() {
        return hostName;
    }

    void listen(FrameReader reader, int frameMaxBytes) {
        frames = reader;
        host.engine().saslDriver().setMaxFrameSize(frameMaxBytes);
        host.engine().saslDriver().server().setListener(this);
    }

    @Override
    public void handleSaslHeader(SaslServerContext context, AMQPHeader header) {
        List<Symbol> mechanisms = new ArrayList<>();
        // Clients take the first one that they know: a certificate is the best proof, ANONYMOUS leaves it to $cbs.
        if (settings.showedCertificate().test(socket)) {
            mechanisms.add(Symbol.valueOf("EXTERNAL"));
        }
        mechanisms.add(Symbol.valueOf("MSSBCBS"));
        mechanisms.add(Symbol.valueOf("PLAIN"));
        mechanisms.add(Symbol.valueOf("ANONYMOUS"));
        context.sendMechanisms(mechanisms.toArray(Symbol[]::new));
    }

    @Override
    public void handleSaslInit(SaslServerContext context, Symbol mechanism, ProtonBuffer response) {
        hostName = AmqpPeer.normal(context.getHostname());
        switch (String.valueOf(mechanism)) {
            case "ANONYMOUS" -> accept(context, new SaslIdentity.Anonymous());
            case "MSSBCBS" -> accept(context, new SaslIdentity.ClaimsBased());
            case "EXTERNAL" -> {
                if (settings.showedCertificate().test(socket)) {
                    accept(context, new SaslIdentity.External());
                } else {
                    refuse(context, new AmqpRefusal.ExternalWithoutCertificate());
                }
            }
            case "PLAIN" -> plain(context, response);
            default -> refuse(context, new AmqpRefusal.MechanismNotOffered(String.valueOf(mechanism)));
        }
    }

    @Override
    public void handleSaslResponse(SaslServerContext context, ProtonBuffer response) {
        refuse(context, new AmqpRefusal.FrameOutOfOrder("a SASL response without a challenge"));
    }

    /** RFC 4616: [authzid] NUL authcid NUL passwd. */
    private void plain(SaslServerContext context, @Nullable ProtonBuffer response) {
        String text = response == null ? null : text(response);
        String[] parts = text == null ? new String[0] : text.split("\0", -1);
        if (parts.length != 3 || parts[1].isEmpty()) {
            refuse(context, new AmqpRefusal.PlainMalformed());
            return;
        }
        FrameReader reader = frames;
        ChannelHandlerContext own = socket.channel().pipeline().context(host);
        if (reader == null || own == null) {
            throw new IllegalStateException("SASL began before the connection was started");
        }
        reader.hold(own);
        ask(settings.faces().iterator(), context, parts[1], parts[2]);
    }

    /** Null when it is not UTF-8. */
    private static @Nullable String text(ProtonBuffer response) {
        byte[] bytes = new byte[response.getReadableBytes()];
        response.readBytes(bytes, 0, bytes.length);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException _) {
            return null;
        }
    }

    private void ask(Iterator<AmqpFace> rest, SaslServerContext context, String user, String password) {
        if (!rest.hasNext()) {
            refuse(context, new AmqpRefusal.UnknownPlainUser());
            release();
            return;
        }
        AmqpFace face = rest.next();
        face.judgePlain(
                socket,
                hostName,
                user,
                password,
                verdict -> host.executor().execute(() -> {
                    if (host.isOver()) {
                        return;
                    }
                    if (verdict instanceof PlainVerdict.NotMine) {
                        host.guarded(() -> ask(rest, context, user, password));
                    } else {
                        host.guarded(() -> judged(context, user, face, verdict));
                    }
                }));
    }

    private void judged(SaslServerContext context, String user, AmqpFace face, PlainVerdict verdict) {
        switch (verdict) {
            case PlainVerdict.Accepted(var granted) -> accept(context, new SaslIdentity.Plain(user, face, granted));
            case PlainVerdict.Refused(var reason, var why, var refusal) ->
                refuse(context, new AmqpRefusal.PlainRefused(reason, why, refusal));
            case PlainVerdict.NotMine _ -> throw new IllegalStateException("a verdict of nobody");
        }
        release();
    }

    /** Reads on behind the response that was judged. */
    private void release() {
        ChannelHandlerContext own = socket.channel().pipeline().context(host);
        if (own != null && frames != null) {
            frames.release(own);
        }
    }

    private void accept(SaslServerContext context, SaslIdentity who) {
        identity = who;
        if (frames != null) {
            frames.saslDone();
        }
        context.sendOutcome(SaslOutcome.SASL_OK, null);
    }

    private void refuse(SaslServerContext context, AmqpRefusal why) {
        context.sendOutcome(SaslOutcome.SASL_AUTH, null);
        host.fail(why);
    }
}
