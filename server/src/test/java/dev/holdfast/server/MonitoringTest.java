package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.ForgetfulDisk;
import dev.holdfast.testkit.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** What a running server tells Prometheus and whoever checks its health. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MonitoringTest {
    private static final Path PAGE = Path.of("../docs/reference/metrics.md");
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(holdfast_\\w+)` \\| (\\w+) \\| ([^|]*) \\|");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");

    @TempDir
    static Path directory;

    private TestServer server;

    @BeforeAll
    void start() throws Exception {
        TestConfig config = new TestConfig(directory.resolve("data"));
        // Faults are counted only where devices may ask for them.
        config.faultInjection = true;
        server = TestServer.start(config.build());
        try (TestDevice device = TestDevice.connect(server.ready());
                Telemetry telemetry = Telemetry.read(server.ready())) {
            device.publish("one");
            device.publish("two");
            device.awaitAcknowledged(2);
            telemetry.await(List.of("one", "two"));
            device.publish("x".repeat(Limits.defaults().telemetry().messageMaxBytes() + 1));
            device.awaitEnd();
        }
        // Something that is not TLS.
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.hub().mqttPort())) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            byte[] _ = socket.getInputStream().readAllBytes();
        }
        assertThat(server.ask("GET", "/holdfast/v1/status", "").status()).isEqualTo(200);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static Ready.Monitoring urls(TestServer server) {
        return Objects.requireNonNull(server.ready().monitoring());
    }

    private String metrics() throws IOException {
        return PlainHttp.get(urls(server).metrics()).body();
    }

    /** The server hears of a socket that was closed a moment later, and turns others away until then. */
    private String metricsWhenThereIsRoom() throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            String metrics = "";
            try {
                metrics = metrics();
            } catch (IOException turnedAway) {
                if (System.nanoTime() > end) {
                    throw turnedAway;
                }
            }
            if (!metrics.isEmpty() || System.nanoTime() > end) {
                return metrics;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** The value of a sample, which stands there as given. */
    private static double value(String metrics, String sample) {
        return metrics.lines()
                .filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + sample + " in\n" + metrics));
    }

    @Test
    void it_is_ready_and_live() throws IOException {
        PlainHttp.Answer ready = PlainHttp.get(urls(server).ready());
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.body()).isEqualTo("{\"status\":\"ready\"}");
        assertThat(PlainHttp.get(urls(server).live()).body()).isEqualTo("{\"status\":\"live\"}");
    }

    @Test
    void what_happened_is_counted() throws IOException {
        String metrics = metrics();
        assertThat(value(metrics, "holdfast_telemetry_messages_total{hub=\"hub1\"}"))
                .isEqualTo(2);
        assertThat(value(metrics, "holdfast_telemetry_bytes_total{hub=\"hub1\"}"))
                .isEqualTo(6);
        assertThat(value(metrics, "holdfast_telemetry_refused_messages_total{hub=\"hub1\",reason=\"MessageTooLarge\"}"))
                .isEqualTo(1);
        assertThat(value(metrics, "holdfast_telemetry_durable_seconds_count{hub=\"hub1\"}"))
                .isEqualTo(2);
        assertThat(value(metrics, "holdfast_telemetry_durable_seconds_bucket{hub=\"hub1\",le=\"+Inf\"}"))
                .isEqualTo(2);
        assertThat(value(metrics, "holdfast_delivered_messages_total{hub=\"hub1\"}"))
                .isGreaterThanOrEqualTo(2);
        assertThat(value(metrics, "holdfast_log_batch_records_sum{hub=\"hub1\"}"))
                .isEqualTo(2);
        assertThat(value(metrics, "holdfast_log_sync_seconds_count{hub=\"hub1\"}"))
                .isBetween(1.0, 2.0);
        assertThat(value(metrics, "holdfast_table_transactions_total")).isPositive();
        assertThat(value(metrics, "holdfast_refusals_total{hub=\"hub1\",listener=\"mqtt\",reason=\"MessageTooLarge\"}"))
                .isEqualTo(1);
        assertThat(value(metrics, "holdfast_refusals_total{hub=\"\",listener=\"mqtt\",reason=\"NotTls\"}"))
                .isPositive();
        assertThat(value(metrics, "holdfast_tls_handshake_failures_total{reason=\"NotTls\",version=\"none\"}"))
                .isPositive();
        assertThat(value(metrics, "holdfast_tls_handshakes_total{kind=\"full\",version=\"TLSv1.3\"}"))
                .isPositive();
        assertThat(value(metrics, "holdfast_http_requests_total{operation=\"GET /holdfast/v1/status\",status=\"2xx\"}"))
                .isPositive();
        assertThat(value(metrics, "holdfast_ready")).isEqualTo(1);
        assertThat(value(metrics, "holdfast_process_resident_memory_bytes")).isGreaterThan(1 << 20);
        assertThat(value(metrics, "holdfast_process_start_time_seconds")).isGreaterThan(1.7e9);
    }

    @Test
    void connected_devices_are_counted_by_protocol() throws IOException {
        try (TestDevice _ = TestDevice.connect(server.ready())) {
            assertThat(value(metrics(), "holdfast_devices_connected{hub=\"hub1\",protocol=\"mqtt\"}"))
                    .isEqualTo(1);
        }
    }

    @Test
    void the_page_of_the_reference_names_every_metric_with_type_and_labels_and_no_other() throws IOException {
        giveAList();
        tryAPolicy();
        Map<String, String> exposed = new TreeMap<>();
        try (TestDevice _ = TestDevice.connect(server.ready())) {
            String metrics = metrics();
            Matcher type = TYPE.matcher(metrics);
            while (type.find()) {
                exposed.put(type.group(1), type.group(2) + " " + labels(metrics, type.group(1)));
            }
        }
        Map<String, String> documented = new TreeMap<>();
        Matcher row = ROW.matcher(java.nio.file.Files.readString(PAGE));
        while (row.find()) {
            documented.put(
                    row.group(1),
                    row.group(2) + " " + row.group(3).replace("`", "").strip());
        }
        assertThat(documented).isEqualTo(exposed);
    }

    /** Who would be refused by a policy that is only tried is counted only where there is one. */
    private void tryAPolicy() throws IOException {
        assertThat(server.ask("PUT", "/holdfast/v1/policies/rsa-legacy", """
                {"name": "rsa-legacy", "lowestVersion": "1.2", "highestVersion": "1.2", "certificates": ["rsa"],
                 "suites": ["TLS_RSA_WITH_AES_128_CBC_SHA"], "groups": ["x25519"]}""").status())
                .isEqualTo(201);
        assertThat(server.ask("PUT", "/holdfast/v1/hubs/hub1/policy", "{\"reportOnly\": \"rsa-legacy\"}")
                        .status())
                .isEqualTo(200);
    }

    /** Authorities are labels only where they have one. */
    private void giveAList() throws IOException {
        Instant now = Instant.now();
        TestAuthority plant = new TestAuthority("Plant", now.minusSeconds(60), now.plusSeconds(3600));
        String hub = "/holdfast/v1/hubs/hub1/";
        String body = JsonMapper.shared()
                .createObjectNode()
                .put("name", "plant")
                .put("certificate", Pem.write(plant.certificate()))
                .toString();
        assertThat(server.ask("POST", hub + "certificate-authorities", body).status())
                .isEqualTo(201);
        byte[] list = plant.revocationList(now.minusSeconds(60), now.plusSeconds(3600), List.of());
        assertThat(server.put(hub + "revocation-lists/plant", list).status()).isEqualTo(200);
    }

    private static String labels(String metrics, String name) {
        String sample = metrics.lines()
                .filter(line -> line.matches(name + "(_bucket)?[ {].*"))
                .findFirst()
                .orElseThrow();
        List<String> labels = new ArrayList<>();
        Matcher label = LABEL.matcher(sample.substring(name.length()));
        while (label.find()) {
            if (!label.group(1).equals("le")) {
                labels.add(label.group(1));
            }
        }
        return String.join(", ", labels);
    }

    @Test
    void names_that_clients_make_up_make_no_series() throws Exception {
        int before = (int) metrics().lines().count();
        for (int i = 0; i < 50; i++) {
            String made = "made-up-" + i;
            assertThatThrownBy(() -> TestDevice.connect(
                            server.ready(),
                            "HostName=localhost;DeviceId=" + made + ";SharedAccessKey=a2V5a2V5a2V5a2V5",
                            null))
                    .isInstanceOf(IOException.class);
            server.ask("GET", "/devices/" + made + "?api-version=2021-04-12", "", Map.of());
            server.ask("GET", "/holdfast/v1/" + made, "", Map.of());
        }
        String after = metrics();
        assertThat(after)
                .doesNotContain("made-up")
                .doesNotContain("demo-device")
                .doesNotContain("127.0.0.1");
        assertThat((int) after.lines().count()).isLessThan(before + 15);
    }

    @Test
    void openmetrics_is_given_to_who_asks_for_it() throws IOException {
        PlainHttp.Answer answer = PlainHttp.get(
                urls(server).metrics(), "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n");
        assertThat(answer.head()).containsIgnoringCase("content-type: application/openmetrics-text");
        assertThat(answer.body()).endsWith("# EOF\n").contains("# TYPE holdfast_sockets_accepted counter");

        PlainHttp.Answer plain = PlainHttp.get(urls(server).metrics());
        assertThat(plain.head()).containsIgnoringCase("content-type: text/plain; version=0.0.4");
        assertThat(plain.body()).doesNotContain("# EOF");
    }

    @Test
    void no_secret_is_in_it() throws IOException {
        String key = String.valueOf(server.hub().demoDeviceConnectionString()).replaceAll(".*SharedAccessKey=", "");
        assertThat(metrics()).doesNotContain(key, server.ready().operatorToken(), "SharedAccessKey");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/health", "/metrics/more", "/holdfast/v1/status", "/.well-known/holdfast/ca.pem"})
    void nothing_else_is_answered(String path) throws IOException {
        URI metrics = URI.create(urls(server).metrics());
        assertThat(PlainHttp.get(metrics.resolve(path).toString()).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH"})
    void only_get_is_possible(String method) throws IOException {
        PlainHttp.Answer answer = PlainHttp.send(
                URI.create(urls(server).metrics()),
                method + " /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(answer.status()).isEqualTo(405);
    }

    @Test
    void a_body_is_refused_and_so_is_a_head_without_end() throws IOException {
        URI to = URI.create(urls(server).metrics());
        assertThat(PlainHttp.send(to, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx")
                        .status())
                .isEqualTo(413);
        assertThat(PlainHttp.send(
                                to,
                                "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(64 * 1024) + "\r\n\r\n")
                        .status())
                .isEqualTo(431);
    }

    @Test
    void more_sockets_than_one_address_may_have_are_closed_and_counted_and_others_are_answered() throws Exception {
        URI to = URI.create(urls(server).metrics());
        List<Socket> open = new ArrayList<>();
        String counted = "holdfast_refusals_total{hub=\"\",listener=\"metrics\",reason=\"TooManySocketsFromAddress\"}";
        try (LogLines lines = new LogLines()) {
            int max = Limits.defaults().installation().monitoring().perAddressMax();
            for (int i = 0; i < max; i++) {
                open.add(new Socket(to.getHost(), to.getPort()));
            }
            try (Socket oneMore = new Socket(to.getHost(), to.getPort())) {
                oneMore.setSoTimeout(20_000);
                assertThat(oneMore.getInputStream().read()).isEqualTo(-1);
                assertThat(lines.about(oneMore.getLocalPort()))
                        .singleElement()
                        .asString()
                        .startsWith("metrics ")
                        .contains("TooManySocketsFromAddress", "metrics and health");
            }
            Socket first = open.getFirst();
            first.setSoTimeout(20_000);
            first.getOutputStream()
                    .write("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(first.getInputStream().read()).isEqualTo('H');
            open.removeLast().close();
            assertThat(value(metricsWhenThereIsRoom(), counted)).isPositive();
            // Who says nothing makes room before long.
            Socket silent = open.getLast();
            silent.setSoTimeout(12_000);
            assertThat(silent.getInputStream().readAllBytes()).asString().contains("408");
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Host: localhost\r\n", "Connection: keep-alive\r\n"})
    void health_checkers_that_speak_the_old_http_are_answered(String fields) throws Exception {
        PlainHttp.Answer answer =
                PlainHttp.send(URI.create(urls(server).ready()), "GET /health/ready HTTP/1.0\r\n" + fields + "\r\n");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"status\":\"ready\"}");
        assertThat(RawHttps.statusOf(server, "GET /health/ready HTTP/1.0\r\nHost: localhost\r\n"))
                .as("with TLS")
                .isEqualTo(505);
    }

    @Test
    void what_is_refused_here_is_counted_too() throws IOException {
        PlainHttp.send(URI.create(urls(server).metrics()), "GET /metrics HTTP/1.1\r\n\r\n");
        assertThat(value(metrics(), "holdfast_refusals_total{hub=\"\",listener=\"metrics\",reason=\"MalformedHost\"}"))
                .isPositive();
    }

    @Test
    void a_taken_port_is_one_sentence_that_names_the_option() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Config onTaken = TestServer.config(
                    directory.resolve("taken"),
                    new Config.Metrics(InetAddress.getLoopbackAddress(), taken.getLocalPort()));
            assertThatThrownBy(() -> TestServer.start(onTaken))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining(String.valueOf(taken.getLocalPort()))
                    .hasMessageContaining("--metrics-port");
        }
    }

    @Test
    void it_can_be_turned_off() throws Exception {
        Config off = TestServer.config(directory.resolve("off"), (Config.Metrics) null);
        try (TestServer without = TestServer.start(off)) {
            assertThat(without.ready().monitoring()).isNull();
            assertThat(without.ready().toJson()).doesNotContain("monitoring");
        }
    }

    @Test
    void a_disk_that_fails_is_told_until_it_is_good_again() throws Exception {
        ForgetfulDisk disk = new ForgetfulDisk(1);
        Config config = TestServer.config(directory.resolve("failing"));
        try (Server failing = Server.start(config, disk, line -> {}, () -> false)) {
            String url = Objects.requireNonNull(failing.ready().monitoring()).ready();
            assertThat(PlainHttp.get(url).status()).isEqualTo(200);
            disk.capacity(disk.usedBytes());
            disk.failForces(Integer.MAX_VALUE);
            try (TestDevice device = TestDevice.connect(failing.ready())) {
                device.publish("lost");
                device.awaitEnd();
                assertThat(device.acknowledged()).isEmpty();
            }
            PlainHttp.Answer answer = PlainHttp.get(url);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).contains("\"status\":\"failing\"", "hub 'hub1'", "disk");

            disk.failForces(0);
            disk.capacity(Long.MAX_VALUE);
            long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (PlainHttp.get(url).status() != 200) {
                assertThat(System.nanoTime()).as("still not ready").isLessThan(until);
                Thread.onSpinWait();
            }
            try (TestDevice device = TestDevice.connect(failing.ready())) {
                device.publish("kept");
                device.awaitAcknowledged(1);
            }
        }
    }
}
