package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.Tool;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The trace as its user meets it, against servers of the Java runtime, of OpenSSL, and of nobody's. */
final class TlsTraceCommandTest {
    @TempDir
    Path directory;

    private StubServer server;
    private String place;

    @BeforeEach
    void start() throws Exception {
        server = new StubServer(directory);
        place = "localhost:" + URI.create(server.url()).getPort();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Ran run(String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "tls";
        all[1] = "trace";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return Ran.of(Map.of("HOLDFAST_DATA", directory.resolve("none").toString()), all);
    }

    private Ran trusted(String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = place;
        all[1] = "--trust";
        all[2] = server.trustBundle().toString();
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return run(all);
    }

    private static JsonNode step(JsonNode trace, int number) {
        return trace.path("steps").get(number - 1);
    }

    @Test
    void a_good_handshake_is_told_in_nine_steps_for_each_version() {
        for (String version : new String[] {"1.2", "1.3"}) {
            JsonNode trace = trusted("--tls", version, "--server-name", "stub.test", "--json")
                    .json();
            assertThat(trace.path("version").asString()).isEqualTo("TLS " + version);
            assertThat(trace.path("group").asString()).isEqualTo("x25519");
            assertThat(trace.path("steps")).hasSize(9);
            assertThat(step(trace, 1).at("/seen/0/details/serverName").asString())
                    .isEqualTo("stub.test");
            assertThat(step(trace, 1).at("/seen/0/details/versions/0").asString())
                    .isEqualTo("TLS " + version);
            assertThat(step(trace, 9).path("state").asString()).isEqualTo("done");
            assertThat(trace.path("certificates")).hasSize(2);
            assertThat(trace.at("/clientCertificate/requested").asBoolean()).isFalse();
        }
    }

    @Test
    void a_wrong_name_and_an_unknown_root_are_told_in_one_sentence_after_the_whole_handshake() {
        Ran named = trusted("--server-name", "elsewhere.test");
        assertThat(named.status()).isEqualTo(1);
        assertThat(named.out()).contains("9. Application data: done");
        assertThat(named.err().lines()).hasSize(1);
        assertThat(named.err()).contains("not good for 'elsewhere.test'");

        Ran unknown = run(place, "--json");
        assertThat(unknown.status()).isEqualTo(1);
        assertThat(unknown.err()).contains("'CN=stub root', which is not among the roots to trust");
        assertThat(unknown.json().path("finished").asBoolean()).isTrue();
        assertThat(unknown.json().at("/judgement/roots").asString()).isEqualTo("the Java runtime's public roots");
    }

    @Test
    void the_roots_of_the_data_directory_are_the_default() throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        Files.copy(server.trustBundle(), data.resolve("ca.pem"));
        JsonNode trace = run(place, "--data", data.toString(), "--json").json();
        assertThat(trace.at("/judgement/root").asString()).isEqualTo("CN=stub root");
    }

    @Test
    void no_server_name_is_asked_for_when_told_so_or_when_connecting_by_address() {
        String address = place.replace("localhost", "127.0.0.1");
        for (String[] arguments : new String[][] {{place, "--no-server-name"}, {address}}) {
            Ran ran = run(arguments);
            assertThat(ran.out())
                    .contains("asking for no server name (no SNI).")
                    .containsPattern("server name +none");
        }
    }

    @Test
    void a_client_certificate_that_is_asked_for_is_shown_and_its_absence_told() throws Exception {
        Path certificate = directory.resolve("client.pem");
        Path key = directory.resolve("client-key.pem");
        openssl(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-noenc",
                "-days",
                "2",
                "-subj",
                "/CN=client",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString());
        int port = freePort();
        try (Tool openssl = Tool.start(
                "openssl",
                "s_server",
                "-accept",
                "127.0.0.1:" + port,
                "-cert",
                certificate.toString(),
                "-key",
                key.toString(),
                "-Verify",
                "1")) {
            assertThat(openssl.hears("ACCEPT")).isTrue();
            String[] common = {"localhost:" + port, "--trust", certificate.toString(), "--json", "--tls"};

            Ran none = run(with(common, "1.3"));
            assertThat(none.status()).isEqualTo(1);
            assertThat(none.err()).contains("'certificate_required'", "--cert and --key");
            assertThat(none.json().at("/outcome/from").asString()).isEqualTo("server");
            assertThat(step(none.json(), 9).path("state").asString()).isEqualTo("failed");
            assertThat(none.json().at("/clientCertificate/signatures").toString())
                    .contains("SHA256withECDSA");

            Ran old = run(with(common, "1.2"));
            assertThat(old.err()).contains("'handshake_failure'", "asked for a client certificate and got none");
            assertThat(old.json().at("/clientCertificate/signatures").toString())
                    .contains("ecdsa_secp256r1_sha256");

            for (String version : new String[] {"1.2", "1.3"}) {
                Ran shown = run(with(with(common, version), "--cert", certificate.toString(), "--key", key.toString()));
                assertThat(shown.err()).isEmpty();
                assertThat(shown.status()).isZero();
                assertThat(shown.json().at("/clientCertificate/sent").asString())
                        .isEqualTo("CN=client");
                assertThat(step(shown.json(), 4).path("state").asString()).isEqualTo("done");
            }
        }
    }

