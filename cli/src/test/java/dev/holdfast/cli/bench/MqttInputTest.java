package dev.holdfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.DecoderException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class MqttInputTest {
    private final MqttInput input = new MqttInput();
    private final List<String> packets = new ArrayList<>();

    private void feed(byte[] bytes) {
        input.feed(Unpooled.wrappedBuffer(bytes), UnpooledByteBufAllocator.DEFAULT, this::note);
    }

    private void note(int firstByte, ByteBuf in, int length) {
        packets.add(Integer.toHexString(firstByte) + " " + length + " "
                + (length == 0 ? "" : in.getByte(in.readerIndex()) + ".." + in.getByte(in.readerIndex() + length - 1)));
    }

    @Test
    void packets_are_the_same_however_the_bytes_are_cut() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<String> expected = new ArrayList<>();
            ByteBuf all = Unpooled.buffer();
            for (int i = 0; i < 20; i++) {
                int length = random.nextInt(5) == 0 ? random.nextInt(20_000) : random.nextInt(130);
                byte mark = (byte) random.nextInt(128);
                writePacket(all, 0x40, length, mark);
                expected.add("40 " + length + " " + (length == 0 ? "" : mark + ".." + mark));
            }
            packets.clear();
            while (all.isReadable()) {
                byte[] part =
                        new byte[Math.min(all.readableBytes(), 1 + random.nextInt(random.nextBoolean() ? 3 : 9000))];
                all.readBytes(part);
                feed(part);
            }
            assertThat(packets).as("round %d with seed %d", round, seed).isEqualTo(expected);
        }
    }

    private static void writePacket(ByteBuf out, int firstByte, int length, byte mark) {
        out.writeByte(firstByte);
        int left = length;
        while (left > 127) {
            out.writeByte((left & 127) | 128);
            left >>= 7;
        }
        out.writeByte(left);
        for (int i = 0; i < length; i++) {
            out.writeByte(mark);
        }
    }

    @Test
    void what_is_not_mqtt_is_refused() {
        assertThatThrownBy(() -> feed(new byte[] {0x40, -1, -1, -1, -1, 1})).isInstanceOf(DecoderException.class);
    }

    @Test
    void a_packet_that_claims_too_much_is_refused_before_it_is_there() {
        assertThatThrownBy(() -> feed(new byte[] {0x30, -1, -1, -1, 0x7F}))
                .isInstanceOf(DecoderException.class)
                .hasMessageContaining("268435455");
    }
}
