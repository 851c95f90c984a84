package dev.holdfast.tls.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.pki.ServerCertificateStore;
import dev.holdfast.pki.ServerSlot;
import dev.holdfast.pki.TokenKeys;
import dev.holdfast.pki.TrustWorld;
import dev.holdfast.testkit.Tool;
import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.tls.policy.TlsPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions of OpenSSL where there are two trust worlds: none is resumed under a name, a world or a root that it was not made with. */
class WorldSessionsTest {
    private static final String HOME = "hub1.holdfast.localhost";
    private static final String CHINA = "hub1.china.test";
    private static final String APEX = "china.test";
    /** Of no domain: shown the default world's chains. */
    private static final String ELSEWHERE = "gateway.example";

    @TempDir
    Path files;

    private TestDoor door;
    private ServerCertificateStore store;
    private int sessions;

    @BeforeEach
    void open() throws IOException {
        door = new TestDoor(InstantSource.system(), List.of("holdfast.localhost", APEX));
        store = new ServerCertificateStore(
                files.resolve("data"),
                new TrustWorld("china", List.of(APEX)),
                TokenKeys.none(),
                Limits.defaults().certificates(),
                InstantSource.system());
        show(store.open());
        // One policy for both: not what keeps them apart.
        Live<TlsPolicy> policy = new Live<>(NamedPolicies.standard());
        door.directory.put(HOME, policy);
        door.directory.put(CHINA, policy);
    }

    private void show(ServerAuthorities china) {
        door.identities.replace(List.of(TestDoor.AUTHORITIES, china));
    }

    @AfterEach
    void close() {
        door.close();
    }

    /** Whether a handshake was resumed. */
    private boolean isResumed(String version, String name, String... options) throws InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("openssl", "s_client", "-connect", "127.0.0.1:" + door.port(), "-servername", name));
        command.addAll(List.of(version.split(" ")));
        command.addAll(List.of(options));
        try (Tool tool = Tool.start(command.toArray(String[]::new))) {
            tool.say("is-anyone-there\n").hears("is-anyone-there");
            assertThat(tool.say("Q\n").finish().exitCode()).isZero();
        }
        return door.handshake().resumed();
    }

    private String session(String version, String name) throws InterruptedException {
        sessions++;
        String file = files.resolve("session-" + sessions).toString();
        assertThat(isResumed(version, name, "-sess_out", file)).isFalse();
        return file;
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_2 -no_ticket", "-tls1_3"})
    void a_session_of_one_world_is_not_resumed_in_the_other(String version) throws Exception {
        for (String from : List.of(HOME, ELSEWHERE)) {
            for (String to : List.of(CHINA, APEX)) {
                String there = session(version, from);
                assertThat(isResumed(version, to, "-sess_in", there))
                        .as("%s to %s", from, to)
                        .isFalse();
                String back = session(version, to);
                assertThat(isResumed(version, from, "-sess_in", back))
                        .as("%s to %s", to, from)
                        .isFalse();

                assertThat(isResumed(version, from, "-sess_in", there))
                        .as("%s again", from)
                        .isTrue();
                assertThat(isResumed(version, to, "-sess_in", back))
                        .as("%s again", to)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_2 -no_ticket", "-tls1_3"})
    void a_session_ends_with_its_root_and_those_of_other_worlds_live_on(String version) throws Exception {
        String home = session(version, HOME);
        String china = session(version, CHINA);
        show(store.makeReserves());
        assertThat(isResumed(version, CHINA, "-sess_in", china))
                .as("a new reserve changes no chain")
                .isTrue();

        // Both, because the client may be shown either.
        show(store.renew(Set.of(ServerSlot.values()), true));

        assertThat(isResumed(version, CHINA, "-sess_in", china)).isFalse();
        assertThat(isResumed(version, HOME, "-sess_in", home)).isTrue();
    }

    /** Two listeners, with policies of their own for who names no host of ours. */
    @Test
    void who_names_no_host_of_ours_keeps_his_session_whatever_others_do_at_another_listener() throws Exception {
        try (TestDoor two = new TestDoor(InstantSource.system(), List.of())) {
            Listening other = two.listen("other", () -> NamedPolicies.get("hub-2021-strict"));
            String file = files.resolve("session").toString();
            List<String> client =
                    List.of("openssl", "s_client", "-tls1_2", "-servername", ELSEWHERE, "-connect", "127.0.0.1:");
            for (int i = 0; i < 2; i++) {
                connect(client, two.port(), i == 0 ? "-sess_out" : "-sess_in", file);
                assertThat(two.handshake().resumed()).isEqualTo(i > 0);
                connect(client, other.port(), "-no_ticket");
                assertThat(two.handshake().resumed()).isFalse();
            }
        }
    }

    private static void connect(List<String> client, int port, String... options) throws InterruptedException {
        List<String> command = new ArrayList<>(client);
        command.set(command.size() - 1, command.getLast() + port);
        command.addAll(List.of(options));
        try (Tool tool = Tool.start(command.toArray(String[]::new))) {
            tool.say("is-anyone-there\n").hears("is-anyone-there");
            tool.say("Q\n").finish();
        }
    }
}
