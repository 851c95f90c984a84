package dev.holdfast.cli.trace;

import dev.holdfast.cli.text.Paragraphs;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Prints, for people, a handshake as a server saw it. What a client says can't steer the terminal. */
public final class NextText {
    private static final int LABEL_WIDTH = 22;
    private static final int CERTIFICATE_LABEL_WIDTH = 10;
    private static final int SERVER_CERTIFICATE = 3;
    private static final int CLIENT_CERTIFICATE = 4;
    private static final Pattern CAPITAL = Pattern.compile("([A-Z])");

    private final Paragraphs out;
    private final JsonNode trace;

    /** @param trace as the operator API has it */
    public NextText(PrintWriter out, JsonNode trace) {
        this.out = new Paragraphs(out);
        this.trace = trace;
    }

    public void print() {
        out.print(
                0,
                "Handshake from " + text("address") + ", port " + text("port") + ", to the listener '"
                        + text("listener") + "', at " + text("time") + ", asking for "
                        + (trace.path("serverName").isString()
                                ? "'" + text("serverName") + "' (SNI)."
                                : "no server name (no SNI)."));
        out.print(0, "-> is sent by the client, <- by the server; times count from the accepted connection.");
        out.print(0, "");
        trace.path("steps").forEach(this::printStep);
        out.print(0, "");
        printOutcome();
    }

    private void printStep(JsonNode step) {
        int number = step.path("number").asInt();
        String state = step.path("state").asString();
        out.print(0, number + ". " + step.path("title").asString() + ": " + state);
        if (!state.equals("not reached")) {
            out.print(3, step.path("note").asString());
        }
        step.path("seen").forEach(this::printSeen);
        if (number == SERVER_CERTIFICATE) {
            printChain(trace.path("certificates"), "the server's own");
        }
        if (number == CLIENT_CERTIFICATE) {
            JsonNode shown = trace.path("clientCertificate").path("certificates");
            if (trace.path("finished").asBoolean() && shown.isEmpty()) {
                out.print(3, "The client showed no certificate.");
            }
            printChain(shown, "the client's own");
        }
    }

    private void printSeen(JsonNode seen) {
        out.print(
                3,
                (seen.path("from").asString().equals("client") ? "-> " : "<- ")
                        + seen.path("what").asString() + ", "
                        + seen.path("bytes").asInt() + " bytes, at "
                        + String.format(
                                Locale.ROOT, "%.1f ms", seen.path("atMillis").asDouble()));
        seen.path("details")
                .properties()
                .forEach(detail -> out.print(6, label(detail.getKey()), LABEL_WIDTH, joined(detail.getValue())));
    }

    private static String label(String member) {
        return CAPITAL.matcher(member).replaceAll(" $1").toLowerCase(Locale.ROOT);
    }

    private static String joined(JsonNode value) {
        return value.isArray()
                ? value.valueStream().map(JsonNode::asString).collect(Collectors.joining(", "))
                : value.asString();
    }

    private void printChain(JsonNode chain, String own) {
        int number = 0;
        for (JsonNode certificate : chain) {
            number++;
            out.print(3, "certificate " + number + (number == 1 ? ", " + own : ""));
            print("subject", certificate.path("subject").asString());
            print("issuer", certificate.path("issuer").asString());
            print(
                    "valid",
                    certificate.path("validFrom").asString() + " to "
                            + certificate.path("validUntil").asString());
            print("key", certificate.path("key").asString());
            print("SHA-256", certificate.path("sha256").asString());
            if (!certificate.path("names").isEmpty()) {
                print("names", joined(certificate.path("names")));
            }
        }
    }

    private void print(String label, String text) {
        out.print(6, label, CERTIFICATE_LABEL_WIDTH, text);
    }

    private void printOutcome() {
        if (trace.path("version").isString()) {
            out.print(
                    0,
                    "Agreed: " + text("version") + ", " + text("suite")
                            + (trace.path("group").isString() ? ", " + text("group") : "") + ", "
                            + (trace.path("resumed").asBoolean() ? "a resumed session." : "a new session."));
        }
        if (trace.path("policy").isString()) {
            out.print(
                    0,
                    "Policy: " + text("policy")
                            + (trace.path("candidate").asBoolean()
                                    ? "; the chain shown is that of the drill that is under way."
                                    : "."));
        }
        if (trace.path("root").isString()) {
            out.print(0, "Chain: leads to the root '" + text("root") + "'.");
        }
        out.print(0, "Outcome: " + sentence(trace));
    }

    private String text(String member) {
        return trace.path(member).asString();
    }

    /** Why whoever came was refused; empty when nobody was. */
    public static Optional<String> complaint(JsonNode trace) {
        return trace.path("outcome").path("kind").asString().equals("Refused")
                ? Optional.of(sentence(trace))
                : Optional.empty();
    }

    private static String sentence(JsonNode trace) {
        JsonNode outcome = trace.path("outcome");
        return switch (outcome.path("kind").asString()) {
            case "LetIn" ->
                "Let in as the device '" + outcome.path("device").asString() + "' of the hub '"
                        + outcome.path("hub").asString() + "', by "
                        + (outcome.path("authentication").asString().equals("x509") ? "certificate" : "token")
                        + (outcome.path("client").isString()
                                ? "; it calls itself '" + outcome.path("client").asString() + "'."
                                : ".");
            case "Refused" ->
                "Refused" + (trace.path("finished").asBoolean() ? " after the handshake" : " in the handshake") + ", "
                        + outcome.path("reason").asString() + ": "
                        + outcome.path("explanation").asString() + " (report "
                        + outcome.path("report").asString() + ")";
            default ->
                "The handshake was finished, and the client went away; it was neither let in as a device nor refused.";
        };
    }
}
