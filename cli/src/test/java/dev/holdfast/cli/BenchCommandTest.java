package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.bench.TestBroker;
import dev.holdfast.cli.bench.TestBroker.Fault;
import dev.holdfast.cli.bench.TestWebServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code holdfast bench} against a broker of the test's own, over TLS. */
final class BenchCommandTest {
    @TempDir
    Path directory;

    private static Ran run(String... arguments) {
        return Ran.of(Map.of(), arguments);
    }

    private static Ran bench(TestBroker broker, String bench, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "bench",
                bench,
                "--host",
                "localhost",
                "--port",
                broker.port(),
                "--ca",
                broker.roots(),
                "--server-pid",
                Long.toString(ProcessHandle.current().pid())));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private static JsonNode measures(Ran ran) {
        return JsonMapper.shared().readTree(ran.out()).path("measures");
    }

    @Test
    void everything_that_is_acknowledged_is_delivered_and_counted() throws Exception {
        try (TestBroker broker = new TestBroker(directory, Fault.NONE)) {
            Ran ran = bench(
                    broker,
                    "publish",
                    "--connections=3",
                    "--window=16",
                    "--reader=mqtt",
                    "--warmup=0",
                    "--duration=1",
                    "--json");

            assertThat(ran.status()).as(ran.err()).isZero();
            JsonNode measures = measures(ran);
            assertThat(measures.path("acknowledged").asLong()).isPositive();
            assertThat(measures.path("missing").asLong()).isZero();
            assertThat(measures.path("duplicates").asLong()).isZero();
            assertThat(measures.path("unacknowledged").asLong()).isZero();
            assertThat(measures.path("acknowledgedPerSecond").asDouble()).isPositive();
            assertThat(measures.path("acknowledgedP99Micros").asDouble())
                    .isBetween(
                            measures.path("acknowledgedP50Micros").asDouble(),
                            measures.path("acknowledgedMaxMicros").asDouble());
            assertThat(measures.path("serverCpuMicrosPerMessage").asDouble()).isPositive();
            assertThat(broker.connects()).isEqualTo(4);
        }
    }

    @Test
    void a_fixed_rate_sends_what_it_says_and_reads_as_a_table() throws Exception {
        try (TestBroker broker = new TestBroker(directory, Fault.NONE)) {
            Path json = directory.resolve("result.json");
            Ran ran = bench(
                    broker,
                    "publish",
                    "--connections=4",
                    "--window=8",
                    "--rate=200",
                    "--reader=mqtt",
                    "--reader-qos=0",
                    "--tls=1.3",
                    "--warmup=0",
                    "--duration=2",
                    "--json=" + json,
                    "--label=broker");

            assertThat(ran.status()).as(ran.err()).isZero();
            assertThat(ran.out())
                    .contains("publish of broker: tls 1.3", "acknowledged in all", "acknowledged after p99.9");
            JsonNode result = JsonMapper.shared().readTree(Files.readString(json));
            assertThat(result.path("measures").path("acknowledged").asLong()).isEqualTo(400);
            assertThat(result.path("measures").path("missing").asLong()).isZero();
            assertThat(result.path("label").asString()).isEqualTo("broker");

            Ran compared = run("bench", "compare", "--base", "broker", json.toString());
            assertThat(compared.out()).contains("`publish`", "| broker, reader mqtt QoS 0 | 1 |");
        }
    }

    @Test
    void a_broker_that_loses_what_it_acknowledged_is_found_out() throws Exception {
        try (TestBroker broker = new TestBroker(directory, Fault.LOSES)) {
            Ran ran = bench(
                    broker,
                    "publish",
                    "--connections=2",
                    "--rate=400",
                    "--window=8",
                    "--reader=mqtt",
                    "--warmup=0",
                    "--duration=1",
                    "--drain=1",
                    "--json");

            assertThat(ran.status()).isEqualTo(1);
            assertThat(measures(ran).path("missing").asLong()).isEqualTo(4);
            assertThat(ran.err()).contains("4 acknowledged messages were not delivered");
        }
    }

    @Test
    void a_broker_that_hangs_up_is_named_with_the_connections_lost() throws Exception {
        try (TestBroker broker = new TestBroker(directory, Fault.HANGS_UP)) {
            Ran ran = bench(broker, "publish", "--connections=2", "--warmup=0", "--duration=1", "--drain=1", "--json");

            assertThat(ran.status()).isEqualTo(1);
            assertThat(ran.err()).contains("2 connections were lost");
            assertThat(measures(ran).path("lostConnections").asLong()).isEqualTo(2);
        }
    }

    @Test
    void a_refused_connect_is_one_sentence() throws Exception {
        try (TestBroker broker = new TestBroker(directory, Fault.REFUSES)) {
            Ran ran = bench(broker, "publish", "--connections=1", "--warmup=0", "--duration=1");

            assertThat(ran.status()).isEqualTo(1);
            assertThat(ran.err()).contains("CONNACK 5").doesNotContain("Exception");
        }
    }

    @Test
    void a_reader_that_is_slow_has_lost_nothing() throws Exception {
        try (TestBroker broker = new TestBroker(directory, Fault.LAGS)) {
            Ran ran = bench(
                    broker,
                    "publish",
                    "--connections=1",
                    "--rate=300",
                    "--window=64",
                    "--reader=mqtt",
                    "--warmup=0",
                    "--duration=1",
                    "--drain=1",
                    "--json");

            assertThat(ran.status()).as(ran.err()).isZero();
            assertThat(measures(ran).path("missing").asLong()).isZero();
            assertThat(measures(ran).path("deliveredPercent").asDouble()).isLessThan(90);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"publish", "idle"})
    void why_many_connections_are_not_let_in_is_told(String bench) throws Exception {
        try (TestBroker broker = new TestBroker(directory, Fault.REFUSES)) {
            assertThat(bench(broker, bench, "--connections=40", "--warmup=0").err())
                    .contains("CONNACK 5");
        }
    }

    @Test
    void a_refused_connect_is_no_handshake() throws Exception {
        try (TestBroker broker = new TestBroker(directory, Fault.REFUSES)) {
            Ran ran = bench(broker, "handshake", "--exchange=mqtt", "--concurrency=2", "--warmup=0", "--duration=1");

            assertThat(ran.status()).isEqualTo(1);
            assertThat(ran.out()).isEmpty();
            assertThat(ran.err()).contains("refused the CONNECT");
        }
    }

    @Test
    void a_result_that_can_not_be_written_is_told_before_the_load() throws Exception {
        try (TestBroker broker = new TestBroker(directory, Fault.NONE)) {
            Ran ran = bench(
                    broker, "publish", "--json=" + directory.resolve("missing").resolve("result.json"));

            assertThat(ran.status()).isEqualTo(1);
            assertThat(ran.err())
                    .contains("the result can't be written", "result.json")
                    .doesNotContain("Exception");
            assertThat(broker.connects()).isZero();
        }
    }

    @Test
    void a_base_that_no_result_has_is_wrong_use() throws Exception {
        Path json = Files.writeString(directory.resolve("a.json"), """
                {"bench": "idle", "label": "holdfast", "settings": {}, "measures": {"residentBytesBefore": 1}}""");

        Ran ran = run("bench", "compare", "--base", "mosquito", json.toString());

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("'mosquito'", "there are: holdfast");
    }

    @Test
    void choices_are_named_as_they_are_spelled() {
        assertThat(run("bench", "publish", "--reader=foo").err()).contains("expected mqtt or amqp or none");
        assertThat(run("bench", "handshake", "--exchange=foo").err()).contains("expected none or mqtt or http");
    }

    @ParameterizedTest
    @CsvSource({"1.2,none", "1.3,none", "1.2,mqtt", "1.3,mqtt"})
    void handshakes_are_full_or_resumed_as_asked(String version, String exchange) throws Exception {
        try (TestBroker broker = new TestBroker(directory, Fault.NONE)) {
            String[] common = {
                "--tls=" + version, "--exchange=" + exchange, "--concurrency=2", "--warmup=1", "--duration=1", "--json"
            };
            Ran full = bench(broker, "handshake", common);
            List<String> resuming = new ArrayList<>(List.of(common));
            resuming.add("--resumed");
            Ran resumed = bench(broker, "handshake", resuming.toArray(String[]::new));

            assertThat(full.status()).as(full.err()).isZero();
            assertThat(measures(full).path("resumedPercent").asDouble()).isZero();
            assertThat(measures(full).path("failures").asLong()).isZero();
            assertThat(resumed.status()).as(resumed.err()).isZero();
            assertThat(measures(resumed).path("resumedPercent").asDouble()).isEqualTo(100);
            assertThat(measures(resumed).path("bytesPerHandshake").asDouble())
                    .isPositive()
                    .isLessThan(measures(full).path("bytesPerHandshake").asDouble());
        }
    }

    @ParameterizedTest
    @CsvSource({"204, 0", "503, 1"})
    void a_web_server_is_asked_and_has_to_answer_with_success(int answer, int status) throws Exception {
        try (TestWebServer server = new TestWebServer(directory, answer)) {
            Ran ran = run(
                    "bench",
                    "handshake",
                    "--host=localhost",
                    "--port=" + server.port(),
                    "--ca=" + server.roots(),
                    "--exchange=http",
                    "--concurrency=2",
                    "--warmup=0",
                    "--duration=1",
                    "--json");

            assertThat(ran.status()).as(ran.err()).isEqualTo(status);
            if (status == 0) {
                assertThat(measures(ran).path("failures").asLong()).isZero();
            } else {
                assertThat(ran.err()).contains("the server refused the request of client");
            }
        }
    }

    @Test
    void idle_connections_are_held_and_the_memory_of_the_process_is_read() throws Exception {
        try (TestBroker broker = new TestBroker(directory, Fault.NONE)) {
            Ran ran = bench(broker, "idle", "--connections=20", "--warmup=0", "--hold=0", "--json");

            assertThat(ran.status()).as(ran.err()).isZero();
            assertThat(measures(ran).path("residentBytesBefore").asLong()).isPositive();
            assertThat(broker.connects()).isEqualTo(20);
        }
    }

    @Test
    void a_server_whose_certificate_is_not_of_the_roots_is_refused_unless_insecure() throws Exception {
        try (TestBroker broker = new TestBroker(directory, Fault.NONE);
                StubServer other = new StubServer(directory)) {
            String[] load = {
                "bench",
                "publish",
                "--host=localhost",
                "--port=" + broker.port(),
                "--connections=1",
                "--warmup=0",
                "--duration=1"
            };
            List<String> trusting = new ArrayList<>(List.of(load));
            trusting.add("--ca=" + other.trustBundle());
            Ran refused = run(trusting.toArray(String[]::new));
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.err()).contains("the TLS handshake failed");

            List<String> insecure = new ArrayList<>(List.of(load));
            insecure.add("--insecure");
            assertThat(run(insecure.toArray(String[]::new)).status()).isZero();
        }
    }

    @Test
    void no_server_is_one_sentence() {
        Ran ran = run("bench", "publish", "--host=localhost", "--port=1", "--insecure", "--connections=40");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("no server answers at localhost:1").doesNotContain("Exception");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "publish --connections=0",
                "publish --window=1025",
                "publish --size=23",
                "publish --rate=-1",
                "publish --rate=NaN",
                "publish --duration=0",
                "publish --warmup=-1",
                "publish --threads=0",
                "publish --port=0",
                "publish --tls=1.1",
                "publish --key=dsa",
                "publish --group=ffdhe2048",
                "publish --reader=kafka",
                "publish --reader=mqtt",
                "publish --backlog=10",
                "publish --user=x",
                "publish --insecure",
                "publish --server-pid=999999999",
                "publish --host=h",
                "publish --host=h --insecure --ca=f",
                "publish --host=h --insecure --reader=amqp",
                "publish --host=h --insecure --reader=mqtt --reader-qos=2",
                "publish --host=h --insecure --password=p",
                "publish --host=h --insecure --topic=all",
                "publish --client-cert=f",
                "command",
                "command --kind=invoke",
                "command --kind=method --connections=0",
                "command --kind=method --connections=20 --registered=10",
                "command --kind=method --callers=0",
                "command --kind=method --size=-1",
                "command --kind=method --rate=NaN",
                "command --kind=method --host=h --insecure",
                "command --kind=method --devices=f",
                "handshake --concurrency=0",
                "handshake --exchange=http",
                "idle --connections=0",
                "compare",
                "compare result.json"
            })
    void wrong_use_is_told_with_exit_status_2(String line) {
        List<String> arguments = new ArrayList<>(List.of("bench"));
        arguments.addAll(List.of(line.split(" ")));
        Ran ran = run(arguments.toArray(String[]::new));
        assertThat(ran.status()).as(ran.err()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).doesNotContain("Exception");
    }

    @ParameterizedTest
    @ValueSource(strings = {"publish", "command", "handshake", "idle", "compare"})
    void help_has_an_example(String bench) {
        Ran ran = run("bench", bench, "--help");
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("  holdfast bench " + bench);
    }
}
