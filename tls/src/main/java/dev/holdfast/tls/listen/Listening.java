package dev.holdfast.tls.listen;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;

/** A listener that accepts connections until it is closed; those that it accepted live on. */
public final class Listening implements AutoCloseable {
    private final Channel channel;

    Listening(Channel channel) {
        this.channel = channel;
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    /** The real one, where 0 was asked for. */
    public int port() {
        return address().getPort();
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
    }
}
