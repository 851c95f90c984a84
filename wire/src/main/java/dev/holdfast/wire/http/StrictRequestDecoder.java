package dev.holdfast.wire.http;

import dev.holdfast.base.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Netty's decoder, with a look at the raw bytes before each head and behind each chunk, and one step at a time: behind a head that
 * announces a body, and behind the end of a request, nothing more is decoded until {@link #resume}, so that what follows waits as
 * bytes.
 *
 * <p>Emits Netty's messages, or one {@link RequestFault} and then nothing more. Event loop only.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {
    private final HeadSyntax heads;
    private @Nullable ChunkSyntax chunks;
    private boolean insideBody;
    private boolean waiting;
    private boolean stopped;

    StrictRequestDecoder(Limits.Http limits, HttpVersions versions) {
        // The head was measured before Netty sees it; its own bounds only have to be no smaller.
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.requestLineMaxBytes() + 2)
                .setMaxHeaderSize(limits.headersMaxBytes() + 2)
                .setMaxChunkSize(64 * 1024)
                .setAllowDuplicateContentLengths(false)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true));
        heads = new HeadSyntax(limits, versions);
    }

    /** Whether a request has begun to arrive and is not complete. */
    boolean isInsideRequest() {
        return insideBody || heads.isInside();
    }

    /** Goes on to the body or the next request, of which parts may have arrived already. */
    void resume(ChannelHandlerContext context) throws Exception {
        waiting = false;
        channelRead(context, Unpooled.EMPTY_BUFFER);
        channelReadComplete(context);
    }

    /** Passes over everything from here on. */
    void stop() {
        stopped = true;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (stopped) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (waiting) {
            return;
        }
        int before = out.size();
        try {
            if (insideBody) {
                decodeBody(context, in, out);
            } else if (heads.scan(in) != HeadSyntax.INCOMPLETE) {
                decodeHead(context, in, out);
            }
        } catch (RequestRefused refused) {
            stopped = true;
            in.skipBytes(in.readableBytes());
            // Nothing of this step may be acted on, least of all the end of the request.
            while (out.size() > before) {
                ReferenceCountUtil.release(out.removeLast());
            }
            out.add(refused.fault());
        }
    }

    private void decodeHead(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        int before = out.size();
        super.decode(context, in, out);
        if (out.size() == before || !(out.get(before) instanceof HttpMessage head)) {
            throw new IllegalStateException("a complete head was not decoded");
        }
        insideBody = true;
        chunks = HttpUtil.isTransferEncodingChunked(head) ? new ChunkSyntax() : null;
        noticeEnd(out);
        // Whoever reads the head says whether the body is wanted.
        waiting = true;
    }

    private void decodeBody(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        int from = in.readerIndex();
        super.decode(context, in, out);
        if (chunks != null) {
            chunks.follow(in, from, in.readerIndex() - from);
        }
        noticeEnd(out);
    }

    private void noticeEnd(List<Object> out) {
        if (!out.isEmpty() && out.getLast() instanceof LastHttpContent) {
            insideBody = false;
            waiting = true;
        }
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("Content-Length beside Transfer-Encoding");
    }

    /** The connection is gone: half a request is none. */
    @Override
    protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        in.skipBytes(in.readableBytes());
    }
}
