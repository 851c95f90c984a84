package dev.holdfast.tls.hello;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

class CipherSuiteTest {
    private static CipherSuite named(String name) {
        return CipherSuite.named(name).orElseThrow();
    }

    @Test
    void the_name_says_what_kind_a_suite_is() {
        CipherSuite ecdheRsa = named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        CipherSuite ecdheEcdsa = named("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
        CipherSuite rsa = named("TLS_RSA_WITH_AES_128_CBC_SHA");
        CipherSuite tls13 = named("TLS_AES_128_GCM_SHA256");

        assertThat(ecdheRsa.needsRsa() && ecdheRsa.isEcdhe() && ecdheRsa.isSigned())
                .isTrue();
        assertThat(ecdheEcdsa.needsEcdsa() && ecdheEcdsa.isEcdhe()).isTrue();
        assertThat(rsa.needsRsa() && !rsa.isEcdhe() && !rsa.isSigned()).isTrue();
        assertThat(tls13.worksWith(TlsVersion.TLS_1_3)).isTrue();
        assertThat(tls13.worksWith(TlsVersion.TLS_1_2)).isFalse();
        assertThat(rsa.worksWith(TlsVersion.TLS_1_0)).isTrue();
        assertThat(ecdheRsa.worksWith(TlsVersion.TLS_1_1)).isFalse();
    }

    @Test
    void codes_and_names_lead_to_each_other() {
        assertThat(CipherSuite.of(0xC02F).name()).isEqualTo("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        assertThat(CipherSuite.of(0xCCA9).name()).isEqualTo("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");
        assertThat(named("TLS_RSA_WITH_3DES_EDE_CBC_SHA").code()).isEqualTo(0x000A);
        assertThat(CipherSuite.of(0xFEED).name()).isEqualTo("0xFEED");
    }

    @Test
    void the_engine_knows_every_suite_that_a_policy_may_hold() throws Exception {
        Set<String> supported =
                Set.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
        for (int code = 0; code <= 0xFFFF; code++) {
            CipherSuite suite = CipherSuite.of(code);
            if (suite.isInEngine()
                    && !suite.name().contains("3DES")
                    && !suite.name().startsWith("TLS_RSA_")) {
                assertThat(supported).contains(suite.name());
            }
        }
    }
}
