package dev.holdfast.tls.hello;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.RawHello;
import dev.holdfast.tls.report.HelloRefusal;
import dev.holdfast.tls.report.HelloRefusal.HelloMalformed;
import dev.holdfast.tls.report.HelloRefusal.HelloTooLarge;
import dev.holdfast.tls.report.HelloRefusal.NotTls;
import dev.holdfast.tls.report.HelloRefusal.Spoken;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HelloCollectorTest {
    private static final int MAX = 64 * 1024;

    private static @Nullable ParsedHello collect(byte[] bytes) {
        return new HelloCollector(MAX).add(bytes, 0, bytes.length);
    }

    private static HelloRefusal refusal(byte[] bytes) {
        if (collect(bytes) instanceof ParsedHello.Refused(var why)) {
            return why;
        }
        throw new AssertionError("not refused");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void a_hello_in_any_pieces_over_any_records_is_the_same() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        RawHello raw = RawHello.tls13().serverName("localhost");
        ParsedHello expected = ClientHelloParser.parse(raw.body());
        for (int recordBytes = 1; recordBytes < 60; recordBytes++) {
            byte[] bytes = raw.records(recordBytes);
            HelloCollector collector = new HelloCollector(MAX);
            int from = 0;
            ParsedHello got = null;
            while (got == null) {
                assertThat(from).as("seed %d, records of %d", seed, recordBytes).isLessThan(bytes.length);
                int to = Math.min(bytes.length, from + 1 + random.nextInt(20));
                got = collector.add(bytes, from, to);
                from = to;
            }
            assertThat(got).as("seed %d, records of %d", seed, recordBytes).isEqualTo(expected);
        }
    }

    @Test
    void a_part_of_a_hello_asks_for_more() {
        byte[] record = RawHello.tls13().record();
        for (int length = 0; length < record.length; length++) {
            assertThat(new HelloCollector(MAX).add(record, 0, length))
                    .as("length %d", length)
                    .isNull();
        }
    }

    @Test
    void other_protocols_are_known_by_their_first_bytes() {
        assertThat(refusal(ascii("GET / HTTP/1.1\r\n"))).isEqualTo(new NotTls(Spoken.HTTP));
        assertThat(refusal(new byte[] {0x10, 0x20, 0, 4, 'M', 'Q', 'T', 'T'})).isEqualTo(new NotTls(Spoken.MQTT));
        assertThat(refusal(ascii("AMQP\u0003\u0001\u0000\u0000"))).isEqualTo(new NotTls(Spoken.AMQP));
        assertThat(refusal(new byte[] {(byte) 0x80, 0x2E, 1, 3, 1})).isEqualTo(new NotTls(Spoken.SSL2));
        assertThat(refusal(new byte[] {0})).isEqualTo(new NotTls(Spoken.UNKNOWN));
        assertThat(refusal(new byte[] {21, 3, 1, 0, 2, 1, 0})).isEqualTo(new NotTls(Spoken.UNKNOWN));
    }

    @Test
    void a_claimed_length_beyond_the_bound_is_refused_before_it_arrives() {
        byte[] claim = RawHello.record(22, new byte[] {1, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF});

        assertThat(refusal(claim)).isEqualTo(new HelloTooLarge(0xFFFFFF, MAX));
    }

    @Test
    void the_bound_holds_to_the_byte() {
        byte[] body = RawHello.tls12().body();
        byte[] record = RawHello.tls12().record();

        assertThat(new HelloCollector(body.length).add(record, 0, record.length))
                .isInstanceOf(ParsedHello.Whole.class);
        assertThat(new HelloCollector(body.length - 1).add(record, 0, record.length))
                .isEqualTo(new ParsedHello.Refused(new HelloTooLarge(body.length, body.length - 1)));
    }

    @Test
    void a_hello_cut_into_thousands_of_records_is_too_large() {
        HelloCollector collector = new HelloCollector(8 * 1024);
        byte[] begin = RawHello.record(22, new byte[] {1, 0, 0x20, 0});
        assertThat(collector.add(begin, 0, begin.length)).isNull();
        byte[] one = RawHello.record(22, new byte[] {0});
        ParsedHello got = null;
        int sent = 0;
        while (got == null) {
            got = collector.add(one, 0, one.length);
            assertThat(++sent).isLessThan(8 * 1024);
        }
        assertThat(got)
                .isInstanceOfSatisfying(
                        ParsedHello.Refused.class,
                        refused -> assertThat(refused.why()).isInstanceOf(HelloTooLarge.class));
    }

    @Test
    void records_that_break_the_rules_are_refused() {
        assertThat(refusal(RawHello.record(22, new byte[0]))).isInstanceOf(HelloMalformed.class);
        assertThat(refusal(RawHello.record(22, new byte[1 << 15]))).isInstanceOf(HelloMalformed.class);
        assertThat(refusal(RawHello.record(22, new byte[] {2, 0, 0, 1}))).isInstanceOf(HelloMalformed.class);
        assertThat(refusal(new byte[] {22, 4, 0})).isInstanceOf(HelloMalformed.class);
        byte[] other = RawHello.record(23, new byte[] {1});
        HelloCollector collector = new HelloCollector(MAX);
        byte[] part = RawHello.record(22, new byte[] {1, 0, 1, 0});
        assertThat(collector.add(part, 0, part.length)).isNull();
        assertThat(collector.add(other, 0, other.length)).isInstanceOf(ParsedHello.Refused.class);
    }

    @Test
    void mutated_records_give_more_a_value_or_a_named_refusal() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] good = RawHello.tls13().serverName("localhost").records(50);
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = good.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            HelloCollector collector = new HelloCollector(MAX);
            try {
                ParsedHello got = null;
                for (int from = 0; from < bytes.length && got == null; ) {
                    int to = Math.min(bytes.length, from + 1 + random.nextInt(bytes.length));
                    got = collector.add(bytes, from, to);
                    from = to;
                }
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
        }
    }
}
