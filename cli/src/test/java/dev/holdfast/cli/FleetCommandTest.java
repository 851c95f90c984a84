package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FleetCommandTest extends AgainstStubServer {
    private static final String DEVICES = "GET /holdfast/v1/hubs/hub1/fleet/devices";
    private static final String PUMP = """
            {"hub": "hub1", "device": "pump", "firstSeen": "2026-11-01T00:00:00Z", "lastSeen": "2026-11-22T10:00:00Z",
             "address": "192.0.2.7", "listener": "mqtt", "serverName": null, "version": "TLS 1.2",
             "suite": "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "group": "secp256r1", "serverKey": "RSA",
             "fullHandshakes": 3, "resumedHandshakes": 1, "policy": "hub-2025", "authentication": "x509",
             "client": "azure-iot-device/1.18.2 (node v20)", "tlsStack": "OpenSSL", "offers": [], "needs": ["cbc"],
             "certificate": {"keyType": "EC 256", "signature": "SHA1withRSA", "notAfter": "2027-01-01T00:00:00Z",
                             "issuer": "CN=plant"},
             "fingerprint": "t12", "hello": {"suites": ["A", "B"]}}""";

    @Test
    void devices_are_listed_a_line_each_with_what_was_asked_for() throws Exception {
        server.onEvery(DEVICES + "?", 200, "{\"devices\": [" + PUMP + "]}");

        Ran ran = run(
                "fleet", "list", "--needs", "cbc", "--client", "node v", "--not-seen-since", "2026-11-22T11:00:00Z");
        assertThat(ran.status()).isZero();

        assertThat(server.asked())
                .containsExactly(DEVICES + "?client=node%20v&needs=cbc&notSeenSince=2026-11-22T11%3A00%3A00Z&top=500");
        assertThat(ran.out().lines())
                .satisfiesExactly(
                        header ->
                                assertThat(header).startsWith("DEVICE  CLIENT").contains("TLS STACK", "LAST SEEN"),
                        row -> assertThat(row)
                                .matches("pump +azure-iot-device/1.18.2 +OpenSSL +TLS 1.2 .*2026-11-22T10:00:00Z"));
        assertThat(run("fleet", "list", "--json", "--csv").status()).isEqualTo(2);
    }

    @Test
    void a_device_is_shown_with_its_certificate_and_all_that_it_offers() throws Exception {
        server.on(DEVICES + "/pump", 200, PUMP);

        Ran ran = run("fleet", "show", "pump");
        assertThat(ran.status()).isZero();

        assertThat(ran.out())
                .contains("3 full, 1 resumed", "EC 256, SHA1withRSA")
                .containsPattern("suites: +A, B")
                .containsPattern("Needs: +cbc")
                .containsPattern("Asked for: +-");
    }

    @Test
    void a_summary_names_the_most_frequent_first() throws Exception {
        server.on("GET /holdfast/v1/hubs/plant/fleet/summary", 200, """
                {"devices": 3, "clients": {"azure-iot-device/1.18.2": 2, "c/1": 1}, "needs": {"sha1": 0}}""");

        Ran ran = run("fleet", "summary", "--hub", "plant");
        assertThat(ran.status()).isZero();

        assertThat(ran.out())
                .contains("3 devices of hub plant")
                .containsPattern("azure-iot-device/1.18.2  2\\R  c/1 +1")
                .containsPattern("Can't do without:\\R  sha1  0");
    }

    @Test
    void a_device_or_module_is_forgotten() throws Exception {
        server.on("DELETE /holdfast/v1/hubs/hub1/fleet/devices/pump/valve", 200, "{}");

        Ran ran = run("fleet", "forget", "pump/valve");
        assertThat(ran.status()).isZero();

        assertThat(ran.out()).contains("pump/valve is forgotten");
    }

    @Test
    void an_export_has_devices_and_reports_of_all_pages_one_a_line() throws Exception {
        server.on(DEVICES + "?device=pump&hello=true&top=500", 200, "{\"devices\": [" + PUMP + "]}");
        server.on(
                "GET /holdfast/v1/reports?hub=hub1&device=pump&top=500",
                200,
                "{\"reports\": [{\"id\": \"2\"}], \"before\": \"2\"}");
        server.on(
                "GET /holdfast/v1/reports?hub=hub1&device=pump&top=500&before=2",
                200,
                "{\"reports\": [{\"id\": \"1\"}]}");

        Ran ran = run("fleet", "export", "pump");
        assertThat(ran.status()).isZero();

        assertThat(ran.out().lines())
                .satisfiesExactly(
                        device -> assertThat(device)
                                .startsWith("{\"kind\":\"device\",\"hub\":\"hub1\"")
                                .contains("\"A\""),
                        second -> assertThat(second).isEqualTo("{\"kind\":\"report\",\"id\":\"2\"}"),
                        first -> assertThat(first).isEqualTo("{\"kind\":\"report\",\"id\":\"1\"}"));
    }

    @Test
    void an_export_of_a_device_that_is_not_known_is_refused_as_showing_it_is() throws Exception {
        server.on(DEVICES + "?device=pump&hello=true&top=500", 200, "{\"devices\": []}");
        server.on("GET /holdfast/v1/reports?hub=hub1&device=pump&top=500", 200, "{\"reports\": []}");
        server.on(DEVICES + "/pump", 404, "{\"error\": {\"message\": \"Nothing is known of it.\"}}");

        Ran ran = run("fleet", "export", "pump");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void who_was_only_ever_refused_is_exported_by_reports_alone() throws Exception {
        server.on(DEVICES + "?device=ghost&hello=true&top=500", 200, "{\"devices\": []}");
        server.on(DEVICES + "/ghost", 404, "{\"error\": {\"code\": \"DeviceNotSeen\", \"message\": \"Nothing.\"}}");
        String reports = "GET /holdfast/v1/reports?hub=hub1&device=ghost&top=500";
        server.on(reports, 200, "{\"reports\": [{\"id\": \"1\"}]}");

        Ran ran = run("fleet", "export", "ghost");
        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines()).containsExactly("{\"kind\":\"report\",\"id\":\"1\"}");

        server.on(reports, 200, "{\"reports\": []}");
        ran = run("fleet", "export", "ghost");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("Nothing.");
    }

    @Test
    void what_is_not_known_is_an_empty_field_of_comma_separated_values() throws Exception {
        server.onEvery(
                DEVICES + "?",
                200,
                "{\"devices\": [" + PUMP.replace("\"azure-iot-device/1.18.2 (node v20)\"", "null") + "]}");

        Ran ran = run("fleet", "list", "--csv");
        assertThat(ran.status()).isZero();

        assertThat(ran.out().lines()).last().asString().startsWith("pump,,OpenSSL,");
    }
}
