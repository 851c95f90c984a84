package dev.holdfast.tls.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Live;
import dev.holdfast.testkit.Tool;
import dev.holdfast.tls.policy.GroupPreference;
import dev.holdfast.tls.policy.NamedPolicies;
import java.io.IOException;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Handshakes of OpenSSL with and without the accelerating provider. */
class AcceleratorTest {
    private static final String NAME = "hub1.holdfast.localhost";

    /** Other tests run without it. */
    @AfterEach
    void remove() {
        if (Accelerator.use() instanceof Accelerator.InUse(String name, String _)) {
            Security.removeProvider(name);
        }
    }

    /** The tests run where the server runs: Linux on these two processors has a jar. */
    @Test
    void it_comes_first_where_there_is_one() {
        Accelerator accelerator = Accelerator.use();

        assertThat(accelerator).isInstanceOf(Accelerator.InUse.class);
        assertThat(((Accelerator.InUse) accelerator).name()).isEqualTo(Security.getProviders()[0].getName());
        assertThat(accelerator.groups()).isEqualTo(GroupPreference.SECP256R1);
        assertThat(Accelerator.use()).isEqualTo(accelerator);
    }

    @Test
    void without_one_x25519_costs_less() {
        assertThat(new Accelerator.NotInUse("for a test").groups()).isEqualTo(GroupPreference.X25519);
    }

    @ParameterizedTest
    @CsvSource({
        "SECP256R1, -tls1_2, RSA,   X25519:P-256,       prime256v1",
        "SECP256R1, -tls1_2, ECDSA, X25519:P-256,       prime256v1",
        "SECP256R1, -tls1_2, RSA,   X25519,             X25519",
        "SECP256R1, -tls1_2, RSA,   P-384:X25519:P-256, secp384r1",
        "SECP256R1, -tls1_3, RSA,   X25519:P-256,       X25519",
        "SECP256R1, -tls1_3, RSA,   P-256:X25519,       prime256v1",
        "X25519,    -tls1_2, RSA,   P-256:X25519,       X25519",
        "X25519,    -tls1_2, ECDSA, P-256:X25519,       prime256v1",
        "X25519,    -tls1_2, RSA,   P-256,              prime256v1",
        "X25519,    -tls1_3, RSA,   P-256:X25519,       prime256v1"
    })
    void the_cheaper_of_two_groups_is_taken_unless_it_costs_a_round_trip(
            GroupPreference preference, String version, String key, String groups, String negotiated)
            throws IOException, InterruptedException {
        if (preference == GroupPreference.SECP256R1) {
            assertThat(Accelerator.use().groups()).isEqualTo(preference);
        }
        List<String> options = new ArrayList<>(List.of(version, "-groups", groups));
        if (version.equals("-tls1_2")) {
            options.addAll(List.of("-cipher", "ECDHE-" + key + "-AES128-GCM-SHA256"));
        }
        try (TestDoor door = new TestDoor(preference)) {
            door.directory.put(NAME, new Live<>(NamedPolicies.standard()));

            Tool.Result result = openssl(door, options);

            assertThat(result.exitCode()).isZero();
            assertThat(result.output()).containsPattern("(Server Temp Key: |Peer Temp Key: )[A-Z0-9, ]*" + negotiated);
            assertThat(door.reports).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(GroupPreference.class)
    void a_finite_field_exchange_is_not_touched(GroupPreference preference) throws IOException, InterruptedException {
        try (TestDoor door = new TestDoor(preference)) {
            door.directory.put(NAME, new Live<>(NamedPolicies.get("hub-2021-legacy")));

            Tool.Result result = openssl(
                    door, List.of("-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256", "-groups", "X25519:P-256"));

            assertThat(result.exitCode()).isZero();
            assertThat(result.output()).contains("Server Temp Key: DH");
        }
    }

    private static Tool.Result openssl(TestDoor door, List<String> options) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + door.port(),
                "-servername",
                NAME,
                "-CAfile",
                TestDoor.AUTHORITIES.trustBundle().toString(),
                "-verify_return_error"));
        command.addAll(options);
        try (Tool tool = Tool.start(command.toArray(String[]::new))) {
            tool.say("is-anyone-there\n").hears("is-anyone-there");
            return tool.say("Q\n").finish();
        }
    }
}