    private static String[] with(String[] some, String... more) {
        String[] all = new String[some.length + more.length];
        System.arraycopy(some, 0, all, 0, some.length);
        System.arraycopy(more, 0, all, some.length, more.length);
        return all;
    }

    private static void openssl(String... arguments) throws InterruptedException {
        Tool.Result made = Tool.run("", with(new String[] {"openssl"}, arguments));
        assertThat(made.exitCode()).as(made.output()).isZero();
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    @Test
    void no_connection_is_told_with_what_to_look_at() throws IOException {
        Ran refused = run("127.0.0.1:" + freePort(), "--json");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("no TCP connection", "is the server running");
        assertThat(refused.json().at("/outcome/kind").asString()).isEqualTo("NoConnection");
        assertThat(refused.json().path("address").isNull()).isTrue();

        Ran unknown = run("no-such-name.invalid:8883");
        assertThat(unknown.err()).contains("no-such-name.invalid does not resolve");
        assertThat(unknown.out()).contains("TCP: not connected.", "1. Client hello: failed");
    }

    @Test
    void a_server_that_speaks_something_else_is_quoted_and_can_not_steer_the_terminal() throws Exception {
        Ran ran = against(socket -> say(socket, "HTTP/1.1 400 \u001b[31mBad\r\n\r\n"));
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("did not answer in TLS", "'HTTP/1.1 400 '", "is it the right port?");
        assertThat(ran.out() + ran.err()).doesNotContain("\u001b");
    }

    @Test
    void a_certificate_can_not_steer_the_terminal_and_its_sentence_stays_one_line() throws Exception {
        Path certificate = directory.resolve("evil.pem");
        Path key = directory.resolve("evil-key.pem");
        openssl(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-noenc",
                "-utf8",
                "-subj",
                "/CN=evil\u001b[31m\nholdfast: all is well",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString());
        int port = freePort();
        try (Tool openssl = Tool.start(
                "openssl",
                "s_server",
                "-accept",
                "127.0.0.1:" + port,
                "-cert",
                certificate.toString(),
                "-key",
                key.toString())) {
            assertThat(openssl.hears("ACCEPT")).isTrue();
            Ran ran = run("localhost:" + port);
            assertThat(ran.status()).isEqualTo(1);
            assertThat(ran.out() + ran.err()).contains("evil\\u001b[31m").doesNotContain("\u001b");
            assertThat(ran.err().lines()).hasSize(1);
        }
    }

    @Test
    void a_server_that_hangs_up_is_told() throws Exception {
        Ran ran = against(_ -> {});
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("closed the connection before it said anything");
        assertThat(ran.out()).contains("2. Server hello: failed");
    }

    @Test
    void a_server_that_never_stops_sending_is_cut_off() throws Exception {
        byte[] warnings = new byte[70_000];
        for (int i = 0; i + 7 <= warnings.length; i += 7) {
            System.arraycopy(new byte[] {21, 3, 3, 0, 2, 1, 100}, 0, warnings, i, 7);
        }
        Ran ran = against(socket -> {
            while (write(socket, warnings)) {}
        });
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err().lines()).hasSize(1);
    }

