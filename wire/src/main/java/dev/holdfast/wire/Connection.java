package dev.holdfast.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * One accepted socket, and what the layers below learned about it.
 *
 * <p>{@link #fact} carries values (what the TLS handshake showed, for one) past this module, which does not know their types.
 * Facts are set before a protocol is mounted, those of faces later, and are never replaced.
 */
public final class Connection {
    private static final AttributeKey<Connection> KEY = AttributeKey.valueOf(Connection.class, "connection");

    private final Channel channel;
    private volatile String listener;
    private final InetSocketAddress remoteAddress;
    private final Instant acceptedAt;
    private final UUID id = UUID.randomUUID();

    private Connection(Channel channel, String listener, InetSocketAddress remoteAddress, Instant acceptedAt) {
        this.channel = channel;
        this.listener = listener;
        this.remoteAddress = remoteAddress;
        this.acceptedAt = acceptedAt;
    }

    /** Called once by the listener for every accepted channel. */
    public static Connection accept(
            Channel channel, String listener, InetSocketAddress remoteAddress, Instant acceptedAt) {
        Connection connection = new Connection(channel, listener, remoteAddress, acceptedAt);
        channel.attr(KEY).set(connection);
        return connection;
    }

    /** The connection of a channel that a listener accepted. */
    public static Connection of(Channel channel) {
        Connection connection = channel.attr(KEY).get();
        if (connection == null) {
            throw new IllegalStateException("no listener accepted this channel");
        }
        return connection;
    }

    /** Names this connection in log lines and reports. */
    public UUID id() {
        return id;
    }

    public Channel channel() {
        return channel;
    }

    /**
     * The name of the listener that accepted it: {@code mqtt}, {@code amqp} or {@code https}; behind a WebSocket what is spoken there,
     * {@code mqtt-ws} or {@code amqp-ws}.
     */
    public String listener() {
        return listener;
    }

    /** The connection left the protocol of its listener for another one; called once, on the event loop. */
    public void switchTo(String protocol) {
        listener = protocol;
    }

    public InetSocketAddress remoteAddress() {
        return remoteAddress;
    }

    public Instant acceptedAt() {
        return acceptedAt;
    }

    /**
     * Closes the socket at once and without a word: no protocol says goodbye, TLS does not either, and what waits to be written is lost.
     * Whoever has the connection sees it end as if the network had failed. Any thread.
     */
    public void cut() {
        channel.eventLoop().execute(() -> {
            ChannelHandlerContext first = channel.pipeline().firstContext();
            // Past all handlers, TLS among them.
            var _ = first == null ? channel.close() : first.close();
        });
    }

    /** What was learned under this type. */
    public <T> T fact(Class<T> type) {
        T value = channel.attr(AttributeKey.<T>valueOf(Connection.class, type.getName()))
                .get();
        if (value == null) {
            throw new IllegalStateException("no " + type.getSimpleName() + " was recorded for this connection");
        }
        return value;
    }

    /** What was learned under this type, if anything was. */
    public <T> Optional<T> known(Class<T> type) {
        return Optional.ofNullable(channel.attr(AttributeKey.<T>valueOf(Connection.class, type.getName()))
                .get());
    }

    /** What was learned under this type, or else what is learned now. Any thread. */
    public <T> T factOrNew(Class<T> type, Supplier<T> made) {
        var attribute = channel.attr(AttributeKey.<T>valueOf(Connection.class, type.getName()));
        T known = attribute.get();
        if (known != null) {
            return known;
        }
        T value = made.get();
        T before = attribute.setIfAbsent(value);
        return before != null ? before : value;
    }

    /** Records a fact; once per type. */
    public <T> void learn(Class<T> type, T value) {
        if (channel.attr(AttributeKey.<T>valueOf(Connection.class, type.getName()))
                        .setIfAbsent(value)
                != null) {
            throw new IllegalStateException(type.getSimpleName() + " is known already");
        }
    }
}
