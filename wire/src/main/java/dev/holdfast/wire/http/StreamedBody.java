package dev.holdfast.wire.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;

/**
 * Sends a body in chunks, one at a time: the next one is made when the last one left. So whoever writes is as slow as the client,
 * and one chunk is all that is in memory. On the face's thread.
 */
final class StreamedBody extends OutputStream {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final Channel channel;
    private final Duration idleMaxTime;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int filled;
    private boolean broken;

    StreamedBody(Channel channel, Duration idleMaxTime) {
        this.channel = channel;
        this.idleMaxTime = idleMaxTime;
    }

    /** Fails without a word when the client is gone: the first byte of the body tells. */
    void head(HttpResponse head) {
        var _ = channel.writeAndFlush(head);
    }

    /** Whether the client, and not whoever writes, is why it failed. */
    boolean isBroken() {
        return broken;
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int left = length;
        while (left > 0) {
            int fits = Math.min(left, CHUNK_BYTES - filled);
            System.arraycopy(bytes, from, chunk, filled, fits);
            filled += fits;
            from += fits;
            left -= fits;
            if (filled == CHUNK_BYTES) {
                flush();
            }
        }
    }

    @Override
    public void flush() throws IOException {
        if (filled > 0) {
            int length = filled;
            filled = 0;
            send(new DefaultHttpContent(Unpooled.wrappedBuffer(chunk, 0, length)));
        }
    }

    /** Sends the end: what came before is all. */
    @Override
    public void close() throws IOException {
        flush();
        send(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    private void send(Object part) throws IOException {
        ChannelFuture sent = channel.writeAndFlush(part);
        try {
            if (!sent.await(idleMaxTime.toMillis())) {
                broken = true;
                throw new IOException("the client took nothing for " + idleMaxTime.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            broken = true;
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped while a body was sent");
        }
        if (!sent.isSuccess()) {
            broken = true;
            throw new IOException("the connection ended before the body", sent.cause());
        }
    }
}