    /** Runs a trace against a server that reads a little and then does one thing. */
    private Ran against(Consumer<Socket> deed) throws IOException {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (Socket socket = listening.accept()) {
                    socket.getInputStream().readNBytes(5);
                    deed.accept(socket);
                    // Closing with bytes unread would reset the connection.
                    socket.getInputStream().skip(socket.getInputStream().available());
                } catch (IOException _) {
                    // The trace has hung up.
                }
            });
            return run("127.0.0.1:" + listening.getLocalPort());
        }
    }

    private static void say(Socket socket, String text) {
        write(socket, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static boolean write(Socket socket, byte[] bytes) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "localhost:0",
                "localhost:99999",
                "localhost:8883 --tls 1.1",
                "localhost:8883 --cert c.pem",
                "localhost:8883 --server-name a --no-server-name",
                "localhost:8883 --server-name a_b",
            })
    void wrong_use_has_status_2(String line) {
        Ran ran = run(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("Usage: holdfast tls trace").doesNotContain("Exception");
    }

    @Test
    void files_that_can_not_be_used_are_told_and_a_key_is_not_quoted() throws IOException {
        Path garbage = Files.writeString(directory.resolve("garbage.pem"), "-----BEGIN PRIVATE KEY-----\nsecret!\n");
        assertThat(run(place, "--trust", garbage.toString()).err()).contains("garbage.pem can't be read");
        Ran ran = run(place, "--cert", server.trustBundle().toString(), "--key", garbage.toString());
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("can't be used").doesNotContain("secret!");
    }

    private Ran next(String... arguments) throws IOException {
        String[] all = new String[arguments.length + 5];
        all[0] = "tls";
        all[1] = "trace";
        all[2] = "--next";
        all[3] = "--data";
        all[4] = server.writeReadyFile().toString();
        System.arraycopy(arguments, 0, all, 5, arguments.length);
        return Ran.of(Map.of(), all);
    }

    private static final String SEEN = """
            {"id": "t-1", "state": "seen", "trace": {
             "time": "2026-11-22T10:00:00Z", "listener": "mqtt", "address": "192.0.2.7", "port": 40000, "serverName": "hub1.test",
             "policy": "hub-2025", "candidate": false, "hub": "hub1", "finished": true, "outcome": OUTCOME,
             "version": "TLS 1.3", "suite": "TLS_AES_128_GCM_SHA256", "group": "x25519", "resumed": false,
             "steps": [{"number": 1, "title": "Client hello", "state": "done", "note": "The client sends.", "seen": [
              {"from": "client", "what": "ClientHello", "bytes": 517, "atMillis": 1.5,
               "details": {"serverName": "hub1.test\\u001b[2J", "keysForGroups": ["x25519"]}}]}],
             "certificates": [], "clientCertificate": {"requested": true, "certificates": []}}}""";

    private void onNext(String outcome) {
        server.on("POST /holdfast/v1/traces", 201, "{\"id\": \"t-1\", \"state\": \"waiting\"}");
        server.on("GET /holdfast/v1/traces/t-1", 200, SEEN.replace("OUTCOME", outcome));
        server.on("DELETE /holdfast/v1/traces/t-1", 204, "");
    }

    @Test
    void the_next_handshake_is_asked_for_printed_and_withdrawn() throws Exception {
        onNext("{\"kind\": \"LetIn\", \"hub\": \"hub1\", \"device\": \"t-7\", \"authentication\": \"sas\"}");

        Ran ran = next("--device", "t-7", "--address", "192.0.2.7", "--hub", "hub1", "--timeout", "30");

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(server.asked())
                .containsExactly(
                        "POST /holdfast/v1/traces {\"device\":\"t-7\",\"address\":\"192.0.2.7\",\"hub\":\"hub1\","
                                + "\"timeoutSeconds\":30}",
                        "GET /holdfast/v1/traces/t-1",
                        "DELETE /holdfast/v1/traces/t-1");
        assertThat(ran.out())
                .contains("1. Client hello: done", "-> ClientHello, 517 bytes, at 1.5 ms", "keys for groups")
                .contains("Agreed: TLS 1.3, TLS_AES_128_GCM_SHA256, x25519, a new session.")
                .contains("Outcome: Let in as the device 't-7' of the hub 'hub1', by token.")
                .doesNotContain("\u001b");
    }

    @Test
    void who_was_refused_is_shown_and_is_a_failure_with_the_report() throws Exception {
        onNext("""
                {"kind": "Refused", "device": "t-7", "reason": "TokenExpired", "explanation": "It expired.", "report": "r-1"}""");

        Ran ran = next("--device", "t-7");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).contains("Outcome: Refused after the handshake, TokenExpired");
        assertThat(ran.err()).contains("holdfast: Refused", "TokenExpired: It expired. (report r-1)");
        assertThat(next("--json").json().path("outcome").path("reason").asString())
                .isEqualTo("TokenExpired");
    }

    @Test
    void nobody_within_the_time_is_a_failure_that_says_what_else_to_ask_for() throws Exception {
        onNext("{}");
        server.on("GET /holdfast/v1/traces/t-1", 200, "{\"state\": \"waiting\", \"notLookedAt\": 3}");

        Ran ran = next("--device", "t-7", "--timeout", "1");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err())
                .contains(
                        "no handshake of the device t-7",
                        "within 1 s",
                        "3 connections were not looked at",
                        "--address");
        assertThat(server.asked().getLast()).isEqualTo("DELETE /holdfast/v1/traces/t-1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--next localhost:8883",
                "--next --tls 1.2",
                "--next --no-server-name",
                "localhost:8883 --device t-7",
                "localhost:8883 --timeout 3",
                "localhost:8883 --server https://localhost"
            })
    void the_two_sides_of_the_command_exclude_each_other(String line) {
        Ran ran = run(line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("--next");
        assertThat(server.asked()).isEmpty();
    }
}
