package dev.holdfast.tls.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Live;
import dev.holdfast.tls.hello.TlsVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryTest {
    private static final TlsPolicy STANDARD = NamedPolicies.standard();
    private static final TlsPolicy STRICT = NamedPolicies.get("hub-2021-strict");

    private final Live<TlsPolicy> byDefault = new Live<>(STANDARD);
    private final Directory directory = new Directory(byDefault, List.of("holdfast.localhost"));

    private TlsPolicy policyOf(@Nullable String name) {
        return directory.find(name, null).orElseThrow().policy();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hub1.holdfast.localhost", "HUB1.holdfast.LOCALHOST", "hub1.holdfast.localhost."})
    void a_name_leads_to_its_policy_in_any_spelling(String name) {
        directory.put("Hub1.Holdfast.localhost", new Live<>(STRICT));

        assertThat(policyOf(name)).isEqualTo(STRICT);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "127.0.0.1",
                "::1",
                "",
                "localhost",
                "gateway.example",
                "holdfast.localhost",
                "xholdfast.localhost"
            })
    void who_names_no_host_of_ours_gets_the_default_or_that_of_its_listener(@Nullable String name) {
        assertThat(policyOf(name)).isEqualTo(STANDARD);
        assertThat(directory.find(name, STRICT).orElseThrow().policy()).isEqualTo(STRICT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hub2.holdfast.localhost", "hub2.device.holdfast.localhost", "HUB2.Holdfast.Localhost."})
    void a_name_of_ours_that_nobody_has_leads_nowhere(String name) {
        assertThat(directory.find(name, null)).isEmpty();
    }

    @Test
    void a_name_that_was_taken_back_leads_nowhere() {
        directory.put("hub1.holdfast.localhost", new Live<>(STRICT));
        assertThat(directory.has("hub1.holdfast.localhost")).isTrue();

        directory.remove("HUB1.holdfast.localhost");

        assertThat(directory.find("hub1.holdfast.localhost", null)).isEmpty();
        assertThat(directory.has("hub1.holdfast.localhost")).isFalse();
    }

    @Test
    void a_change_holds_from_the_next_look_on() {
        Live<TlsPolicy> own = new Live<>(STANDARD);
        directory.put("hub1.holdfast.localhost", own);

        own.update(_ -> STRICT);
        byDefault.update(_ -> new PolicyBuilder("own")
                .versions(TlsVersion.TLS_1_3, TlsVersion.TLS_1_3)
                .suites("TLS_AES_128_GCM_SHA256")
                .build());

        assertThat(policyOf("hub1.holdfast.localhost")).isEqualTo(STRICT);
        assertThat(policyOf(null).name()).isEqualTo("own");
    }
}
