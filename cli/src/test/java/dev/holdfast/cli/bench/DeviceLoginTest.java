package dev.holdfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeviceLoginTest {
    private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");

    @Test
    void a_connection_string_becomes_what_a_device_says() {
        DeviceLogin device = DeviceLogin.parse("HostName=hub1.test;DeviceId=dev 1;SharedAccessKey=a2V5MQ==", NOW);

        assertThat(device).isNotNull();
        assertThat(device.hostName()).isEqualTo("hub1.test");
        assertThat(device.login().clientId()).isEqualTo("dev 1");
        assertThat(device.login().user()).isEqualTo("hub1.test/dev 1/?api-version=2021-04-12");
        assertThat(device.login().topic()).isEqualTo("devices/dev 1/messages/events/");
        // Made with openssl dgst -sha256 -hmac key1 over 'hub1.test%2Fdevices%2Fdev+1\n1795377600'.
        assertThat(device.login().password())
                .isEqualTo(
                        "SharedAccessSignature sr=hub1.test%2Fdevices%2Fdev+1&sig=tmzzVc3c9l3oq3Aa1WiSfl3bavJWvNrRlyqi1uIZ3ig%3D"
                                + "&se=1795377600");
        assertThat(device.toString()).doesNotContain("Shared").doesNotContain("a2V5MQ");
    }

    @Test
    void a_device_with_a_certificate_has_no_password() {
        DeviceLogin device = DeviceLogin.parse("HostName=hub1.test;DeviceId=dev1;x509=true", NOW);

        assertThat(device).isNotNull();
        assertThat(device.login().user()).isEqualTo("hub1.test/dev1/?api-version=2021-04-12");
        assertThat(device.login().password()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HostName=h;DeviceId=d",
                "HostName=h;DeviceId=d;x509=false",
                "HostName=h;SharedAccessKey=a2V5MQ==",
                "DeviceId=d;SharedAccessKey=a2V5MQ==",
                "HostName=h;DeviceId=d;SharedAccessKey=***"
            })
    void a_string_that_says_too_little_is_none(String text) {
        assertThat(DeviceLogin.parse(text, NOW)).isNull();
    }
}
