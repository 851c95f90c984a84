package dev.holdfast.wire.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.base.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameReaderTest {
    private static final Limits.WebSocket LIMITS = new Limits.WebSocket(100_000, 200_000, Duration.ofSeconds(1));
    private static final String MASK = "00000000";

    /** Everything that a reader made of a stream. */
    private static final class Read {
        final FrameReader frames = new FrameReader(LIMITS);
        final ByteArrayOutputStream data = new ByteArrayOutputStream();
        final List<Control> controls = new ArrayList<>();

        Read bytes(byte[] bytes) throws FrameRefused {
            ByteBuf in = Unpooled.wrappedBuffer(bytes);
            ByteBuf out = Unpooled.buffer();
            try {
                for (Control control = frames.next(in, out); control != null; control = frames.next(in, out)) {
                    controls.add(control);
                }
                assertThat(in.isReadable()).isFalse();
            } finally {
                data.writeBytes(ByteBufUtil.getBytes(out));
            }
            return this;
        }

        Read hex(String hex) throws FrameRefused {
            return bytes(HexFormat.of().parseHex(hex.replace(" ", "")));
        }
    }

    /** What another implementation wrote, cut anywhere, is read as it was written. */
    @RepeatedTest(50)
    void reads_what_another_implementation_writes_however_it_is_cut() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        int pings = 0;
        EmbeddedChannel writer = new EmbeddedChannel(new WebSocket13FrameEncoder(true));
        for (int message = 0; message < 1 + random.nextInt(5); message++) {
            int fragments = 1 + random.nextInt(4);
            for (int fragment = 0; fragment < fragments; fragment++) {
                byte[] payload = randomPayload(random);
                expected.writeBytes(payload);
                boolean last = fragment == fragments - 1;
                ByteBuf bytes = Unpooled.wrappedBuffer(payload);
                WebSocketFrame frame = fragment == 0
                        ? new BinaryWebSocketFrame(last, 0, bytes)
                        : new ContinuationWebSocketFrame(last, 0, bytes);
                write(writer, frame, stream);
                if (random.nextInt(3) == 0) {
                    pings++;
                    write(writer, new PingWebSocketFrame(Unpooled.wrappedBuffer(new byte[] {(byte) pings})), stream);
                }
            }
        }

        Read read = new Read();
        byte[] all = stream.toByteArray();
        for (int at = 0; at < all.length; ) {
            int count = Math.min(all.length - at, random.nextInt(random.nextBoolean() ? 4 : 5000));
            read.bytes(java.util.Arrays.copyOfRange(all, at, at + count));
            at += count;
        }

        assertThat(read.data.toByteArray()).as("seed %d", seed).isEqualTo(expected.toByteArray());
        assertThat(read.controls)
                .as("seed %d", seed)
                .hasSize(pings)
                .allSatisfy(control -> assertThat(control).isInstanceOf(Control.Ping.class));
    }

    private static byte[] randomPayload(Random random) {
        int[] lengths = {0, 1, 3, 4, 5, 125, 126, 127, 1000, 65535, 65536, 70_000};
        int length = lengths[random.nextInt(random.nextInt(4) == 0 ? lengths.length : 9)];
        // The frames of one message together stay below its limit.
        byte[] payload = new byte[Math.min(length, 40_000 + random.nextInt(9_000))];
        random.nextBytes(payload);
        return payload;
    }

    private static void write(EmbeddedChannel writer, WebSocketFrame frame, ByteArrayOutputStream stream) {
        writer.writeOutbound(frame);
        for (ByteBuf part = writer.readOutbound(); part != null; part = writer.readOutbound()) {
            stream.writeBytes(ByteBufUtil.getBytes(part));
            part.release();
        }
    }

    /** Whatever comes, it is read or refused with a reason, and no more comes out than went in. */
    @RepeatedTest(200)
    void survives_any_bytes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Read read = new Read();
        int sent = 0;
        try {
            for (int part = 0; part < 50; part++) {
                byte[] bytes = new byte[random.nextInt(300)];
                random.nextBytes(bytes);
                if (bytes.length > 1 && random.nextInt(4) > 0) {
                    // Mostly a head that could be one.
                    bytes[0] = (byte) new int[] {0x82, 0x02, 0x80, 0x00, 0x89, 0x8A, 0x88}[random.nextInt(7)];
                    bytes[1] |= (byte) 0x80;
                }
                sent += bytes.length;
                read.bytes(bytes);
            }
        } catch (FrameRefused refused) {
            assertThat(refused.why().closeCode()).as("seed %d", seed).isIn(1002, 1003, 1009);
            assertThat(refused.why().explain()).as("seed %d", seed).hasSizeGreaterThan(40);
        }
        assertThat(read.data.size()).as("seed %d", seed).isLessThanOrEqualTo(sent);
    }

    @ParameterizedTest
    @CsvSource({
        "82 05 68656c6c6f, FrameNotMasked",
        "82 00, FrameNotMasked",
        "89 00, FrameNotMasked",
        "C2, ReservedBitsSet",
        "A2, ReservedBitsSet",
        "92, ReservedBitsSet",
        "83, UnknownOpcode",
        "8B, UnknownOpcode",
        "8F, UnknownOpcode",
        "81, TextFrame",
        "01, TextFrame",
        "09, ControlFrameFragmented",
        "0A, ControlFrameFragmented",
        "08, ControlFrameFragmented",
        "89 FE, ControlFrameTooLong",
        "88 FF, ControlFrameTooLong",
        "80, FragmentOutOfOrder",
        "00, FragmentOutOfOrder",
        "02 80 00000000 82, FragmentOutOfOrder",
        "02 80 00000000 80 80 00000000 80, FragmentOutOfOrder",
        "82 FF 8000000000000000, FrameLengthMalformed",
        "82 FF FFFFFFFFFFFFFFFF, FrameLengthMalformed",
        "82 FF 000000000000FFFF, FrameLengthMalformed",
        "82 FE 007D, FrameLengthMalformed",
        "82 FF 7FFFFFFFFFFFFFFF, WebSocketFrameTooLarge",
        "82 FF 00000000000186A1, WebSocketFrameTooLarge",
        "88 81 00000000 03, CloseFrameMalformed",
        "88 82 00000000 03ED, CloseFrameMalformed",
        "88 82 00000000 03EE, CloseFrameMalformed",
        "88 82 00000000 03E7, CloseFrameMalformed",
        "88 82 00000000 03F7, CloseFrameMalformed",
        "88 82 00000000 1388, CloseFrameMalformed",
        "88 83 00000000 03E8FF, CloseFrameMalformed",
    })
    void is_refused(String hex, String reason) {
        Read read = new Read();
        assertThatExceptionOfType(FrameRefused.class)
                .isThrownBy(() -> read.hex(hex))
                .satisfies(refused -> assertThat(refused.why().reason()).isEqualTo(reason));
        assertThat(read.data.size()).isZero();
    }

    @Test
    void a_frame_of_exactly_the_limit_is_read_and_nothing_is_kept_of_it() throws Exception {
        Read read = new Read().hex("82 FF 00000000000186A0 " + MASK);
        read.bytes(new byte[60_000]);
        assertThat(read.data.size()).isEqualTo(60_000);
        read.bytes(new byte[40_000]);
        assertThat(read.data.size()).isEqualTo(100_000);
        assertThat(read.hex("82 81 " + MASK + " 07").data.size()).isEqualTo(100_001);
    }

    @Test
    void a_message_is_measured_over_its_frames_and_the_next_one_anew() throws Exception {
        String hundredThousand = "FF 00000000000186A0 " + MASK;
        for (int message = 0; message < 2; message++) {
            Read read = new Read().hex("02 " + hundredThousand).bytes(new byte[100_000]);
            read.hex("80 " + hundredThousand).bytes(new byte[100_000]);
        }
        Read read = new Read().hex("02 " + hundredThousand).bytes(new byte[100_000]);
        read.hex("00 " + hundredThousand).bytes(new byte[100_000]);
        assertThatExceptionOfType(FrameRefused.class)
                .isThrownBy(() -> read.hex("80 81"))
                .satisfies(refused -> assertThat(refused.why().reason()).isEqualTo("WebSocketMessageTooLarge"));
    }

    @Test
    void control_frames_come_between_fragments_and_are_unmasked() throws Exception {
        Read read = new Read()
                .hex("02 82 01020304 6161  89 84 0A0B0C0D 0A0B0C0D  8A 80 00000000  80 81 00000000 62"
                        + " 88 82 01020304 02EA");
        assertThat(read.data.toByteArray()).containsExactly(0x60, 0x63, 0x62);
        assertThat(read.controls).hasSize(3);
        assertThat(((Control.Ping) read.controls.get(0)).payload()).containsExactly(0, 0, 0, 0);
        assertThat(read.controls.get(1)).isEqualTo(new Control.Pong());
        assertThat(read.controls.get(2)).isEqualTo(new Control.Close(1000));
    }

    @Test
    void a_close_may_have_no_code_or_one_of_applications() throws Exception {
        assertThat(new Read().hex("88 80 00000000").controls).containsExactly(new Control.Close(CloseCode.NONE));
        assertThat(new Read().hex("88 82 00000000 0BB8").controls).containsExactly(new Control.Close(3000));
    }
}
