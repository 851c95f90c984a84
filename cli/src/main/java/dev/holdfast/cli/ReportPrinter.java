package dev.holdfast.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** A report for people: a line that says which, the paragraph, and the facts to compare. */
final class ReportPrinter {
    private static final int WIDTH = 100;
    private static final String INDENT = "  ";

    private ReportPrinter() {}

    static void print(PrintWriter out, JsonNode report) {
        out.println(
                report.path("time").asString() + "  " + report.path("reason").asString() + "  " + where(report));
        wrap(report.path("explanation").asString()).forEach(line -> out.println(INDENT + line));
        facts(report).forEach(fact -> out.println(INDENT + "- " + fact));
        out.println(INDENT + "- report " + report.path("id").asString());
        out.println();
    }

    private static String where(JsonNode report) {
        String address = report.path("address").asString();
        return report.path("listener").asString() + " "
                + (address.contains(":") ? "[" + address + "]" : address) + ":"
                + report.path("port").asInt()
                + (report.has("hub") ? "  hub " + report.path("hub").asString() : "")
                + (report.has("device") ? "  device " + report.path("device").asString() : "");
    }

    private static List<String> facts(JsonNode report) {
        List<String> facts = new ArrayList<>();
        JsonNode likely = report.path("likelyDevice");
        if (likely.isObject()) {
            facts.add("probably device " + likely.path("device").asString() + " of hub "
                    + likely.path("hub").asString() + ": " + likely.path("why").asString());
        }
        add(facts, "", report.path("clockHint"));
        add(facts, "alert ", report.path("alert"));
        add(facts, "server name asked for (SNI): ", report.path("serverName"));
        JsonNode made = report.path("handshake");
        if (made.isObject()) {
            facts.add(
                    made.path("version").asString() + ", " + made.path("suite").asString()
                            + (made.has("group") ? ", " + made.path("group").asString() : "")
                            + (made.path("resumed").asBoolean() ? ", resumed" : "") + ", policy "
                            + report.path("policy").asString("of the listener"));
        } else {
            add(facts, "TLS policy ", report.path("policy"));
            offered(facts, report.path("hello"));
        }
        if (report.path("hello").isObject()) {
            facts.add("fingerprint " + report.path("hello").path("fingerprint").asString());
        }
        chain(facts, "shown to the client: ", report.path("serverChain"));
        add(facts, "which leads to the root ", report.path("serverRoot"));
        chain(facts, "shown by the client: ", report.path("clientChain"));
        return facts;
    }

    private static void offered(List<String> facts, JsonNode hello) {
        if (hello.isObject()) {
            facts.add("offered: " + Output.joined(hello.path("versions")));
            list(facts, "offered suites: ", hello.path("suites"));
            list(facts, "offered groups: ", hello.path("groups"));
            list(facts, "offered signatures: ", hello.path("signatures"));
        }
    }

    private static void list(List<String> facts, String label, JsonNode names) {
        if (!names.isEmpty()) {
            facts.add(label + Output.joined(names));
        }
    }

    private static void chain(List<String> facts, String label, JsonNode chain) {
        if (!chain.isEmpty()) {
            facts.add(label
                    + chain.valueStream()
                            .map(each -> each.path("subject").asString() + " ("
                                    + each.path("keyType").asString() + ", until "
                                    + each.path("notAfter").asString() + ")")
                            .collect(Collectors.joining(" <- ")));
        }
    }

    private static void add(List<String> facts, String label, JsonNode text) {
        if (text.isString()) {
            facts.add(label + text.asString());
        }
    }

    private static List<String> wrap(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
