package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code why} as its user meets it. */
final class WhyCommandTest extends AgainstStubServer {
    private static final String REPORT =
            """
            {"id": "019abc0e8f3b5a1c77d0", "time": "2026-11-22T10:00:00Z", "listener": "mqtt", "address": "192.0.2.7",
             "port": 4711, "reason": "NoCommonSuite", "explanation": "%s", "alert": "sent handshake_failure",
             "policy": "hub-2025", "serverName": "hub1.test",
             "hello": {"fingerprint": "t12d0101_a_b-c", "versions": ["TLS 1.2"], "suites": ["A", "B"]},
             "likelyDevice": {"hub": "hub1", "device": "d1", "why": "it was the last from this address"},
             "clientChain": [{"subject": "CN=d1", "keyType": "EC 256", "notAfter": "2027-01-01T00:00:00Z"}]}""".formatted("The client and the policy share nothing. ".repeat(6).strip());

    @Test
    void a_report_is_a_paragraph_with_the_facts_to_compare() {
        server.on("GET /holdfast/v1/reports/019abc0e8f3b5a1c77d0", 200, REPORT);
        Ran ran = run("why", "019abc0e8f3b5a1c77d0");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out())
                .startsWith("2026-11-22T10:00:00Z  NoCommonSuite  mqtt 192.0.2.7:4711")
                .contains(
                        "probably device d1 of hub hub1: it was the last from this address",
                        "alert sent handshake_failure",
                        "TLS policy hub-2025",
                        "offered suites: A, B",
                        "shown by the client: CN=d1 (EC 256, until 2027-01-01T00:00:00Z)",
                        "report 019abc0e8f3b5a1c77d0");
        assertThat(ran.out().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(110));
    }

    @Test
    void filters_are_sent_as_they_are_and_pages_are_put_together() {
        String path = "GET /holdfast/v1/reports?hub=hub1&device=a%2Fb&since=2026-11-22T10%3A00%3A00Z";
        server.on(path + "&top=3", 200, "{\"reports\": [" + REPORT + "], \"before\": \"x\"}");
        server.on(path + "&before=x&top=2", 200, "{\"reports\": [" + REPORT + "]}");
        Ran ran = run(
                "why", "--hub", "hub1", "--device", "a/b", "--since", "2026-11-22T10:00:00Z", "--last", "3", "--json");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).startsWith("{\"id\":\"019abc0e8f3b5a1c77d0\""));
    }

    @Test
    void that_there_is_none_is_said() {
        server.on("GET /holdfast/v1/reports?top=10", 200, "{\"reports\": []}");
        assertThat(run("why").out()).contains("No refused connection is known that fits.");
    }

    @Test
    void following_begins_behind_what_is_known_by_the_clock_of_the_server() {
        server.on("GET /holdfast/v1/reports?top=200", 200, "{\"reports\": [" + REPORT + "]}");
        // What is not answered ends it.
        Ran ran = run("why", "--follow", "--last", "0");
        assertThat(server.asked())
                .containsExactly(
                        "GET /holdfast/v1/reports?top=200",
                        "GET /holdfast/v1/reports?since=2026-11-22T09%3A59%3A59Z&top=200");
        assertThat(ran.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "why x --device y",
                "why --last 0",
                "why --since yesterday",
                "why --follow --until 5m",
                "why --address localhost",
                "why --address 999.1.1.1",
                "why --address 1.2.3",
                "why --address 1:2",
                "tls trace --next --address 1.2.3"
            })
    void wrong_use_has_status_2_and_asks_nothing_of_the_server(String line) {
        Ran ran = run(line.split(" "));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void an_empty_id_is_wrong_use() {
        assertThat(run("why", "").status()).isEqualTo(2);
        assertThat(server.asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"::1", "0:0:0:0:0:0:0:1", "0::1"})
    void an_address_is_the_same_in_every_spelling(String address) {
        server.on(
                "GET /holdfast/v1/reports?address=0%3A0%3A0%3A0%3A0%3A0%3A0%3A1&top=10",
                200, "{\"reports\": [" + REPORT + "]}");
        assertThat(run("why", "--address", address).out()).contains("NoCommonSuite");
    }

    /** As {@code > /dev/full} does. */
    @Test
    void what_could_not_be_written_is_a_failure() {
        server.on("GET /holdfast/v1/reports?top=10", 200, "{\"reports\": [" + REPORT + "]}");
        StringWriter err = new StringWriter();
        Writer full = new Writer() {
            @Override
            public void write(char[] text, int from, int length) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void flush() {
                // Nothing is kept.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
        int status = Main.run(environment, new PrintWriter(full, true), new PrintWriter(err, true), "why");
        assertThat(status).isEqualTo(1);
        assertThat(err.toString()).contains("not all of the output could be written");
    }
}
