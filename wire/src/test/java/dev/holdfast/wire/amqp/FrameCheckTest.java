package dev.holdfast.wire.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.qpid.protonj2.buffer.ProtonBufferAllocator;
import org.apache.qpid.protonj2.codec.CodecFactory;
import org.apache.qpid.protonj2.codec.Decoder;
import org.junit.jupiter.api.Test;

class FrameCheckTest {
    private final FrameCheck check = new FrameCheck(Engines.SYMBOLS, Set.of("test:known"));

    @Test
    void tells_the_performative_whatever_form_its_descriptor_has() throws Exception {
        assertThat(check.check(new byte[] {0x00, 0x53, 0x14, 0x45}, 0)).isEqualTo(0x14);
        assertThat(check.check(new byte[] {0x00, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x45}, 0))
                .isEqualTo(0x10);
        byte[] symbolic = new AmqpWriter(64)
                .encoded(new byte[1])
                .symbol("amqp:close:list")
                .encoded(new byte[] {0x45})
                .toBytes();
        assertThat(check.check(symbolic, 0)).isEqualTo(0x18);
    }

    @Test
    void payload_may_follow_a_transfer_and_nothing_else() throws Exception {
        assertThat(check.check(new byte[] {0x00, 0x53, 0x14, 0x45, 1, 2, 3}, 0)).isEqualTo(0x14);
        assertThatThrownBy(() -> check.check(new byte[] {0x00, 0x53, 0x13, 0x45, 1, 2, 3}, 0))
                .isInstanceOf(FrameCheck.Malformed.class);
    }

    @Test
    void overwrites_symbols_that_nobody_reads_and_keeps_the_others() throws Exception {
        byte[] frame = list(out -> out.symbol("test:known").symbol("test:other").string("test:other"), 3);
        check.check(frame, 0);
        String text = new String(frame, StandardCharsets.ISO_8859_1);
        assertThat(text).contains("test:known").contains("??????????").containsOnlyOnce("test:other");
    }

    @Test
    void overwrites_descriptors_that_nobody_reads_and_keeps_the_selector() throws Exception {
        byte[] frame = list(
                out -> out.encoded(new byte[] {0x00})
                        .unsigned(FrameCheck.SELECTOR_DESCRIPTOR)
                        .string("a")
                        .encoded(new byte[] {0x00})
                        .unsigned(0x1234_5678_9ABCL)
                        .string("b")
                        .encoded(new byte[] {0x00})
                        .symbol("test:known")
                        .string("c"),
                3);
        check.check(frame, 0);
        Object read = new AmqpReader(frame).next();
        assertThat(String.valueOf(read))
                .contains("descriptor=" + FrameCheck.SELECTOR_DESCRIPTOR)
                .contains("descriptor=" + FrameCheck.UNREAD_DESCRIPTOR)
                .contains("descriptor=??????????");
    }

    @Test
    void refuses_what_is_longer_than_what_surrounds_it() {
        for (byte[] frame : List.of(
                new byte[] {0x00},
                new byte[] {0x00, 0x53},
                new byte[] {0x00, 0x53, 0x10},
                new byte[] {0x00, 0x53, 0x10, 0x40},
                new byte[] {0x00, 0x53, 0x10, (byte) 0xC0, 9, 1, 0x40},
                new byte[] {0x00, 0x53, 0x10, (byte) 0xC0, 2, 2, 0x40},
                new byte[] {0x00, 0x53, 0x10, (byte) 0xC0, 3, 1, 0x40, 0x40},
                new byte[] {0x00, 0x53, 0x10, (byte) 0xC0, 4, 1, (byte) 0xA1, 9, 'x'},
                new byte[] {0x00, 0x53, 0x10, (byte) 0xC0, 4, 1, (byte) 0xC1, 2, 1},
                new byte[] {0x00, 0x53, 0x10, (byte) 0xC0, 2, 1, 0x3F},
                new byte[] {0x00, (byte) 0xA1, 1, 'x', 0x45},
                new byte[] {0x53, 0x10, 0x45})) {
            assertThatThrownBy(() -> check.check(frame, 0))
                    .as(java.util.HexFormat.of().formatHex(frame))
                    .isInstanceOf(FrameCheck.Malformed.class);
        }
    }

    @Test
    void whatever_it_lets_through_the_decoder_survives() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[][] good = {
            RawAmqp.open("127.0.0.1"),
            RawAmqp.attachSender(0, 1, "s", "echo"),
            RawAmqp.attachReceiver(0, 1, "r", "numbers"),
            RawAmqp.flow(0, 0, 10),
            RawAmqp.transfer(0, 0, 0, false, new byte[20])
        };
        Decoder decoder = CodecFactory.getDecoder();
        int passed = 0;
        for (int round = 0; round < 30_000; round++) {
            byte[] frame = good[random.nextInt(good.length)].clone();
            for (int i = 0; i < 1 + random.nextInt(3); i++) {
                frame[8 + random.nextInt(frame.length - 8)] = (byte) random.nextInt(256);
            }
            try {
                check.check(frame, 8);
            } catch (FrameCheck.Malformed expected) {
                continue;
            }
            passed++;
            try {
                decoder.readObject(
                        ProtonBufferAllocator.defaultAllocator().copy(frame, 8, frame.length - 8),
                        decoder.newDecoderState());
            } catch (RuntimeException refused) {
                assertThat(refused).as("seed " + seed + " round " + round).isNotInstanceOf(NullPointerException.class);
            }
        }
        assertThat(passed).as("seed " + seed).isPositive();
    }

    private static byte[] list(java.util.function.Consumer<AmqpWriter> elements, int count) {
        AmqpWriter out = new AmqpWriter(64).descriptor(Performatives.OPEN);
        int mark = out.beginList();
        elements.accept(out);
        out.end(mark, count);
        return out.toBytes();
    }
}
