package dev.holdfast.wire.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.junit.jupiter.api.Test;

class AmqpMessageTest {
    @Test
    void everything_comes_back_as_it_went() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("text", "ä😀");
        values.put("empty", "");
        values.put("long text", "x".repeat(300));
        values.put("int", -1_000_000);
        values.put("small", 7);
        values.put("long", Long.MIN_VALUE);
        values.put("bool", true);
        values.put("time", Instant.ofEpochMilli(1_700_000_000_123L));
        values.put("list", List.of(1L, "two", List.of()));
        values.put("map", Map.of("k", 1L));
        AmqpMessage sent = new AmqpMessage(
                Map.of("d", 1L),
                Map.of("x-opt-sequence-number", 5L),
                new AmqpMessage.Properties(
                        "id", null, "to", "subject", "reply", "corr", "text/plain", "utf-8", null, Instant.EPOCH),
                values,
                new AmqpMessage.Body.Value("body"));
        assertThat(AmqpMessage.decode(sent.encode())).contains(sent);
    }

    @Test
    void ids_keep_their_type() {
        for (Object id : List.of("text", UUID.randomUUID(), UnsignedLong.valueOf(-5L), UnsignedLong.valueOf(3))) {
            AmqpMessage answer = AmqpMessage.ofValue(AmqpMessage.Properties.answer(id), Map.of(), null);
            assertThat(AmqpMessage.decode(answer.encode())
                            .orElseThrow()
                            .properties()
                            .correlationId())
                    .isEqualTo(id);
        }
        AmqpMessage binary = AmqpMessage.ofValue(AmqpMessage.Properties.answer(new byte[] {1, 2}), Map.of(), null);
        assertThat(AmqpMessage.decode(binary.encode())
                        .orElseThrow()
                        .properties()
                        .correlationId())
                .isEqualTo(new byte[] {1, 2});
    }

    @Test
    void data_sections_are_joined() {
        byte[] encoded = new AmqpWriter(32)
                .descriptor(0x75)
                .binary(new byte[] {1, 2})
                .descriptor(0x75)
                .binary(new byte[] {3})
                .toBytes();
        assertThat(AmqpMessage.decode(encoded).orElseThrow().body())
                .isInstanceOfSatisfying(
                        AmqpMessage.Body.Data.class,
                        data -> assertThat(data.bytes()).containsExactly(1, 2, 3));
    }

    @Test
    void many_small_data_sections_take_no_more_than_their_size() {
        ByteBuffer many = ByteBuffer.allocate(6 * 50_000);
        for (int i = 0; i < 50_000; i++) {
            many.put(new byte[] {0x00, 0x53, 0x75, (byte) 0xA0, 1, (byte) i});
        }
        org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThat(AmqpMessage.decode(many.array())).isPresent());
    }

    private static AmqpWriter section(AmqpWriter out, int code) {
        out.descriptor(code);
        switch (code) {
            case 0x75 -> out.binary(new byte[] {1});
            case 0x77 -> out.value("body");
            case 0x70, 0x73, 0x76 -> out.end(out.beginList(), 0);
            default -> out.end(out.beginMap(), 0);
        }
        return out;
    }

    private static byte[] sections(int... codes) {
        AmqpWriter out = new AmqpWriter(64);
        for (int code : codes) {
            section(out, code);
        }
        return out.toBytes();
    }

    @Test
    void sections_come_in_their_order_and_once() {
        for (int body : List.of(0x75, 0x76, 0x77)) {
            byte[] whole = sections(0x70, 0x71, 0x72, 0x73, 0x74, body, 0x78);
            assertThat(AmqpMessage.decode(whole)).isPresent();
            assertThat(AmqpMessage.dataSections(whole)).isPresent();
        }
        assertThat(AmqpMessage.decode(sections(0x76, 0x76))).isPresent();
        assertThat(AmqpMessage.decode(sections(0x74))).isPresent();
        for (byte[] wrong : List.of(
                sections(0x74, 0x74, 0x75),
                sections(0x75, 0x74),
                sections(0x75, 0x77),
                sections(0x75, 0x76),
                sections(0x77, 0x77),
                sections(0x73, 0x72, 0x75),
                sections(0x75, 0x78, 0x75),
                sections(0x75, 0x70))) {
            assertThat(AmqpMessage.decode(wrong)).isEmpty();
            assertThat(AmqpMessage.dataSections(wrong)).isEmpty();
        }
    }

    @Test
    void hostile_bytes_are_no_message() {
        byte[] nested = new byte[300_000];
        for (int i = 0; i + 2 < nested.length; i += 3) {
            nested[i + 1] = 0x53;
            nested[i + 2] = 0x77;
        }
        byte[] arrayBomb = {0x00, 0x53, 0x77, (byte) 0xF0, 0, 0, 0, 5, -1, -1, -1, -1, 0x40};
        byte[] listBomb = {0x00, 0x53, 0x77, (byte) 0xD0, 0, 0, 0, 4, -1, -1, -1, -1};
        byte[] longString = {0x00, 0x53, 0x77, (byte) 0xB1, 0x7F, -1, -1, -1, 'x'};
        for (byte[] bytes : List.of(nested, arrayBomb, listBomb, longString, new byte[] {0x40}, new byte[] {0})) {
            assertThat(AmqpMessage.decode(bytes)).isEmpty();
        }
    }

    @Test
    void mutated_messages_are_read_or_refused() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] good = new AmqpMessage(
                        Map.of("d", 1L),
                        Map.of("a", "b"),
                        AmqpMessage.Properties.request(UUID.randomUUID(), "reply"),
                        Map.of("operation", "put-token", "n", 5, "t", Instant.EPOCH),
                        new AmqpMessage.Body.Value(List.of("x", Map.of("k", 1L))))
                .encode();
        for (int round = 0; round < 30_000; round++) {
            byte[] bytes = good.clone();
            for (int i = 0; i < 1 + random.nextInt(4); i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                AmqpMessage.decode(bytes);
            } catch (RuntimeException escaped) {
                throw new AssertionError("seed " + seed + " round " + round, escaped);
            }
        }
    }
}
