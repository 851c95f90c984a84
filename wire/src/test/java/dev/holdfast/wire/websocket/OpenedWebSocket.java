package dev.holdfast.wire.websocket;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.http.HttpFace;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import dev.holdfast.wire.http.HttpServer;
import dev.holdfast.wire.http.HttpVersions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An HTTP server with WebSockets, on a channel without a network, whose time stands still. */
final class OpenedWebSocket {
    static final String REQUEST = String.join(
            "\r\n",
            "GET /$iothub/websocket HTTP/1.1",
            "Host: hub1.example",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: mqtt",
            "",
            "");

    final EmbeddedChannel channel = new EmbeddedChannel();
    final Connection connection;
    final List<String> refused = new ArrayList<>();
    /** What the protocol behind the WebSocket got. */
    final ByteArrayOutputStream carried = new ByteArrayOutputStream();

    boolean carriedEnded;
    boolean showedCertificate;

    OpenedWebSocket() {
        channel.freezeTime();
        connection = Connection.accept(
                channel, "https", new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), Instant.EPOCH);
        Limits limits = Limits.defaults();
        WebSocketServer sockets = new WebSocketServer(
                List.of(
                        new SubProtocol("mqtt-ws", List.of("mqtt", "mqttv3.1"), this::carry),
                        new SubProtocol("amqp-ws", List.of("AMQPWSB10"), this::carry)),
                limits.webSocket(),
                _ -> showedCertificate,
                (from, why) -> refused.add(from.listener() + " " + why.reason()));
        new HttpServer(
                        List.of(new Plain()),
                        limits.http(),
                        limits.arrival(),
                        Runnable::run,
                        InstantSource.fixed(Instant.EPOCH),
                        _ -> "report-1",
                        HttpVersions.ONLY_1_1,
                        sockets)
                .mount(connection);
    }

    private static final class Plain implements HttpFace {
        @Override
        public boolean claims(HttpRequest request) {
            return true;
        }

        @Override
        public @Nullable HttpResponse refusalOf(HttpRequest head) {
            return null;
        }

        @Override
        public HttpResponse answer(HttpRequest request) {
            return HttpResponse.json(200, "\"plain\"");
        }
    }

    private void carry(Connection on) {
        on.channel().pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ByteBuf bytes = (ByteBuf) message;
                carried.writeBytes(ByteBufUtil.getBytes(bytes));
                bytes.release();
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                carriedEnded = true;
            }
        });
    }

    OpenedWebSocket ask(String request) {
        channel.writeInbound(Unpooled.copiedBuffer(request, StandardCharsets.ISO_8859_1));
        channel.runPendingTasks();
        return this;
    }

    /** Asks for a WebSocket and forgets the answer. */
    OpenedWebSocket open() {
        String answer = ask(REQUEST).text();
        if (!answer.startsWith("HTTP/1.1 101 ")) {
            throw new AssertionError(answer);
        }
        return this;
    }

    OpenedWebSocket send(String hex) {
        channel.writeInbound(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", ""))));
        return this;
    }

    byte[] written() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            all.writeBytes(ByteBufUtil.getBytes(part));
            part.release();
        }
        return all.toByteArray();
    }

    /** What went out since it was asked last. */
    String text() {
        return new String(written(), StandardCharsets.ISO_8859_1);
    }

    String hex() {
        return HexFormat.of().formatHex(written());
    }

    String carriedHex() {
        return HexFormat.of().formatHex(carried.toByteArray());
    }
}
