package dev.holdfast.cli.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/** What happens on one MQTT connection of a bench. All calls on its event loop. */
interface MqttEvents {
    /** The server let it in. */
    void opened(ChannelHandlerContext context);

    /**
     * A packet came, other than CONNACK.
     *
     * @param body with at least {@code length} bytes from its reader index on; only lent
     */
    void packet(int firstByte, ByteBuf body, int length);

    /** All packets of one read were given out. */
    void readComplete();

    /** The connection is over, or was never let in. Called once. */
    void ended(String why);
}
