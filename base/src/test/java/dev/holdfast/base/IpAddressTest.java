package dev.holdfast.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 192.0.2.7",
        "2001:db8::7, 2001:db8:0:0:0:0:0:7",
        "2001:0DB8:0:0::0007, 2001:db8:0:0:0:0:0:7",
        "::ffff:192.0.2.7, 192.0.2.7"
    })
    void an_address_is_spelled_as_reports_have_it(String text, String spelled) {
        assertThat(IpAddress.parse(text)).contains(spelled);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.2.3",
                "7",
                "256.0.0.1",
                "1.2.3.4.5",
                "localhost",
                "plant.example",
                "1:2",
                "192.0.2.7 ",
                "0x7f.0.0.1"
            })
    void a_name_or_a_shorter_form_is_no_address(String text) {
        assertThat(IpAddress.parse(text)).isEmpty();
    }
}
