package dev.holdfast.tls.hello;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HelloShapeTest {
    private static final List<Integer> SUITES = List.of(0x1302, 0x1301, 0xC02F);
    private static final List<Integer> EXTENSIONS = List.of(0, 11, 10, 35, 16, 22, 23, 13, 43, 45, 51);

    private static ClientHello hello(
            long time, List<Integer> suites, List<Integer> extensions, @Nullable String name, List<Integer> groups) {
        return new ClientHello(
                0x0303,
                time,
                32,
                suites,
                extensions,
                List.of(0x0304, 0x0303),
                groups,
                List.of(29),
                List.of(0x0403, 0x0804),
                null,
                name,
                List.of("mqtt"),
                null);
    }

    @Test
    void two_connections_of_one_client_have_one_shape_whatever_they_ask_for_resume_or_strew_in() {
        HelloShapes shapes = new HelloShapes(10);
        HelloShape first = shapes.of(hello(1, SUITES, EXTENSIONS, "hub1.test", List.of(29, 23)));
        HelloShape second = shapes.of(hello(
                2,
                List.of(0x3A3A, 0x1302, 0x1301, 0xC02F),
                List.of(0, 11, 10, 35, 16, 22, 23, 13, 43, 45, 51, 0x1A1A, 21, 41),
                "other.test",
                List.of(0x2A2A, 29, 23)));
        assertThat(second).isSameAs(first);
        assertThat(first.hello().serverName()).isNull();
    }

    @Test
    void the_id_tells_apart_what_ja4_does_not_look_at() {
        HelloShape one = HelloShape.of(hello(1, SUITES, EXTENSIONS, null, List.of(29, 23)));
        HelloShape other = HelloShape.of(hello(1, SUITES, EXTENSIONS, null, List.of(23, 29)));
        assertThat(other.ja4()).isEqualTo(one.ja4());
        assertThat(other.id()).isNotEqualTo(one.id()).startsWith(one.ja4());
    }

    /** The hashes are of the sorted lists: {@code printf '1301,1302,c02f' | sha256sum}. */
    @Test
    void ja4_is_what_other_tools_print() {
        assertThat(HelloShape.of(hello(1, SUITES, EXTENSIONS, "hub1.test", List.of(29)))
                        .ja4())
                .isEqualTo("t13d0311mt_" + Ja4.hash("1301,1302,c02f") + "_"
                        + Ja4.hash("000a,000b,000d,0016,0017,0023,002b,002d,0033_0403,0804"));
        assertThat(Ja4.hash("1301,1302,c02f")).isEqualTo("40b44b994229");
        assertThat(HelloShape.of(hello(1, List.of(), List.of(), null, List.of()))
                        .ja4())
                .startsWith("t13i0000mt_000000000000_");
    }

    @Test
    void shapes_that_no_client_has_are_named_and_not_kept() {
        HelloShapes shapes = new HelloShapes(10);
        List<Integer> many = IntStream.range(1, 1100).boxed().toList();
        HelloShape one = shapes.of(hello(1, many, EXTENSIONS, null, List.of(29)));
        HelloShape again = shapes.of(hello(2, many, EXTENSIONS, null, List.of(29)));
        assertThat(again.id()).isEqualTo(one.id());
        assertThat(shapes.count()).isZero();
        shapes.of(hello(1, SUITES, EXTENSIONS, null, List.of(29)));
        assertThat(shapes.count()).isEqualTo(1);
    }
}
