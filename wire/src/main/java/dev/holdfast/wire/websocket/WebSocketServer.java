package dev.holdfast.wire.websocket;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import dev.holdfast.wire.http.HttpUpgrade;
import io.netty.channel.ChannelPipeline;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import tools.jackson.databind.node.JsonNodeFactory;

/** Opens WebSockets on the HTTPS port, and puts the protocol on them that the client offered. */
public final class WebSocketServer implements HttpUpgrade {
    private final Limits.WebSocket limits;
    private final HandshakeJudge judge;
    private final BiConsumer<Connection, WebSocketRefusal> refused;

    /**
     * @param protocols no two of which have a name in common
     * @param showedCertificate whether the TLS handshake of a connection showed a client certificate
     * @param refused told of every WebSocket that was not opened, and of every one that its own rules ended; quick, on the event loop
     */
    public WebSocketServer(
            List<SubProtocol> protocols,
            Limits.WebSocket limits,
            Predicate<Connection> showedCertificate,
            BiConsumer<Connection, WebSocketRefusal> refused) {
        this.limits = limits;
        this.judge = new HandshakeJudge(List.copyOf(protocols), showedCertificate);
        this.refused = refused;
    }

    @Override
    public Verdict judge(HttpRequest head) {
        return switch (judge.judge(head)) {
            case HandshakeJudge.Judged.None() -> new Verdict.NotAsked();
            case HandshakeJudge.Judged.Refused(var why) -> {
                refused.accept(head.connection(), why);
                yield new Verdict.Refused(answer(why));
            }
            case HandshakeJudge.Judged.Agreed(var protocol, var spelling, var proof) ->
                new Verdict.Accepted(
                        Map.of(
                                "Upgrade",
                                "websocket",
                                "Sec-WebSocket-Accept",
                                proof,
                                "Sec-WebSocket-Protocol",
                                spelling),
                        connection -> mount(connection, protocol));
        };
    }

    private void mount(Connection connection, SubProtocol protocol) {
        connection.switchTo(protocol.listener());
        ChannelPipeline pipeline = connection.channel().pipeline();
        pipeline.addLast("websocket", new WebSocketHandler(connection, limits, refused));
        protocol.mount().mount(connection);
    }

    private static HttpResponse answer(HandshakeRefusal why) {
        HttpResponse response = HttpResponse.json(
                why.status(),
                JsonNodeFactory.instance
                        .objectNode()
                        .put("message", why.reason() + ": " + why.explain())
                        .toString());
        return switch (why) {
            case HandshakeRefusal.WebSocketVersionUnsupported _ ->
                response.with("Upgrade", "websocket").with("Sec-WebSocket-Version", HandshakeJudge.VERSION);
            case HandshakeRefusal.UpgradeMissing _ -> response.with("Upgrade", "websocket");
            case HandshakeRefusal.HandshakeNotGet _ -> response.with("Allow", "GET");
            case HandshakeRefusal.WebSocketPathUnknown _,
                    HandshakeRefusal.HandshakeMalformed _,
                    HandshakeRefusal.SubProtocolMissing _,
                    HandshakeRefusal.SubProtocolUnknown _,
                    HandshakeRefusal.OriginNotAllowed _ -> response;
        };
    }
}
