package dev.holdfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.wire.client.ClientTls;
import java.security.GeneralSecurityException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BackEndLoginTest {
    private static final String SERVICE =
            "HostName=hub1.test;SharedAccessKeyName=service;SharedAccessKey=c2VjcmV0LWtleQ==";

    private final ClientTls tls = ClientTls.trustingPublicRoots();

    BackEndLoginTest() throws GeneralSecurityException {}

    @Test
    void the_token_names_the_hub_and_the_policy() {
        BackEndLogin login = BackEndLogin.parse(SERVICE, 443, 5671, tls);

        assertThat(login).isNotNull();
        assertThat(login.token(Instant.EPOCH))
                .startsWith("SharedAccessSignature sr=hub1.test&sig=")
                .endsWith("&skn=service");
    }

    @Test
    void the_key_is_not_printed() {
        assertThat(String.valueOf(BackEndLogin.parse(SERVICE, 443, 5671, tls)))
                .doesNotContain("secret", "c2Vj")
                .contains("hub1.test");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HostName=hub1.test;DeviceId=dev1;SharedAccessKey=c2VjcmV0",
                "HostName=hub1.test;SharedAccessKeyName=service;SharedAccessKey=%",
                "SharedAccessKeyName=service;SharedAccessKey=c2VjcmV0"
            })
    void what_is_no_connection_string_of_a_service_is_none(String text) {
        assertThat(BackEndLogin.parse(text, 443, 5671, tls)).isNull();
    }
}
