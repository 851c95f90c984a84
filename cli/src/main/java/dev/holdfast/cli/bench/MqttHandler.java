package dev.holdfast.cli.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.jspecify.annotations.Nullable;

/** One MQTT connection of a bench behind its TLS handshake: CONNECT, CONNACK, then what comes goes to {@link MqttEvents}. */
final class MqttHandler extends ChannelInboundHandlerAdapter implements MqttInput.Sink {
    private final Login login;
    private final MqttEvents events;
    private final MqttInput input = new MqttInput();
    private boolean opened;
    private boolean ended;
    private String why = "the server closed the connection";
    private @Nullable ChannelHandlerContext context;

    MqttHandler(Login login, MqttEvents events) {
        this.login = login;
        this.events = events;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                var _ = ctx.writeAndFlush(MqttOutput.connect(login, ctx.alloc()), ctx.voidPromise());
            } else {
                end("the TLS handshake failed: " + handshake.cause().getMessage());
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
        input.feed((ByteBuf) bytes, ctx.alloc(), this);
    }

    @Override
    public void packet(int firstByte, ByteBuf in, int length) {
        if (opened) {
            events.packet(firstByte, in, length);
        } else if (firstByte == MqttOutput.CONNACK && length == 2) {
            connAck(in.getUnsignedByte(in.readerIndex() + 1));
        } else {
            end("the server's first packet is not a CONNACK; is it an MQTT 3.1.1 server?");
        }
    }

    private void connAck(int code) {
        ChannelHandlerContext ctx = context;
        if (code == 0 && ctx != null) {
            opened = true;
            events.opened(ctx);
            return;
        }
        String meaning = switch (code) {
            case 1 -> "it does not speak MQTT 3.1.1";
            case 2 -> "it does not take the client id";
            case 3 -> "it is not available";
            case 4 -> "wrong user name or password";
            default -> "not authorized";
        };
        end("the server refused client '" + login.clientId() + "' with CONNACK " + code + ": " + meaning);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (opened) {
            events.readComplete();
        }
        ctx.fireChannelReadComplete();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        end(String.valueOf(cause.getMessage()));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(why);
    }

    private void end(String reason) {
        if (!ended) {
            ended = true;
            why = reason;
            input.release();
            events.ended(reason);
            ChannelHandlerContext ctx = context;
            if (ctx != null) {
                var _ = ctx.close();
            }
        }
    }
}
