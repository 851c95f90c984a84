package dev.holdfast.wire.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.EndRequested;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.WriteBufferWaterMark;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebSocketHandlerTest {
    private static final long CLOSE_MILLIS =
            Limits.defaults().webSocket().closeMaxTime().toMillis();

    private final OpenedWebSocket socket = new OpenedWebSocket().open();

    @AfterEach
    void release() {
        socket.channel.finishAndReleaseAll();
    }

    private void pass(long millis) {
        socket.channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        socket.channel.runScheduledPendingTasks();
    }

    @Test
    void what_the_protocol_writes_is_a_message() {
        socket.channel.writeOutbound(Unpooled.wrappedBuffer(new byte[] {0x20, 2, 0, 0}));
        assertThat(socket.hex()).isEqualTo("820420020000");
    }

    @Test
    void an_empty_write_is_no_message() {
        socket.channel.writeOutbound(Unpooled.EMPTY_BUFFER);
        assertThat(socket.hex()).isEmpty();
    }

    @Test
    void a_ping_is_answered_and_of_several_the_last_one() {
        socket.send("89 81 00000000 41  89 81 00000000 42");
        assertThat(socket.hex()).isEqualTo("8a0142");
        assertThat(socket.carriedHex()).isEmpty();
    }

    @Test
    void a_ping_waits_while_the_peer_reads_nothing() {
        socket.channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 2));
        ChannelFuture waiting = socket.channel.write(Unpooled.wrappedBuffer(new byte[100]));
        assertThat(socket.channel.isWritable()).isFalse();
        for (int i = 0; i < 1000; i++) {
            socket.send("89 82 00000000 %04x".formatted(i));
        }
        assertThat(waiting.isDone()).isFalse();
        socket.channel.flush();
        assertThat(socket.hex()).endsWith("8a0203e7").hasSize(2 * (2 + 100 + 4));
    }

    @Test
    void a_close_is_answered_with_its_code_and_ends_the_socket() {
        socket.send("82 81 00000000 07  88 82 00000000 03E9  82 81 00000000 08");
        assertThat(socket.hex()).isEqualTo("880203e9");
        assertThat(socket.channel.isOpen()).isFalse();
        assertThat(socket.carriedHex()).isEqualTo("07");
        assertThat(socket.carriedEnded).isTrue();
        assertThat(socket.refused).isEmpty();
    }

    @Test
    void a_close_without_a_code_is_answered_with_1000() {
        assertThat(socket.send("88 80 00000000").hex()).isEqualTo("880203e8");
    }

    @Test
    void the_protocols_close_awaits_the_peers() {
        ChannelFuture closed = socket.channel.pipeline().close();
        assertThat(socket.hex()).isEqualTo("880203e8");
        assertThat(closed.isDone()).isFalse();
        socket.send("82 81 00000000 07");
        assertThat(socket.carriedHex()).as("what comes is passed over").isEmpty();
        socket.send("88 82 00000000 03E8");
        assertThat(closed.isSuccess()).isTrue();
        assertThat(socket.hex()).as("one Close is enough").isEmpty();
    }

    @Test
    void a_peer_that_answers_no_close_is_closed_after_a_moment() {
        ChannelFuture closed = socket.channel.pipeline().close();
        pass(CLOSE_MILLIS - 1);
        assertThat(closed.isDone()).isFalse();
        pass(1);
        assertThat(closed.isSuccess()).isTrue();
    }

    @Test
    void a_close_reads_again_where_the_protocol_had_stopped() {
        socket.channel.config().setAutoRead(false);
        var _ = socket.channel.pipeline().close();
        assertThat(socket.channel.config().isAutoRead()).isTrue();
    }

    @Test
    void a_server_that_stops_says_1001() {
        socket.channel.pipeline().fireUserEventTriggered(new EndRequested());
        var _ = socket.channel.pipeline().close();
        assertThat(socket.hex()).isEqualTo("880203e9");
    }

    @Test
    void a_broken_rule_is_told_reported_once_and_ends_the_socket() {
        socket.send("82 81 00000000 07  82 01 08");
        assertThat(socket.hex()).startsWith("8810" + "03ea");
        assertThat(socket.refused).containsExactly("mqtt-ws FrameNotMasked");
        assertThat(socket.carriedHex()).as("what came before the fault").isEqualTo("07");
        socket.send("82 81 00000000 09  81");
        assertThat(socket.carriedHex()).isEqualTo("07");
        assertThat(socket.channel.isOpen()).as("a moment to read the reason").isTrue();
        pass(CLOSE_MILLIS);
        assertThat(socket.channel.isOpen()).isFalse();
        assertThat(socket.refused).hasSize(1);
        assertThat(socket.carriedEnded).isTrue();
    }

    @Test
    void nothing_is_written_behind_a_close() {
        socket.send("81");
        socket.written();
        ByteBuf late = Unpooled.wrappedBuffer(new byte[] {1});
        ChannelFuture written = socket.channel.writeAndFlush(late);
        assertThat(written.cause()).isInstanceOf(java.nio.channels.ClosedChannelException.class);
        assertThat(late.refCnt()).isZero();
        assertThat(socket.hex()).isEmpty();
    }

    @Test
    void garbage_in_answer_to_a_close_is_passed_over() {
        var _ = socket.channel.pipeline().close();
        socket.send("81 00 FF");
        assertThat(socket.refused).isEmpty();
        pass(CLOSE_MILLIS);
        assertThat(socket.channel.isOpen()).isFalse();
    }
}
