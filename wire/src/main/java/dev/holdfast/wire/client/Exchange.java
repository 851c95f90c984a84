package dev.holdfast.wire.client;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.FullHttpResponse;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The one answer that comes on a connection. Event loop only, apart from {@link #answer}. */
final class Exchange extends SimpleChannelInboundHandler<FullHttpResponse> {
    record Answer(int status, byte[] body) {}

    private static final String BROKEN_OFF = "it closed the connection before its answer was whole";

    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final int maxBytes;

    Exchange(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    CompletableFuture<Answer> answer() {
        return answer;
    }

    int maxBytes() {
        return maxBytes;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
        if (response.decoderResult().isFailure()) {
            fail("its answer is no HTTP", response.decoderResult().cause());
        } else {
            answer.complete(new Answer(response.status().code(), ByteBufUtil.getBytes(response.content())));
        }
        var _ = context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(BROKEN_OFF, null);
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(
                switch (cause) {
                    case TooLongFrameException _ -> "its answer is longer than " + maxBytes + " bytes";
                    case PrematureChannelClosureException _ -> BROKEN_OFF;
                    default -> String.valueOf(cause.getMessage());
                },
                cause);
        var _ = context.close();
    }

    private void fail(String what, @Nullable Throwable cause) {
        answer.completeExceptionally(new IOException(what, cause));
    }
}
