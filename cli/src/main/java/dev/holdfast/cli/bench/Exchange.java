package dev.holdfast.cli.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a connection of a handshake bench says behind its handshake. */
public enum Exchange {
    /** Nothing: it leaves. */
    NONE,
    /** CONNECT, and waits for CONNACK. */
    MQTT,
    /** GET /, and waits for an answer of success, for servers that are no brokers. */
    HTTP;

    private static final String HTTP_SUCCESS = "HTTP/1.1 2";

    /** What is sent first; null for nothing. */
    @Nullable
    ByteBuf question(Target target, Login login, ByteBufAllocator allocator) {
        return switch (this) {
            case NONE -> null;
            case MQTT -> MqttOutput.connect(login, allocator);
            case HTTP ->
                ByteBufUtil.writeAscii(
                        allocator, "GET / HTTP/1.1\r\nHost: " + target.host() + "\r\nConnection: close\r\n\r\n");
        };
    }

    /** Whether the server has let the client in. */
    boolean isSuccess(ByteBuf answer) {
        return switch (this) {
            case NONE -> false;
            case MQTT ->
                answer.getUnsignedByte(answer.readerIndex()) == MqttOutput.CONNACK
                        && answer.getUnsignedByte(answer.writerIndex() - 1) == 0;
            case HTTP -> answer.toString(StandardCharsets.US_ASCII).startsWith(HTTP_SUCCESS);
        };
    }

    /** What it sends, for people. */
    String word() {
        return this == MQTT ? "CONNECT" : "request";
    }

    /** What is sent last; null for nothing. */
    @Nullable
    ByteBuf goodbye(ByteBufAllocator allocator) {
        return this == MQTT ? MqttOutput.disconnect(allocator) : null;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
