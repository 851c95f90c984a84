package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Version;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The command as its user meets it: arguments in; text, files and exit status out. */
final class CommandTest extends AgainstStubServer {
    private static void assertOneSentence(Ran ran, String... parts) {
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err().lines()).hasSize(1);
        assertThat(ran.err()).startsWith("holdfast: ").contains(parts).doesNotContain("Exception");
    }

    @Test
    void a_hub_is_made_with_what_was_asked_for() {
        server.on("POST /holdfast/v1/hubs", 201, """
                {"name": "plant-2", "hostName": "plant-2.hub.test", "serviceConnectionString": "HostName=s",
                 "eventHubConnectionString": "Endpoint=e"}""");

        Ran ran = run("hub", "create", "plant-2", "--partitions", "8", "--retention-days", "7");

        assertThat(ran.status()).isZero();
        assertThat(server.asked())
                .containsExactly("POST /holdfast/v1/hubs {\"name\":\"plant-2\",\"partitions\":8,\"retentionDays\":7}");
        assertThat(ran.out())
                .contains("plant-2.hub.test", "HostName=s", "Endpoint=e")
                .doesNotContain("/etc/hosts");
    }

    @Test
    void a_hub_whose_name_may_not_resolve_says_what_to_do() {
        server.on("POST /holdfast/v1/hubs", 201, "{\"name\": \"hub2\", \"hostName\": \"hub2.holdfast.localhost\"}");

        assertThat(run("hub", "create", "hub2").out()).contains("127.0.0.1 hub2.holdfast.localhost", "/etc/hosts");
    }

    @Test
    void hubs_are_listed_for_people_and_for_programs() {
        server.on("GET /holdfast/v1/hubs", 200, """
                {"hubs": [{"name": "hub1", "hostName": "localhost", "partitions": 4, "retentionDays": 1,
                 "policy": "hub-2025"}]}""");

        assertThat(run("hub", "list").out().lines())
                .satisfiesExactly(
                        header -> assertThat(header)
                                .matches("NAME +HOST NAME +PARTITIONS +DAYS KEPT +TLS POLICY +TRIES \\(REPORT-ONLY\\)"),
                        row -> assertThat(row).matches("hub1 +localhost +4 +1 +hub-2025 *"));
        assertThat(run("hub", "list", "--json").json().get(0).path("name").asString())
                .isEqualTo("hub1");
    }

    @Test
    void a_hub_and_its_consumer_groups_are_deleted_by_name() {
        server.on("DELETE /holdfast/v1/hubs/plant-2", 204, "");
        server.on("POST /holdfast/v1/hubs/hub1/consumer-groups", 201, "{}");
        server.on("GET /holdfast/v1/hubs/hub1/consumer-groups", 200, "{\"consumerGroups\": [\"$Default\", \"app\"]}");
        server.on("DELETE /holdfast/v1/hubs/other/consumer-groups/app", 204, "");

        assertThat(run("hub", "delete", "plant-2", "--yes").status()).isZero();
        assertThat(run("hub", "consumer-group", "create", "app").status()).isZero();
        assertThat(run("hub", "consumer-group", "list").out().lines()).containsExactly("$Default", "app");
        assertThat(run("hub", "consumer-group", "delete", "app", "--hub", "other")
                        .status())
                .isZero();
        assertThat(server.asked())
                .containsExactly(
                        "DELETE /holdfast/v1/hubs/plant-2",
                        "POST /holdfast/v1/hubs/hub1/consumer-groups {\"name\":\"app\"}",
                        "GET /holdfast/v1/hubs/hub1/consumer-groups",
                        "DELETE /holdfast/v1/hubs/other/consumer-groups/app");
    }

    @Test
    void an_access_policy_is_made_shown_renewed_and_deleted_by_name() {
        String policy = """
                {"name": "dashboard", "rights": ["RegistryRead", "ServiceConnect"], "primaryKey": "AAAA",
                 "secondaryKey": "BBBB", "connectionString": "HostName=h;SharedAccessKeyName=dashboard;SharedAccessKey=AAAA"}
                """;
        String path = "/holdfast/v1/hubs/hub1/access-policies";
        server.on("POST " + path, 201, policy);
        server.on(
                "GET " + path,
                200,
                "{\"accessPolicies\": [{\"name\": \"dashboard\", \"rights\": [\"RegistryRead\"]}]}");
        server.on("GET " + path + "/dashboard", 200, policy);
        server.on("POST " + path + "/dashboard/renew", 200, policy);
        server.on("DELETE " + path + "/dashboard", 204, "");

        Ran made = run(
                "hub", "access-policy", "create", "dashboard", "--right", "RegistryRead", "--right", "ServiceConnect");
        assertThat(made.out())
                .contains("dashboard (RegistryRead, ServiceConnect)")
                .contains("HostName=h;SharedAccessKeyName=dashboard;SharedAccessKey=AAAA")
                .contains("BBBB");
        assertThat(run("hub", "access-policy", "list")
                        .out()
                        .lines()
                        .map(line -> line.replaceAll(" +", " ").strip()))
                .containsExactly("NAME RIGHTS", "dashboard RegistryRead");
        assertThat(run("hub", "access-policy", "show", "dashboard", "--json")
                        .json()
                        .path("primaryKey")
                        .asString())
                .isEqualTo("AAAA");
        assertThat(run("hub", "access-policy", "renew", "dashboard", "--which", "swap")
                        .status())
                .isZero();
        assertThat(run("hub", "access-policy", "delete", "dashboard").status()).isZero();
        assertThat(server.asked())
                .containsExactly(
                        "POST " + path + " {\"name\":\"dashboard\",\"rights\":[\"RegistryRead\",\"ServiceConnect\"]}",
                        "GET " + path,
                        "GET " + path + "/dashboard",
                        "POST " + path + "/dashboard/renew {\"which\":\"swap\"}",
                        "DELETE " + path + "/dashboard");
    }

    @Test
    void the_keys_of_a_device_are_renewed_and_its_connection_string_printed() {
        server.on(
                "POST /holdfast/v1/hubs/hub1/devices/t-7/renew-keys", 200, "{\"connectionString\": \"HostName=new\"}");
        assertThat(run("device", "renew-keys", "t-7", "--which", "both").out().strip())
                .isEqualTo("HostName=new");
        assertThat(server.asked())
                .containsExactly("POST /holdfast/v1/hubs/hub1/devices/t-7/renew-keys {\"which\":\"both\"}");
    }

    @Test
    void a_device_is_registered_and_its_connection_string_printed() {
        server.on("POST /holdfast/v1/hubs/hub1/devices", 201, """
                {"id": "t-7", "connectionString": "HostName=h;DeviceId=t-7;SharedAccessKey=k"}""");

        Ran ran = run("device", "create", "t-7");

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("HostName=h;DeviceId=t-7;SharedAccessKey=k");
        assertThat(server.asked())
                .containsExactly("POST /holdfast/v1/hubs/hub1/devices {\"id\":\"t-7\",\"authentication\":\"sas\"}");
    }

    @Test
    void a_registered_device_gets_another_thumbprint_or_kind_of_authentication() {
        server.on("PATCH /holdfast/v1/hubs/hub1/devices/t-7", 200, """
                {"id": "t-7", "connectionString": "HostName=h;DeviceId=t-7;x509=true"}""");

        assertThat(run("device", "set", "t-7", "--thumbprint", "AA").out())
                .contains("Device t-7 of hub hub1 is changed.", "HostName=h;DeviceId=t-7;x509=true");
        assertThat(run("device", "set", "t-7", "--auth", "sas").status()).isZero();

        assertThat(server.asked())
                .containsExactly(
                        "PATCH /holdfast/v1/hubs/hub1/devices/t-7"
                                + " {\"authentication\":\"self-signed\",\"thumbprints\":[\"AA\"]}",
                        "PATCH /holdfast/v1/hubs/hub1/devices/t-7 {\"authentication\":\"sas\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "device set t-7",
                "device set t-7 --auth self-signed",
                "device set t-7 --auth sas --thumbprint AA",
                "device set t-7 --thumbprint A --thumbprint B --thumbprint C",
                "module set t-7/m",
                "module set t-7 --auth sas",
                "module create t-7",
                "module create t-7/",
                "module create /m",
                "module create t-7/m/n",
                "module create t-7/..",
                "module create t-7/m --auth self-signed",
                "module delete t-7",
                "module renew-keys t-7 --which both"
            })
    void what_can_not_be_meant_of_devices_and_modules_is_wrong_use(String arguments) {
        assertThat(run(arguments.split(" ")).status()).isEqualTo(2);
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void modules_are_registered_listed_changed_and_deleted() throws IOException {
        String path = "/holdfast/v1/hubs/hub1/devices/gate%201/modules";
        server.on("POST " + path, 201, """
                {"id": "m", "device": "gate 1", "connectionString": "HostName=h;DeviceId=g;ModuleId=m;SharedAccessKey=k"}""");
        server.on("GET " + path, 200, """
                {"modules": [{"id": "m", "authentication": "sas", "managedBy": "IotEdge", "connected": true}]}""");
        server.on("PATCH " + path + "/m", 200, "{\"connectionString\": \"HostName=new\"}");
        server.on("POST " + path + "/m/renew-keys", 200, "{\"connectionString\": \"HostName=newer\"}");
        server.on("DELETE " + path + "/m", 204, "");

        assertThat(run("module", "create", "gate 1/m").out())
                .contains("Module gate 1/m is registered.", "HostName=h;DeviceId=g;ModuleId=m;SharedAccessKey=k");
        assertThat(run("module", "list", "gate 1").out()).contains("m   sas", "IotEdge", "connected");
        assertThat(run("module", "set", "gate 1/m", "--auth", "none").out()).contains("HostName=new");
        assertThat(run("module", "renew-keys", "gate 1/m", "--which", "both")
                        .out()
                        .strip())
                .isEqualTo("HostName=newer");
        assertThat(run("module", "delete", "gate 1/m").out()).contains("gate 1/m");

        assertThat(server.asked())
                .containsExactly(
                        "POST " + path + " {\"id\":\"m\",\"authentication\":\"sas\"}",
                        "GET " + path,
                        "PATCH " + path + "/m {\"authentication\":\"none\"}",
                        "POST " + path + "/m/renew-keys {\"which\":\"both\"}",
                        "DELETE " + path + "/m");
    }

    @Test
    void the_files_of_a_module_have_both_names() {
        server.on("POST /holdfast/v1/hubs/hub1/devices/gate/modules", 201, """
                {"id": "cam", "privateKey": "the-key", "certificate": "the-certificate"}""");
        Path out = directory.resolve("keys");

        Ran ran = run("module", "create", "gate/cam", "--auth", "self-signed", "--out", out.toString());

        assertThat(ran.status()).isZero();
        assertThat(out.resolve("gate-cam-key.pem")).hasContent("the-key");
        assertThat(out.resolve("gate-cam-certificate.pem")).hasContent("the-certificate");
        assertThat(ran.out()).doesNotContain("the-key");
    }

    @Test
    void thumbprints_are_handed_on() {
        server.on("POST /holdfast/v1/hubs/hub1/devices", 201, "{\"id\": \"t-7\"}");

        run("device", "create", "t-7", "--auth", "self-signed", "--thumbprint", "AA", "--thumbprint", "BB");

        assertThat(server.asked().getFirst()).endsWith("\"thumbprints\":[\"AA\",\"BB\"]}");
    }

    @Test
    void a_made_key_is_written_for_its_owner_only_and_never_printed() throws IOException {
        server.on("POST /holdfast/v1/hubs/hub1/devices", 201, """
                {"id": "valve", "connectionString": "HostName=h;DeviceId=valve;x509=true",
                 "privateKey": "the-key", "certificate": "the-certificate"}""");
        Path out = directory.resolve("new").resolve("keys");

        Ran ran = run("device", "create", "valve", "--auth", "self-signed", "--out", out.toString(), "--json");

        assertThat(ran.status()).isZero();
        Path key = Path.of(ran.json().path("keyFile").asString());
        Path certificate = Path.of(ran.json().path("certificateFile").asString());
        assertThat(key).hasContent("the-key").isEqualTo(out.resolve("valve-key.pem"));
        assertThat(certificate).hasContent("the-certificate");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        assertThat(ran.out()).doesNotContain("the-key", "the-certificate");
    }

    @Test
    void an_existing_key_or_certificate_is_not_written_over_and_no_device_registered() throws IOException {
        for (String name : List.of("valve-key.pem", "valve-certificate.pem")) {
            Path out = Files.createDirectory(directory.resolve("out-" + name));
            Path existing = Files.writeString(out.resolve(name), "old");

            assertOneSentence(
                    run("device", "create", "valve", "--auth", "self-signed", "--out", out.toString()),
                    name,
                    "exists already");
            assertThat(out).isDirectoryContaining(file -> file.equals(existing));
            assertThat(out.toFile().list()).hasSize(1);
            assertThat(existing).hasContent("old");
        }
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void a_refused_device_leaves_no_files_behind() {
        server.on("POST /holdfast/v1/hubs/hub1/devices", 409, "{\"error\": {\"message\": \"It exists.\"}}");
        Path out = directory.resolve("keys");

        assertOneSentence(
                run("device", "create", "valve", "--auth", "self-signed", "--out", out.toString()), "It exists.");

        assertThat(out).isEmptyDirectory();
    }

    @Test
    void devices_are_listed_over_all_pages() {
        server.on("GET /holdfast/v1/hubs/hub1/devices?after=", 200, """
                {"devices": [{"id": "a", "authentication": "sas", "enabled": true, "connected": true}], "next": "a#b"}""");
        server.on("GET /holdfast/v1/hubs/hub1/devices?after=a%23b", 200, """
                {"devices": [{"id": "c", "authentication": "ca", "enabled": false, "connected": false}]}""");

        Ran ran = run("device", "list");

        assertThat(ran.out().lines().skip(1))
                .satisfiesExactly(
                        row -> assertThat(row).matches("a +sas +enabled +connected"),
                        row -> assertThat(row).matches("c +ca +disabled"));
    }

    @Test
    void any_legal_device_id_finds_its_way_into_the_path() {
        String id = "a-b:c.d+e%f_g#h*i?j!k(l)m,n=o@p;q$r's";
        String encoded = "a-b%3Ac.d%2Be%25f_g%23h*i%3Fj%21k%28l%29m%2Cn%3Do%40p%3Bq%24r%27s";
        server.on("DELETE /holdfast/v1/hubs/hub1/devices/" + encoded, 204, "");
        server.on("PATCH /holdfast/v1/hubs/hub1/devices/...", 200, "{}");

        assertThat(run("device", "delete", id).status()).isZero();
        assertThat(run("device", "disable", "...", "--reason", "lost").status()).isZero();
        assertThat(server.asked().getLast()).endsWith("{\"enabled\":false,\"statusReason\":\"lost\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hub delete --yes NAME",
                "hub create NAME",
                "device delete NAME",
                "device disable NAME",
                "device create NAME",
                "device list --hub NAME",
                "cert authority show NAME",
                "hub access-policy delete NAME",
                "hub consumer-group delete NAME"
            })
    void a_name_that_no_path_can_carry_is_wrong_use(String line) {
        for (String name : List.of("", ".", "..")) {
            String[] arguments = line.split(" ");
            arguments[arguments.length - 1] = name;

            Ran ran = run(arguments);

            assertThat(ran.status()).as(name).isEqualTo(2);
            assertThat(ran.err())
                    .contains(name.isEmpty() ? "it is empty" : "'" + name + "' can't be a name")
                    .doesNotContain("Exception");
        }
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void a_hub_is_deleted_only_by_whoever_means_it() {
        server.on("DELETE /holdfast/v1/hubs/plant-2", 204, "");

        Ran script = run("hub", "delete", "plant-2");
        assertThat(script.status()).isEqualTo(2);
        assertThat(script.err()).contains("plant-2", "telemetry", "--yes");
        assertThat(server.asked()).isEmpty();

        assertThat(deleteHubAnswering("plant")).isEqualTo(1);
        assertThat(deleteHubAnswering("")).isEqualTo(1);
        assertThat(server.asked()).isEmpty();
        assertThat(deleteHubAnswering(" plant-2 ")).isZero();
        assertThat(server.asked()).hasSize(1);
    }

    private int deleteHubAnswering(String answer) {
        return new CommandLine(new HubCommand.Delete(environment, Optional.of(_ -> answer)))
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(new StringWriter()))
                .execute("plant-2");
    }

    @Test
    void the_status_is_shown() {
        server.on("GET /holdfast/v1/status", 200, """
                {"version": "9.9.9", "uptimeSeconds": 100000, "hubs": [
                 {"name": "hub1", "hostName": "localhost", "devices": 3, "connections": 2, "messages": 17}]}""");

        Ran ran = run("status");

        assertThat(ran.out()).contains("Holdfast 9.9.9", "1 d 3 h");
        assertThat(ran.out().lines().toList().getLast()).matches("hub1 +localhost +3 +2 +17");
    }

    @Test
    void the_status_tells_that_faults_are_injected() {
        server.on("GET /holdfast/v1/status", 200, """
                {"version": "9.9.9", "uptimeSeconds": 1, "faultInjection": true, "hubs": []}""");

        assertThat(run("status").out()).contains("Fault injection is on");
    }

    @Test
    void the_version_is_that_of_the_build() {
        assertThat(run("version").out()).startsWith("holdfast " + Version.current() + " (Java ");
        assertThat(run("version", "--json").json().path("version").asString()).isEqualTo(Version.current());
        assertThat(Version.current()).matches("\\d+\\.\\d+\\.\\d+.*");
    }

    @Test
    void what_the_server_refuses_is_told_in_its_own_sentence() {
        server.on("DELETE /holdfast/v1/hubs/hub9", 404, """
                {"error": {"code": "UnknownHub", "message": "There is no hub 'hub9'."}}""");

        assertOneSentence(run("hub", "delete", "hub9", "--yes"), "There is no hub 'hub9'.");
    }

    @Test
    void what_is_refused_before_the_operator_api_is_told_in_its_own_sentence() {
        server.on("GET /holdfast/v1/hubs", 413, "{\"message\": \"The body is too large.\"}");

        assertOneSentence(run("hub", "list"), "The body is too large.");
    }

    @Test
    void an_answer_that_is_not_the_operator_api_is_told() {
        server.on("GET /holdfast/v1/hubs", 502, "<html>");

        assertOneSentence(run("hub", "list"), "502", "not in JSON");
    }

    @Test
    void no_running_server_is_told_with_what_to_do() {
        assertOneSentence(
                run("hub", "list", "--data", directory.resolve("empty").toString()), "holdfast up", "--data");
    }

    @Test
    void a_server_that_was_killed_is_told() throws IOException {
        String nobody;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = "https://localhost:" + closed.getLocalPort();
        }
        Files.writeString(
                directory.resolve("ready.json"),
                "{\"operatorToken\": \"%s\", \"trustBundle\": \"%s\", \"operator\": {\"url\": \"%s\"}}"
                        .formatted(StubServer.TOKEN, server.trustBundle(), nobody));

        assertOneSentence(run("hub", "list"), nobody, "still running");
    }

    @Test
    void a_damaged_ready_file_is_told() throws IOException {
        Files.writeString(directory.resolve("ready.json"), "{");

        assertOneSentence(run("hub", "list"), "ready.json");
    }

    @Test
    void a_server_elsewhere_is_reached_with_a_token_and_its_roots() {
        server.on("GET /holdfast/v1/hubs", 200, "{\"hubs\": []}");
        environment.put("HOLDFAST_TOKEN", StubServer.TOKEN);

        Ran ran = run(
                "hub",
                "list",
                "--server",
                server.url(),
                "--ca",
                server.trustBundle().toString());

        assertThat(ran.status()).isZero();
    }

    @Test
    void a_server_elsewhere_is_not_reached_without_token_or_roots_or_with_wrong_ones() throws Exception {
        assertOneSentence(
                run(
                        "hub",
                        "list",
                        "--server",
                        server.url(),
                        "--ca",
                        server.trustBundle().toString()),
                "HOLDFAST_TOKEN");
        environment.put("HOLDFAST_TOKEN", "wrong");
        assertOneSentence(run("hub", "list", "--server", server.url()), "--ca");
        assertOneSentence(
                run(
                        "hub",
                        "list",
                        "--server",
                        server.url(),
                        "--ca",
                        server.trustBundle().toString()),
                "wrong token");
        Path other = Files.createDirectory(directory.resolve("other"));
        try (StubServer stranger = new StubServer(other)) {
            assertOneSentence(
                    run(
                            "hub",
                            "list",
                            "--server",
                            server.url(),
                            "--ca",
                            stranger.trustBundle().toString()),
                    "not trusted");
        }
        assertOneSentence(
                run(
                        "hub",
                        "list",
                        "--server",
                        "http://localhost",
                        "--ca",
                        server.trustBundle().toString()),
                "https://");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n# production", " and more", "\u00e9", "\u0000"})
    void a_token_with_something_besides_is_refused_and_not_shown(String besides) {
        environment.put("HOLDFAST_TOKEN", StubServer.TOKEN + besides + ".");

        assertOneSentence(elsewhere(server.url()), "HOLDFAST_TOKEN", "nothing besides");
    }

    @Test
    void what_nobody_foresaw_is_told_without_its_text() {
        assertThat(Main.sentence(new IllegalArgumentException(StubServer.TOKEN)))
                .contains("CommandTest.java:", "please report it")
                .doesNotContain(StubServer.TOKEN);
    }

    @Test
    void a_server_that_can_not_be_reached_is_told_with_the_reason() {
        environment.put("HOLDFAST_TOKEN", StubServer.TOKEN);

        assertOneSentence(elsewhere("https://localhost:99999"), "port 99999", "65535");
        assertOneSentence(elsewhere("https://no-such-name.invalid"), "no-such-name.invalid does not resolve");
        Ran withPassword = elsewhere("https://user:password-in-url@localhost");
        assertThat(withPassword.status()).isEqualTo(2);
        assertThat(withPassword.err()).contains("without a user").doesNotContain("password-in-url", "Exception");
        Ran noAddress = elsewhere("https://a b");
        assertThat(noAddress.status()).isEqualTo(2);
        assertThat(noAddress.err()).contains("https://HOST").doesNotContain("Exception");
    }

    @Test
    void roots_that_are_not_there_are_told() {
        environment.put("HOLDFAST_TOKEN", StubServer.TOKEN);
        String missing = directory.resolve("missing.pem").toString();

        assertOneSentence(
                run("hub", "list", "--server", server.url(), "--ca", missing),
                "the roots in " + missing,
                "there is no ");
    }

    private Ran elsewhere(String url) {
        return run("hub", "list", "--server", url, "--ca", server.trustBundle().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hub",
                "device",
                "tls",
                "hub consumer-group",
                "hub access-policy",
                "hub access-policy create x",
                "hub access-policy renew x",
                "device renew-keys x",
                "unheard-of",
                "hub create",
                "hub create a --partitions many",
                "device create x --auth password",
                "device create x --auth self-signed",
                "device create x --out keys",
                "device create x --thumbprint AA",
                "device create x --auth self-signed --thumbprint A --thumbprint B --thumbprint C",
                "device list --no-such-option",
            })
    void wrong_use_has_status_2_and_asks_nothing_of_the_server(String line) {
        Ran ran = run(line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).contains("Usage: holdfast");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void every_command_has_help_with_an_example() {
        List<String> commands = new ArrayList<>(List.of(""));
        for (int i = 0; i < commands.size(); i++) {
            String command = commands.get(i);
            Ran ran = run((command + " --help").strip().split(" "));
            assertThat(ran.status()).as(command).isZero();
            assertThat(ran.out()).as(command).contains("Example").contains("Usage: holdfast");
            Pattern.compile("(?m)^  ([a-z-]+) {2,}")
                    .matcher(
                            ran.out().contains("Commands")
                                    ? ran.out().substring(ran.out().indexOf("Commands"))
                                    : "")
                    .results()
                    .map(found -> (command + " " + found.group(1)).strip())
                    .forEach(commands::add);
        }
        assertThat(commands)
                .contains(
                        "hub consumer-group delete",
                        "device create",
                        "tls trace",
                        "doctor",
                        "monitor",
                        "status",
                        "version");
    }
}
