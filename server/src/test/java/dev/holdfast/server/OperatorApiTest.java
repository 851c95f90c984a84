package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.holdfast.pki.KeyAndCertificate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** The operator API over its real port. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OperatorApiTest {
    private static final String ROOT = "/holdfast/v1/";
    private static final String DEVICES = ROOT + "hubs/hub1/devices";

    @TempDir
    static Path directory;

    private TestServer server;

    @BeforeAll
    void start() throws Exception {
        server = TestServer.start(directory.resolve("data"));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private TestServer.Answer get(String path) throws IOException {
        return server.ask("GET", ROOT + path, "");
    }

    private TestServer.Answer post(String path, String body) throws IOException {
        return server.ask("POST", ROOT + path, body);
    }

    private TestServer.Answer delete(String path) throws IOException {
        return server.ask("DELETE", ROOT + path, "");
    }

    /** Everything that can be asked, and things that can't. */
    static List<String> everyRequest() {
        List<String> requests = new ArrayList<>();
        for (String path : List.of(
                "",
                "status",
                "backup",
                "hubs",
                "hubs/hub1",
                "hubs/no-such-hub",
                "hubs/hub1/connection-strings",
                "hubs/hub1/consumer-groups",
                "hubs/hub1/consumer-groups/group",
                "hubs/hub1/access-policies",
                "hubs/hub1/access-policies/service",
                "hubs/hub1/access-policies/service/renew",
                "hubs/hub1/certificate-authorities",
                "hubs/hub1/certificate-authorities/plant",
                "hubs/hub1/devices",
                "hubs/hub1/devices/demo-device",
                "hubs/hub1/devices/demo-device/renew-keys",
                "hubs/hub1/devices/demo-device/modules",
                "hubs/hub1/devices/demo-device/modules/m",
                "hubs/hub1/devices/demo-device/modules/m/renew-keys",
                "hubs/hub1/no-such-thing",
                "no-such-thing")) {
            for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
                requests.add(method + " " + ROOT + path);
            }
        }
        return requests;
    }

    @ParameterizedTest
    @MethodSource("everyRequest")
    void nothing_is_answered_without_the_operator_token(String request) throws IOException {
        String[] parts = request.split(" ");
        String token = server.ready().operatorToken();
        for (Map<String, String> headers : List.<Map<String, String>>of(
                Map.of(),
                Map.of("Authorization", ""),
                Map.of("Authorization", "Bearer"),
                Map.of("Authorization", "Bearer "),
                Map.of("Authorization", "Bearer " + "A".repeat(43)),
                Map.of("Authorization", "Bearer " + token + "x"),
                Map.of("Authorization", "Bearer " + token.substring(1)),
                Map.of("Authorization", "Basic " + token),
                Map.of("Authorization", token),
                Map.of("X-Token", token))) {
            TestServer.Answer answer = server.ask(parts[0], parts[1], "{\"name\":\"hub9\"}", headers);
            assertThat(answer.status()).as(headers.toString()).isEqualTo(401);
            assertThat(answer.errorCode()).isEqualTo("Unauthorized");
            assertThat(answer.text()).doesNotContain("hub1", token);
        }
        assertThat(get("hubs/hub9").status()).isEqualTo(404);
        assertThat(get("hubs/hub1/devices/demo-device").status()).isEqualTo(200);
    }

    @Test
    void the_keys_of_a_hub_do_not_open_it() throws IOException {
        String key = String.valueOf(server.hub().serviceConnectionString()).replaceAll(".*SharedAccessKey=", "");
        assertThat(server.ask("GET", ROOT + "hubs", "", Map.of("Authorization", "Bearer " + key))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void the_scheme_may_be_spelled_in_any_case() throws IOException {
        Map<String, String> headers =
                Map.of("Authorization", "bearer " + server.ready().operatorToken());
        assertThat(server.ask("GET", ROOT + "hubs", "", headers).status()).isEqualTo(200);
    }

    @Test
    void it_answers_on_names_of_the_installation_only() throws Exception {
        String authorization = "Authorization: Bearer " + server.ready().operatorToken() + "\r\n";
        for (String host : List.of("localhost", "hub1.holdfast.localhost", "not-made-yet.holdfast.localhost:443")) {
            assertThat(RawHttps.statusOf(
                            server, "GET " + ROOT + "hubs HTTP/1.1\r\nHost: " + host + "\r\n" + authorization))
                    .as(host)
                    .isEqualTo(200);
        }
        for (String host :
                List.of("evil.example", "hub1.evil.example", "holdfast.localhost.evil.example", "192.0.2.1")) {
            assertThat(RawHttps.statusOf(
                            server, "GET " + ROOT + "hubs HTTP/1.1\r\nHost: " + host + "\r\n" + authorization))
                    .as(host)
                    .isNotEqualTo(200);
        }
    }

    /** Who sets up trust may know an address only; nothing else is given out under any name. */
    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "192.0.2.1:8443", "[2001:db8::1]", "plant.example", "localhost"})
    void the_roots_are_given_out_under_every_host_name(String host) throws Exception {
        String head = RawHttps.headOf(server, "GET /.well-known/holdfast/ca.pem HTTP/1.1\r\nHost: " + host + "\r\n");
        assertThat(head).startsWith("HTTP/1.1 200 ").contains("application/x-pem-file");
        if (!host.equals("localhost")) {
            for (String path : List.of(
                    "/holdfast/v1/status", "/devices", "/", "/.well-known/holdfast", "/.well-known/holdfast/ca.key")) {
                assertThat(RawHttps.statusOf(server, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n"))
                        .as(path)
                        .isEqualTo(404);
            }
        }
    }

    @Test
    void what_is_refused_is_one_line_in_the_log_with_its_reason() throws Exception {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger log = (Logger) LoggerFactory.getLogger(RefusalLog.class);
        log.addAppender(lines);
        try {
            server.ask("GET", ROOT + "hubs", "", Map.of());
            server.ask("POST", ROOT + "hubs", "{}", Map.of("Authorization", "Bearer wrong"));
            RawHttps.statusOf(server, "GET /devices HTTP/1.1\r\nHost: hub9.holdfast.localhost\r\n");
            RawHttps.statusOf(server, "POST /no/where HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n");
            RawHttps.statusOf(server, "GET /$iothub/websocket HTTP/1.1\r\nHost: localhost\r\n");
        } finally {
            log.detachAppender(lines);
        }
        assertThat(lines.list)
                .extracting(line ->
                        line.getFormattedMessage().replaceAll("^https \\S+ (hub=\\S+) device=- (\\w+): .*", "$1 $2"))
                .containsExactly(
                        "hub=- OperatorTokenMissing",
                        "hub=- OperatorTokenWrong",
                        "hub=- UnknownHub",
                        "hub=hub1 UnknownPath",
                        "hub=- UpgradeMissing");
    }

    @Test
    void a_body_that_can_not_be_read_is_refused_without_the_words_of_the_parser() throws Exception {
        for (String body : List.of("[".repeat(2000), "{\"name\":", "{\"name\":\"a\",\"name\":\"b\"}", "{} {}", "x")) {
            TestServer.Answer answer = server.ask("POST", ROOT + "hubs", body);
            assertThat(answer.status()).as(body).isEqualTo(400);
            assertThat(answer.text())
                    .contains("The body ")
                    .doesNotContain("Stream", "Source", "REDACTED", "Token", "Feature", "Exception");
        }
        assertThat(server.ask("POST", ROOT + "hubs", "{\"name\":\"a\",\n\"name\":\"b\"}")
                        .text())
                .contains("a member twice", "line 2");
        assertThat(server.ask("POST", ROOT + "hubs", "[".repeat(2000)).text()).contains("nested too deeply");
    }

    @Test
    void a_stranger_is_refused_before_the_body() throws Exception {
        String request = "POST " + ROOT + "hubs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n";
        assertThat(RawHttps.headOf(server, request)).startsWith("HTTP/1.1 401 ").contains("connection: close");
        assertThat(RawHttps.headOf(server, request.replace(ROOT + "hubs", "/.well-known/holdfast/ca.pem")))
                .startsWith("HTTP/1.1 405 ");
        assertThat(RawHttps.headOf(server, request.replace(ROOT + "hubs", "/devices")))
                .startsWith("HTTP/1.1 401 ");
    }

    @Test
    void answers_that_may_hold_keys_are_not_kept_by_anything_between() throws Exception {
        String head = RawHttps.headOf(
                server,
                "GET " + ROOT + "hubs/hub1/connection-strings HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                        + server.ready().operatorToken() + "\r\n");
        assertThat(head).containsIgnoringCase("cache-control: no-store");
    }

    @Test
    void the_roots_are_given_to_anyone() throws IOException {
        TestServer.Answer answer = server.ask("GET", "/.well-known/holdfast/ca.pem", "", Map.of());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text())
                .isEqualTo(Files.readString(Path.of(server.ready().trustBundle())));
        assertThat(server.ask("POST", "/.well-known/holdfast/ca.pem", "", Map.of())
                        .status())
                .isEqualTo(405);
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, status",
        "DELETE, hubs",
        "POST, hubs/hub1",
        "POST, hubs/hub1/connection-strings",
        "PATCH, hubs/hub1/consumer-groups",
        "GET, hubs/hub1/consumer-groups/app",
        "PUT, hubs/hub1/devices",
        "POST, hubs/hub1/devices/demo-device"
    })
    void a_method_that_is_not_possible_is_told_with_those_that_are(String method, String path) throws IOException {
        TestServer.Answer answer = server.ask(method, ROOT + path, "{}");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.errorCode()).isEqualTo("MethodNotAllowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no-such-thing", "status/more", "hubs/hub1/no-such-thing", "hubs/hub1/devices/a/b",
                "hubs/hub1/connection-strings/more", "hubs/no-such-hub", "hubs/NOT A NAME", "hubs/hub1/devices/nobody"
            })
    void what_is_not_there_is_a_404(String path) throws IOException {
        assertThat(get(path.replace(" ", "%20")).status()).isEqualTo(404);
    }

    @Test
    void the_status_counts_what_is_there() throws IOException {
        JsonNode status = get("status").json();

        assertThat(status.path("version").asString()).isEqualTo(server.ready().version());
        assertThat(status.path("uptimeSeconds").asLong(-1)).isNotNegative();
        assertThat(status.path("faultInjection").asBoolean(true)).isFalse();
        JsonNode hub = status.path("hubs").get(0);
        assertThat(hub.path("name").asString()).isEqualTo("hub1");
        assertThat(hub.path("devices").asLong()).isPositive();
        assertThat(hub.path("connections").asLong(-1)).isZero();
        assertThat(hub.path("messages").asLong(-1)).isZero();
    }

    @Test
    void a_hub_is_made_shown_and_deleted() throws IOException {
        TestServer.Answer made = post("hubs", "{\"name\":\"Plant-2\",\"partitions\":2,\"retentionDays\":7}");

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().path("name").asString()).isEqualTo("plant-2");
        assertThat(made.json().path("hostName").asString()).isEqualTo("plant-2.holdfast.localhost");
        assertThat(made.json().path("serviceConnectionString").asString()).startsWith("HostName=plant-2.");
        JsonNode shown = get("hubs/plant-2").json();
        assertThat(shown.path("partitions").asInt()).isEqualTo(2);
        assertThat(shown.path("retentionDays").asInt()).isEqualTo(7);
        assertThat(shown.toString()).doesNotContain("SharedAccessKey");
        assertThat(get("hubs").json().path("hubs").findValuesAsString("name")).containsExactly("hub1", "plant-2");
        assertThat(get("hubs/plant-2/connection-strings")
                        .json()
                        .path("eventHubConnectionString")
                        .asString())
                .endsWith(";EntityPath=plant-2");

        assertThat(delete("hubs/plant-2").status()).isEqualTo(204);
        assertThat(delete("hubs/plant-2").status()).isEqualTo(404);
        assertThat(directory.resolve("data/telemetry/plant-2")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "409 | NameTaken           | {\"name\":\"HUB1\"}",
                "400 | NameReserved        | {\"name\":\"installation\"}",
                "400 | PartitionsOutOfRange| {\"name\":\"hub3\",\"partitions\":33}",
                "400 | RetentionOutOfRange | {\"name\":\"hub3\",\"retentionDays\":0}",
                "400 | BadRequest          | {\"name\":\"a\"}",
                "400 | BadRequest          | {\"name\":\"-hub\"}",
                "400 | BadRequest          | {\"name\":7}",
                "400 | BadRequest          | {}",
                "400 | BadRequest          | []",
                "400 | BadRequest          | {\"name\":\"hub3\",\"partitions\":\"4\"}",
                "400 | BadRequest          | {\"name\":\"hub3\",\"partitions\":1.5}",
                "400 | BadRequest          | {\"name\":\"hub3\",\"partitions\":4294967296}",
                "400 | BadRequest          | {\"name\":\"hub3\",\"name\":\"hub4\"}",
                "400 | BadRequest          | {\"name\":\"hub3\",\"colour\":1}",
                "400 | BadRequest          | {\"name\":\"hub3\"} more",
                "400 | BadRequest          | {\"name\":",
                "400 | BadRequest          | ''",
            })
    void a_hub_that_can_not_be_made_is_refused(int status, String code, String body) throws IOException {
        TestServer.Answer answer = post("hubs", body);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.errorCode()).isEqualTo(code);
        assertThat(answer.json().path("error").path("message").asString()).isNotEmpty();
        assertThat(get("hubs").json().path("hubs").findValuesAsString("name")).doesNotContain("hub3", "hub4");
    }

    @Test
    void a_body_nested_without_end_is_refused() throws IOException {
        assertThat(post("hubs", "{\"name\":" + "[".repeat(100_000)).status()).isEqualTo(400);
    }

    @Test
    void consumer_groups_are_made_listed_and_deleted() throws IOException {
        assertThat(post("hubs/hub1/consumer-groups", "{\"name\":\"app\"}").status())
                .isEqualTo(201);
        assertThat(post("hubs/hub1/consumer-groups", "{\"name\":\"APP\"}").errorCode())
                .isEqualTo("GroupExists");
        assertThat(get("hubs/hub1/consumer-groups")
                        .json()
                        .path("consumerGroups")
                        .toString())
                .isEqualTo("[\"$Default\",\"app\"]");
        assertThat(delete("hubs/hub1/consumer-groups/app").status()).isEqualTo(204);
        assertThat(delete("hubs/hub1/consumer-groups/app").errorCode()).isEqualTo("UnknownGroup");
        assertThat(delete("hubs/hub1/consumer-groups/%24Default").errorCode()).isEqualTo("GroupIsDefault");
        assertThat(post("hubs/hub1/consumer-groups", "{\"name\":\"a b\"}").errorCode())
                .isEqualTo("GroupNameMalformed");
    }

    @Test
    void access_policies_are_made_used_renewed_and_deleted() throws IOException {
        TestServer.Answer made =
                post("hubs/hub1/access-policies", "{\"name\":\"reader\",\"rights\":[\"registryread\"]}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().path("rights").toString()).isEqualTo("[\"RegistryRead\"]");
        String connectionString = made.json().path("connectionString").asString();
        assertThat(connectionString).startsWith("HostName=localhost;SharedAccessKeyName=reader;SharedAccessKey=");
        String demo = "/devices/demo-device?api-version=2021-04-12";
        assertThat(SasRequests.ask(server, "GET", demo, connectionString).status())
                .isEqualTo(200);
        assertThat(SasRequests.ask(server, "DELETE", demo, connectionString).status())
                .isEqualTo(401);

        TestServer.Answer list = get("hubs/hub1/access-policies");
        assertThat(list.json().path("accessPolicies").findValuesAsString("name"))
                .contains("iothubowner", "reader");
        assertThat(list.text()).doesNotContain("Key");

        TestServer.Answer renewed = post("hubs/hub1/access-policies/reader/renew", "{\"which\":\"both\"}");
        assertThat(renewed.status()).isEqualTo(200);
        assertThat(SasRequests.ask(server, "GET", demo, connectionString).status())
                .as("the old key opens nothing")
                .isEqualTo(401);
        String newString = get("hubs/hub1/access-policies/reader")
                .json()
                .path("connectionString")
                .asString();
        assertThat(SasRequests.ask(server, "GET", demo, newString).status()).isEqualTo(200);

        assertThat(delete("hubs/hub1/access-policies/reader").status()).isEqualTo(204);
        assertThat(SasRequests.ask(server, "GET", demo, newString).status()).isEqualTo(401);
        assertThat(get("hubs/hub1/access-policies/reader").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "409 | PolicyExists        | access-policies | {\"name\":\"service\",\"rights\":[\"ServiceConnect\"]}",
                "400 | PolicyNameMalformed | access-policies | {\"name\":\"a b\",\"rights\":[\"ServiceConnect\"]}",
                "400 | PolicyWithoutRights | access-policies | {\"name\":\"x\"}",
                "400 | BadRequest          | access-policies | {\"name\":\"x\",\"rights\":[\"Everything\"]}",
                "404 | PolicyMissing       | access-policies/nobody/renew | {\"which\":\"both\"}",
                "400 | BadRequest          | access-policies/service/renew | {\"which\":\"all\"}",
                "404 | NotFound            | access-policies/service/other | {}",
            })
    void a_policy_that_can_not_be_is_refused(int status, String code, String path, String body) throws IOException {
        TestServer.Answer answer = post("hubs/hub1/" + path, body);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.errorCode()).isEqualTo(code);
    }

    @Test
    void the_keys_of_a_device_are_renewed() throws IOException {
        String before = post("hubs/hub1/devices", "{\"id\":\"t-8\",\"authentication\":\"sas\"}")
                .json()
                .path("connectionString")
                .asString();
        TestServer.Answer renewed = post("hubs/hub1/devices/t-8/renew-keys", "{\"which\":\"Primary\"}");
        assertThat(renewed.status()).isEqualTo(200);
        String after = renewed.json().path("connectionString").asString();
        assertThat(after)
                .startsWith("HostName=localhost;DeviceId=t-8;SharedAccessKey=")
                .isNotEqualTo(before);
        assertThat(get("hubs/hub1/devices/t-8").json().path("connectionString").asString())
                .isEqualTo(after);
        assertThat(post("hubs/hub1/devices/t-8/renew-keys", "{\"which\":\"all\"}")
                        .status())
                .isEqualTo(400);
        assertThat(post("hubs/hub1/devices/nobody/renew-keys", "{\"which\":\"both\"}")
                        .errorCode())
                .isEqualTo("DeviceMissing");
        post("hubs/hub1/devices", "{\"id\":\"t-9\",\"authentication\":\"ca\"}");
        assertThat(post("hubs/hub1/devices/t-9/renew-keys", "{\"which\":\"both\"}")
                        .errorCode())
                .isEqualTo("DeviceWithoutKeys");
        assertThat(get("hubs/hub1/devices/t-8/renew-keys").status()).isEqualTo(405);
    }

    @Test
    void a_registered_device_gets_another_way_to_prove_itself() throws IOException {
        post("hubs/hub1/devices", "{\"id\":\"t-10\",\"authentication\":\"sas\"}");
        server.ask("PATCH", DEVICES + "/t-10", "{\"enabled\":false,\"statusReason\":\"lost\"}");
        String old = "A".repeat(40);
        String body = "{\"authentication\":\"self-signed\",\"thumbprints\":[\"" + old + "\"]}";
        JsonNode changed = server.ask("PATCH", DEVICES + "/t-10", body).json();
        assertThat(changed.path("authentication").asString()).isEqualTo("self-signed");
        assertThat(changed.path("connectionString").asString()).endsWith("DeviceId=t-10;x509=true");
        assertThat(changed.path("enabled").asBoolean(true))
                .as("stays as it was")
                .isFalse();
        assertThat(changed.path("statusReason").asString()).isEqualTo("lost");
        JsonNode keys = server.ask("PATCH", DEVICES + "/t-10", "{\"authentication\":\"sas\",\"enabled\":true}")
                .json();
        assertThat(keys.path("connectionString").asString()).contains(";SharedAccessKey=");
        assertThat(keys.path("enabled").asBoolean()).isTrue();
        assertThat(server.ask("PATCH", DEVICES + "/t-10", "{\"authentication\":\"sas\"}")
                        .json()
                        .path("connectionString"))
                .as("keys that are there stay")
                .isEqualTo(keys.path("connectionString"));
        for (String wrong : List.of(
                "{}",
                "{\"statusReason\":\"x\"}",
                "{\"thumbprints\":[\"" + old + "\"]}",
                "{\"authentication\":\"self-signed\"}",
                "{\"authentication\":\"ca\",\"thumbprints\":[\"" + old + "\"]}",
                "{\"authentication\":\"self-signed\",\"thumbprints\":[\"AB\"]}",
                "{\"authentication\":\"password\"}")) {
            assertThat(server.ask("PATCH", DEVICES + "/t-10", wrong).status())
                    .as(wrong)
                    .isEqualTo(400);
        }
        assertThat(server.ask("PATCH", DEVICES + "/nobody", "{\"authentication\":\"ca\"}")
                        .errorCode())
                .isEqualTo("DeviceMissing");
    }

    @Test
    void modules_are_registered_shown_listed_changed_and_deleted() throws IOException {
        post("hubs/hub1/devices", "{\"id\":\"gate\",\"authentication\":\"sas\"}");
        String modules = "hubs/hub1/devices/gate/modules";
        TestServer.Answer made = post(modules, "{\"id\":\"m\",\"authentication\":\"sas\"}");
        assertThat(made.status()).isEqualTo(201);
        String connectionString = made.json().path("connectionString").asString();
        assertThat(connectionString)
                .matches("HostName=localhost;DeviceId=gate;ModuleId=m;SharedAccessKey=[A-Za-z0-9+/]{43}=");
        assertThat(get(modules + "/m").json().path("connectionString").asString())
                .isEqualTo(connectionString);
        assertThat(post(modules, "{\"id\":\"m\",\"authentication\":\"sas\"}").errorCode())
                .isEqualTo("ModuleExists");
        JsonNode listed = get(modules).json().path("modules");
        assertThat(listed.findValuesAsString("id")).containsExactly("m");
        assertThat(listed.toString()).as("no keys in lists").doesNotContain("SharedAccessKey");
        JsonNode renewed =
                post(modules + "/m/renew-keys", "{\"which\":\"both\"}").json();
        assertThat(renewed.path("connectionString").asString())
                .contains(";ModuleId=m;")
                .isNotEqualTo(connectionString);
        JsonNode changed = server.ask("PATCH", ROOT + modules + "/m", "{\"authentication\":\"ca\"}")
                .json();
        assertThat(changed.path("connectionString").asString()).endsWith("ModuleId=m;x509=true");
        assertThat(post(modules + "/m/renew-keys", "{\"which\":\"both\"}").errorCode())
                .isEqualTo("ModuleWithoutKeys");
        JsonNode certified = post(modules, "{\"id\":\"cam\",\"authentication\":\"self-signed\"}")
                .json();
        assertThat(certified.path("privateKey").asString()).contains("PRIVATE KEY");
        assertThat(delete(modules + "/m").status()).isEqualTo(204);
        assertThat(delete(modules + "/m").errorCode()).isEqualTo("ModuleMissing");
        assertThat(get(modules + "/m").errorCode()).isEqualTo("ModuleMissing");
        assertThat(delete("hubs/hub1/devices/gate").status()).isEqualTo(204);
        assertThat(get(modules).errorCode()).isEqualTo("DeviceMissing");
        assertThat(post(modules, "{\"id\":\"m\",\"authentication\":\"sas\"}").errorCode())
                .isEqualTo("DeviceMissing");
        assertThat(get(modules + "/m/other").status()).isEqualTo(404);
        assertThat(get(modules + "/a%20b").status()).isEqualTo(400);
    }

    @Test
    void a_device_with_keys_is_registered_shown_disabled_and_deleted() throws IOException {
        TestServer.Answer made = post("hubs/hub1/devices", "{\"id\":\"t-7\",\"authentication\":\"sas\"}");

        assertThat(made.status()).isEqualTo(201);
        String connectionString = made.json().path("connectionString").asString();
        assertThat(connectionString).matches("HostName=localhost;DeviceId=t-7;SharedAccessKey=[A-Za-z0-9+/]{43}=");
        assertThat(made.json().has("privateKey")).isFalse();

        JsonNode shown = get("hubs/hub1/devices/t-7").json();
        assertThat(shown.path("connectionString").asString()).isEqualTo(connectionString);
        assertThat(shown.path("enabled").asBoolean()).isTrue();
        JsonNode disabled = server.ask("PATCH", DEVICES + "/t-7", "{\"enabled\":false,\"statusReason\":\"lost\"}")
                .json();
        assertThat(disabled.path("enabled").asBoolean(true)).isFalse();
        assertThat(disabled.path("statusReason").asString()).isEqualTo("lost");
        assertThat(server.ask("PATCH", DEVICES + "/t-7", "{\"enabled\":true}")
                        .json()
                        .path("enabled")
                        .asBoolean())
                .isTrue();
        assertThat(get("hubs/hub1/devices/t-7").json().path("connectionString").asString())
                .as("its keys are as before")
                .isEqualTo(connectionString);
        assertThat(post("hubs/hub1/devices", "{\"id\":\"t-7\",\"authentication\":\"none\"}")
                        .errorCode())
                .isEqualTo("DeviceExists");
        assertThat(delete("hubs/hub1/devices/t-7").status()).isEqualTo(204);
        assertThat(delete("hubs/hub1/devices/t-7").errorCode()).isEqualTo("DeviceMissing");
    }

    @Test
    void a_made_certificate_belongs_to_its_key_and_is_what_is_registered() throws Exception {
        JsonNode made = post("hubs/hub1/devices", "{\"id\":\"valve\",\"authentication\":\"self-signed\"}")
                .json();

        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(
                        made.path("certificate").asString().getBytes(StandardCharsets.US_ASCII)));
        assertThat(certificate.getSubjectX500Principal().getName()).contains("CN=valve");
        String base64 = made.path("privateKey").asString().replaceAll("-----[A-Z ]+-----|\\s", "");
        var key = KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
        assertThat(new KeyAndCertificate(key, certificate)).isNotNull();
        assertThat(made.path("connectionString").asString()).isEqualTo("HostName=localhost;DeviceId=valve;x509=true");
        String thumbprint = HexFormat.of()
                .withUpperCase()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        assertThat(registered("valve")).contains(thumbprint);
        assertThat(get("hubs/hub1/devices/valve").text())
                .as("handed over once")
                .doesNotContain("PRIVATE KEY", "BEGIN CERTIFICATE");
        delete("hubs/hub1/devices/valve");
    }

    /** The row of a device as it stands in the store, through the service API's eyes: only there thumbprints are shown. */
    private String registered(String id) throws IOException {
        return SasRequests.get(server, "/devices/" + id + "?api-version=2021-04-12");
    }

    @Test
    void given_thumbprints_are_registered_in_any_spelling() throws IOException {
        String sha1 = "aa:".repeat(19) + "aa";
        String sha256 = "BB".repeat(32);
        TestServer.Answer made = post(
                "hubs/hub1/devices",
                "{\"id\":\"own\",\"authentication\":\"self-signed\",\"thumbprints\":[\"" + sha1 + "\",\"" + sha256
                        + "\"]}");

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().has("privateKey")).isFalse();
        assertThat(registered("own")).contains("AA".repeat(20), sha256);
        delete("hubs/hub1/devices/own");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\":\"x\"}",
                "{\"authentication\":\"sas\"}",
                "{\"id\":\"\",\"authentication\":\"sas\"}",
                "{\"id\":\"a/b\",\"authentication\":\"sas\"}",
                "{\"id\":\"a b\",\"authentication\":\"sas\"}",
                "{\"id\":\"x\",\"authentication\":\"password\"}",
                "{\"id\":\"x\",\"authentication\":\"sas\",\"thumbprints\":[\"AA\"]}",
                "{\"id\":\"x\",\"authentication\":\"self-signed\",\"thumbprints\":[\"AA\"]}",
                "{\"id\":\"x\",\"authentication\":\"self-signed\",\"thumbprints\":\"AA\"}",
                "{\"id\":\"x\",\"authentication\":\"self-signed\",\"thumbprints\":{\"a\":\"b\"}}",
                "{\"id\":\"x\",\"authentication\":\"self-signed\",\"thumbprints\":[1]}",
            })
    void a_device_that_can_not_be_registered_is_refused(String body) throws IOException {
        TestServer.Answer answer = post("hubs/hub1/devices", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.errorCode()).isEqualTo("BadRequest");
        assertThat(get("hubs/hub1/devices/x").status()).isEqualTo(404);
    }

    @Test
    void devices_come_in_pages_in_the_order_of_their_ids() throws IOException {
        post("hubs", "{\"name\":\"pages\"}");
        List<String> ids = List.of("a", "a#1", "b%2", "c?3", "d");
        for (String id : ids) {
            post("hubs/pages/devices", "{\"id\":\"" + id + "\",\"authentication\":\"none\"}");
        }
        List<String> seen = new ArrayList<>();
        String after = "";
        int pages = 0;
        do {
            JsonNode page = get("hubs/pages/devices?top=2&after=" + URLEncoder.encode(after, StandardCharsets.UTF_8))
                    .json();
            seen.addAll(page.path("devices").findValuesAsString("id"));
            after = page.path("next").asString("");
            pages++;
        } while (!after.isEmpty());
        assertThat(seen).isEqualTo(ids);
        assertThat(pages).isEqualTo(3);
        assertThat(get("hubs/pages/devices?top=0").status()).isEqualTo(400);
        assertThat(get("hubs/pages/devices?top=many").status()).isEqualTo(400);
        assertThat(get("hubs/pages/devices?top=999999").status()).isEqualTo(200);
        delete("hubs/pages");
    }

    @Test
    void devices_of_the_same_id_in_two_hubs_are_apart() throws IOException {
        post("hubs", "{\"name\":\"other\"}");
        String body = "{\"id\":\"same\",\"authentication\":\"sas\"}";
        String first =
                post("hubs/hub1/devices", body).json().path("connectionString").asString();
        String second =
                post("hubs/other/devices", body).json().path("connectionString").asString();

        assertThat(first.replaceAll(".*SharedAccessKey=", ""))
                .isNotEqualTo(second.replaceAll(".*SharedAccessKey=", ""));
        server.ask("PATCH", ROOT + "hubs/other/devices/same", "{\"enabled\":false}");
        assertThat(get("hubs/hub1/devices/same").json().path("enabled").asBoolean())
                .isTrue();
        delete("hubs/other");
        assertThat(get("hubs/hub1/devices/same").status()).isEqualTo(200);
        post("hubs", "{\"name\":\"other\"}");
        assertThat(get("hubs/other/devices").json().path("devices").size()).isZero();
        delete("hubs/other");
        delete("hubs/hub1/devices/same");
    }
}
