package dev.holdfast.cli.trace;

import dev.holdfast.cli.text.Paragraphs;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.trace.ChainJudgement;
import dev.holdfast.tls.trace.Details.Detail;
import dev.holdfast.tls.trace.Seen;
import dev.holdfast.tls.trace.SeenText;
import dev.holdfast.tls.trace.ServerHello;
import dev.holdfast.tls.trace.ShownCertificate;
import dev.holdfast.tls.trace.Side;
import dev.holdfast.tls.trace.Step;
import dev.holdfast.tls.trace.TracedStep;
import java.io.PrintWriter;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Prints a trace for people. What a server says can't steer the terminal. */
public final class TraceText {
    private static final int LABEL_WIDTH = 22;
    private static final int CERTIFICATE_LABEL_WIDTH = 10;

    private final Paragraphs out;
    private final TraceResult result;
    private final Roots roots;

    public TraceText(PrintWriter out, TraceResult result, Roots roots) {
        this.out = new Paragraphs(out);
        this.result = result;
        this.roots = roots;
    }

    public void print() {
        TraceOptions options = result.options();
        out.print(
                0,
                "Handshake with " + options.host() + ", port " + options.port()
                        + (result.address() == null ? "" : " (" + result.address() + ")") + ", asking for "
                        + (options.serverName() == null
                                ? "no server name (no SNI)."
                                : "'" + options.serverName() + "' (SNI)."));
        Duration connected = result.connectedAfter();
        out.print(0, connected == null ? "TCP: not connected." : "TCP: connected after " + millis(connected) + ".");
        out.print(0, "-> is sent by the client, <- by the server; times count from before the connection.");
        out.print(0, "");
        result.steps().forEach(this::print);
        out.print(0, "");
        printOutcome();
    }

    private void print(TracedStep step) {
        out.print(0, step.step().number() + ". " + step.step().title() + ": " + step.state());
        if (step.state() != TracedStep.State.NOT_REACHED) {
            out.print(3, step.note());
        }
        step.seen().forEach(this::print);
        if (step.step() == Step.SERVER_CERTIFICATE) {
            printChain();
            printRequest();
        }
        ClientCertificate asked = result.asked();
        if (step.step() == Step.CLIENT_CERTIFICATE && asked != null) {
            out.print(3, "sent", LABEL_WIDTH + 3, asked.sent().isEmpty() ? "no certificate" : "'" + asked.sent() + "'");
        }
    }

    private void print(Seen seen) {
        out.print(
                3,
                (seen.from() == Side.CLIENT ? "-> " : "<- ") + SeenText.name(seen) + ", " + seen.bytes() + " bytes, at "
                        + millis(seen.at()));
        for (Detail detail : SeenText.details(seen)) {
            out.print(6, detail.label(), LABEL_WIDTH, String.join(", ", detail.values()));
        }
    }

    private void printChain() {
        int number = 0;
        for (X509Certificate each : result.chain()) {
            ShownCertificate certificate = ShownCertificate.of(each);
            number++;
            out.print(3, "certificate " + number + (number == 1 ? ", the server's own" : ""));
            print("subject", certificate.subject());
            print("issuer", certificate.issuer());
            print("valid", certificate.validFrom() + " to " + certificate.validUntil());
            print("key", certificate.key());
            print("SHA-256", certificate.sha256());
            if (!certificate.names().isEmpty()) {
                print(
                        "names",
                        new Detail("", certificate.names(), true).values().toString());
            }
        }
    }

    private void print(String label, String text) {
        String unbracketed = text.startsWith("[") ? text.substring(1, text.length() - 1) : text;
        out.print(6, label, CERTIFICATE_LABEL_WIDTH, unbracketed);
    }

    /** In TLS 1.2 the messages above say it. */
    private void printRequest() {
        ServerHello chosen = result.chosen();
        if (chosen == null || !chosen.isTls13()) {
            return;
        }
        ClientCertificate asked = result.asked();
        if (asked != null) {
            List<String> signatures = result.requestedSignatures();
            out.print(
                    3,
                    "The server asks for a client certificate"
                            + (signatures.isEmpty() ? "" : ", for the signatures " + String.join(", ", signatures))
                            + "; "
                            + (asked.issuersNamed() == 0
                                    ? "any issuer will do."
                                    : "it names " + asked.issuersNamed() + " issuers."));
        } else if (result.finished()) {
            out.print(3, "The server asks for no client certificate.");
        }
    }

    private void printOutcome() {
        ServerHello chosen = result.chosen();
        if (chosen != null) {
            out.print(
                    0,
                    "Agreed: " + TlsVersion.nameOf(chosen.version()) + ", "
                            + chosen.cipherSuite().name()
                            + result.group().map(group -> ", " + group).orElse("") + ", "
                            + (chosen.resumesByKey() ? "a resumed session." : "a new session."));
        }
        ChainJudgement judgement = result.judgement();
        if (judgement != null) {
            out.print(
                    0,
                    "Chain: "
                            + (judgement.accepted()
                                    ? "good for '" + result.options().expectedName()
                                            + "', valid by this machine's clock," + " and leads to the root '"
                                            + judgement.root() + "' of " + roots.where() + "."
                                    : "not acceptable by " + roots.where() + ". " + judgement.explain()));
        }
        out.print(
                0,
                "Outcome: "
                        + (result.ending() instanceof Ending.Finished
                                ? result.ending().sentence()
                                : result.complaint().orElseThrow()));
    }

    private static String millis(Duration time) {
        return String.format(Locale.ROOT, "%.1f ms", time.toNanos() / 1e6);
    }
}
