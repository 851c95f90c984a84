package dev.holdfast.server.setting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How values are written, and what is none. */
class KindTest {
    private static final Kind<Duration> TIME = Kind.duration(Duration.ofMillis(500), Duration.ofDays(2));
    private static final Kind<Integer> SIZE = Kind.size(1, 1 << 30);

    @ParameterizedTest
    @CsvSource({
        "500ms,500",
        "1500ms,1500",
        "15s,15000",
        "90s,90000",
        "2m,120000",
        "1767s,1767000",
        "1h,3600000",
        "48h,172800000"
    })
    void a_time_has_a_unit_and_is_written_as_it_was(String text, long millis) {
        assertThat(TIME.read(text)).isEqualTo(Duration.ofMillis(millis));
        assertThat(TIME.write(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @Test
    void on_and_off_are_two_words_and_no_others() {
        Kind<Boolean> flag = Kind.onOff();
        assertThat(flag.read("on")).isTrue();
        assertThat(flag.read("off")).isFalse();
        assertThat(flag.write(true)).isEqualTo("on");
        assertThat(flag.write(false)).isEqualTo("off");
        for (String wrong : new String[] {"", "true", "ON", "1", "on "}) {
            assertThat(flag.read(wrong)).as(wrong).isNull();
        }
    }

    @Test
    void no_time_is_zero_seconds() {
        Kind<Duration> any = Kind.duration(Duration.ZERO, Duration.ofHours(1));
        assertThat(any.write(Duration.ZERO)).isEqualTo("0s");
        assertThat(any.read("0s")).isEqualTo(Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "15",
                "s",
                "-1s",
                "1.5s",
                "15 s",
                "15S",
                "PT15S",
                "499ms",
                "49h",
                "9999999999999h",
                "999999999h",
                "1d",
                "٣s"
            })
    void other_texts_are_no_time(String text) {
        assertThat(TIME.read(text)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"1B,1", "1023B,1023", "1KB,1024", "64KB,65536", "1MB,1048576", "1GB,1073741824", "1025B,1025"})
    void a_size_has_a_unit_and_is_written_as_it_was(String text, int bytes) {
        assertThat(SIZE.read(text)).isEqualTo(bytes);
        assertThat(SIZE.write(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "64", "64kb", "64 KB", "64KiB", "0B", "2GB", "999999999GB", "-1KB", "1.5MB", "0x10KB"})
    void other_texts_are_no_size(String text) {
        assertThat(SIZE.read(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "8883", "65535"})
    void a_port_is_a_number(String text) {
        assertThat(Kind.port().read(text)).isEqualTo(Integer.parseInt(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-1", "65536", "99999999999999999999", "1.0", "1e3", "0x10", "true", "tcp://10.0.0.1:9464"})
    void other_texts_are_no_port(String text) {
        assertThat(Kind.port().read(text)).isNull();
    }

    @Test
    void a_word_is_one_of_its_list_in_lower_case() {
        Kind<Samples.Color> color = Kind.word(Samples.Color.class);
        assertThat(color.read("dark_blue")).isEqualTo(Samples.Color.DARK_BLUE);
        assertThat(color.read("DARK_BLUE")).isNull();
        assertThat(color.name()).isEqualTo("one of red, dark_blue");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a_b", "-a", "a..b", "a.", "", "a b"})
    void other_texts_are_no_domain(String text) {
        assertThat(Kind.domain().read(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"not/an/address", "", "300.1.1.1"})
    void other_texts_are_no_address(String text) {
        assertThat(Kind.address().read(text)).isNull();
    }

    @Test
    void an_address_is_read_as_it_was_written() {
        for (String text : new String[] {"0.0.0.0", "127.0.0.1", "0:0:0:0:0:0:0:1"}) {
            assertThat(Kind.address()
                            .write(java.util.Objects.requireNonNull(
                                    Kind.address().read(text))))
                    .isEqualTo(text);
        }
    }
}
