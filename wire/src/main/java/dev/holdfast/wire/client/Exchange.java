package dev.holdfast.wire.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The one answer that comes on a connection. Its pieces are copied together as they come, so that very many very small ones cost no
 * more than their bytes. Event loop only, apart from {@link #answer}.
 */
final class Exchange extends SimpleChannelInboundHandler<HttpObject> {
    record Answer(int status, byte[] body) {}

    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final int maxBytes;
    private int status;

    /** Whether what comes now is of an answer that announces another (RFC 9110 15.2). */
    private boolean interim;

    Exchange(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    CompletableFuture<Answer> answer() {
        return answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) throws IOException {
        if (answer.isDone()) {
            return;
        }
        if (part.decoderResult().isFailure()) {
            fail("its answer is no HTTP", part.decoderResult().cause());
        } else {
            if (part instanceof HttpResponse head) {
                begin(head);
            }
            if (part instanceof HttpContent content && !interim) {
                take(content.content(), content instanceof LastHttpContent);
            }
        }
        if (answer.isDone()) {
            var _ = context.close();
        }
    }

    private void begin(HttpResponse head) {
        status = head.status().code();
        interim = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        if (HttpUtil.getContentLength(head, 0L) > maxBytes) {
            tooLong();
        }
    }

    private void take(ByteBuf bytes, boolean last) throws IOException {
        if (body.size() + (long) bytes.readableBytes() > maxBytes) {
            tooLong();
            return;
        }
        bytes.readBytes(body, bytes.readableBytes());
        if (last) {
            answer.complete(new Answer(status, body.toByteArray()));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail("it closed the connection before its answer was whole", null);
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(String.valueOf(cause.getMessage()), cause);
        var _ = context.close();
    }

    private void tooLong() {
        fail("its answer is longer than " + maxBytes + " bytes", null);
    }

    private void fail(String what, @Nullable Throwable cause) {
        answer.completeExceptionally(new IOException(what, cause));
    }
}
