package dev.holdfast.wire.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another implementation reads what is written here. */
class FramesTest {
    private static <T> T read(Class<T> type, ByteBuf frame) {
        EmbeddedChannel reader = new EmbeddedChannel(new WebSocket13FrameDecoder(false, false, 1 << 20));
        assertThat(reader.writeInbound(frame)).isTrue();
        return type.cast(reader.readInbound());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 125, 126, 127, 65_535, 65_536, 300_000})
    void payload_of_every_length_is_one_message(int length) {
        byte[] payload = new byte[length];
        payload[length - 1] = 7;
        BinaryWebSocketFrame frame = read(BinaryWebSocketFrame.class, Frames.binary(Unpooled.wrappedBuffer(payload)));
        assertThat(frame.isFinalFragment()).isTrue();
        assertThat(ByteBufUtil.getBytes(frame.content())).isEqualTo(payload);
        frame.release();
    }

    @Test
    void a_close_has_code_and_reason_and_stays_within_125_bytes() {
        CloseWebSocketFrame whole = read(CloseWebSocketFrame.class, Frames.close(1002, "FrameNotMasked"));
        assertThat(whole.statusCode()).isEqualTo(1002);
        assertThat(whole.reasonText()).isEqualTo("FrameNotMasked");
        whole.release();
        CloseWebSocketFrame cut = read(CloseWebSocketFrame.class, Frames.close(1009, "x".repeat(200)));
        assertThat(cut.reasonText()).isEqualTo("x".repeat(123));
        cut.release();
    }

    @Test
    void a_pong_has_the_payload_of_the_ping() {
        PongWebSocketFrame pong = read(PongWebSocketFrame.class, Frames.pong(new byte[] {1, 2, 3}));
        assertThat(ByteBufUtil.getBytes(pong.content())).containsExactly(1, 2, 3);
        pong.release();
    }
}
