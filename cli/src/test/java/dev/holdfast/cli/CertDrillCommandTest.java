package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code cert drill} as its user meets it. */
final class CertDrillCommandTest extends AgainstStubServer {
    private static final String PATH = "/holdfast/v1/certificates/drill";
    private static final String DRILL = """
            {"hub": "hub1", "world": "default", "keyType": "rsa", "rootSubject": "CN=New", "refusedMax": 2,
             "state": "wentBack", "because": "3 devices refused the root, and 2 were allowed to",
             "started": "2026-11-22T10:00:00Z", "ended": "2026-11-22T11:00:00Z", "fleet": 200, "provedPercent": 12.5,
             "counts": {"accepted": 25, "refused": 3, "stayedAway": 0, "shown": 1, "notSeen": 170, "notToldApart": 1}}""";

    private Ran run(String line) {
        return run(line.split(" "));
    }

    @Test
    void the_cohort_is_sent_as_it_was_said() {
        server.on("POST " + PATH, 201, DRILL);
        Ran ran = run("cert drill start --key-type ecdsa --devices d1,d2 --addresses 192.0.2.0/24 --refused-max 0");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(server.asked().getFirst())
                .contains("\"hub\":\"hub1\"", "\"keyType\":\"ecdsa\"", "\"devices\":[\"d1\",\"d2\"]")
                .contains("\"addresses\":[\"192.0.2.0/24\"]", "\"percent\":100", "\"refusedMax\":0");
    }

    @Test
    void the_status_names_who_refused_page_by_page() {
        server.on("GET " + PATH, 200, DRILL);
        String device = """
                {"device": "%s", "outcome": "refused", "address": "192.0.2.7", "at": "2026-11-22T10:30:00Z",
                 "why": "ClientAlertUnknownCa, received unknown_ca", "back": true}""";
        server.on(
                "GET " + PATH + "/devices?after=&outcome=refused",
                200,
                "{\"devices\": [" + device.formatted("d1") + "], \"next\": \"d1\"}");
        server.on(
                "GET " + PATH + "/devices?after=d1&outcome=refused",
                200,
                "{\"devices\": [" + device.formatted("d2") + "]}");
        server.on("GET " + PATH + "/devices?after=&outcome=stayedAway", 200, "{\"devices\": []}");
        Ran ran = run("cert drill status");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out())
                .contains(
                        "went back: 3 devices refused the root, and 2 were allowed to. Everybody is shown the usual chain.")
                .contains("12.5 % of the 200 devices")
                .containsPattern("d1 +refused +192.0.2.7 .*ClientAlertUnknownCa.* yes")
                .containsPattern("d2 +refused");
    }

    @Test
    void it_is_paused_by_its_name() {
        server.on("POST " + PATH + "/pause", 409, """
                {"error": {"code": "DrillNotSo", "message": "The drill is not running; it is paused."}}""");
        Ran ran = run("cert drill pause");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("The drill is not running; it is paused.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cert drill", "cert drill start", "cert drill start --key-type dsa", "cert drill begin"})
    void wrong_use_has_status_2_and_asks_nothing_of_the_server(String line) {
        assertThat(run(line).status()).isEqualTo(2);
        assertThat(server.asked()).isEmpty();
    }
}
