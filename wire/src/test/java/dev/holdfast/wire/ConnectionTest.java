package dev.holdfast.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The end of a connection that nobody is told of. */
class ConnectionTest {
    /** As TLS and protocols do it. */
    private static final class SaysGoodbye extends ChannelOutboundHandlerAdapter {
        @Override
        public void close(ChannelHandlerContext context, ChannelPromise promise) {
            var _ = context.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {1}));
            var _ = context.close(promise);
        }
    }

    private static EmbeddedChannel channel() {
        return new EmbeddedChannel(new SaysGoodbye(), new SaysGoodbye());
    }

    private static Connection connection(EmbeddedChannel channel) {
        return Connection.accept(
                channel, "mqtt", new InetSocketAddress(InetAddress.getLoopbackAddress(), 50000), Instant.EPOCH);
    }

    @Test
    void cut_without_a_word() {
        EmbeddedChannel channel = channel();
        connection(channel).cut();
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(channel.outboundMessages()).isEmpty();

        EmbeddedChannel closed = channel();
        var _ = closed.close();
        assertThat(closed.outboundMessages()).as("what a close is").hasSize(2);
    }
}
