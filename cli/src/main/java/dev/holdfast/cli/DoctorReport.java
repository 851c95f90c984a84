package dev.holdfast.cli;

import dev.holdfast.cli.doctor.Finding;
import dev.holdfast.cli.doctor.SdkTrust;
import dev.holdfast.cli.text.Paragraphs;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * All that a doctor found, for people or for programs.
 *
 * @param trustBundle the CA file that clients need
 */
record DoctorReport(List<Finding> findings, Path trustBundle) {
    private static final int STATE_WIDTH = 9;
    private static final int CHECK_WIDTH = 16;
    private static final int CLIENT_WIDTH = 42;

    DoctorReport {
        findings = List.copyOf(findings);
    }

    void print(PrintWriter to) {
        Paragraphs out = new Paragraphs(to);
        for (Finding finding : findings) {
            String label = padded(finding.state().toString(), STATE_WIDTH) + padded(finding.check(), CHECK_WIDTH);
            out.print(0, label, label.length(), finding.sentence());
        }
        out.print(0, "");
        out.print(0, "What each client needs to trust this installation, with CA = " + trustBundle + ":");
        for (SdkTrust client : SdkTrust.all()) {
            out.print(
                    2,
                    client.client(),
                    CLIENT_WIDTH,
                    client.how()
                            + (client.isTested() ? "" : " (from the client's sources; no test of Holdfast runs it)"));
        }
        out.print(0, "");
        out.print(
                0,
                count(Finding.State.OK) + " ok, " + count(Finding.State.WARNING) + " warnings, "
                        + count(Finding.State.FAILED) + " failed, " + count(Finding.State.UNKNOWN) + " unknown");
    }

    private long count(Finding.State state) {
        return findings.stream().filter(finding -> finding.state() == state).count();
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }

    ObjectNode json() {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("good", count(Finding.State.FAILED) == 0).put("trustBundle", trustBundle.toString());
        ArrayNode checks = json.putArray("checks");
        findings.forEach(finding -> checks.addObject()
                .put("check", finding.check())
                .put("state", finding.state().toString())
                .put("sentence", finding.sentence()));
        ArrayNode clients = json.putArray("clients");
        SdkTrust.all()
                .forEach(client -> clients.addObject()
                        .put("client", client.client())
                        .put("how", client.how())
                        .put("tested", client.isTested()));
        return json;
    }
}
