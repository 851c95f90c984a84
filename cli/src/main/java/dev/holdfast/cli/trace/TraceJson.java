package dev.holdfast.cli.trace;

import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.trace.ChainFault;
import dev.holdfast.tls.trace.ChainJudgement;
import dev.holdfast.tls.trace.Details.Detail;
import dev.holdfast.tls.trace.Seen;
import dev.holdfast.tls.trace.ServerHello;
import dev.holdfast.tls.trace.ShownCertificate;
import dev.holdfast.tls.trace.TracedStep;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A trace as JSON, for programs. */
public final class TraceJson {
    private static final Pattern NEXT_WORD = Pattern.compile("[ -]([a-z])");

    private TraceJson() {}

    public static ObjectNode of(TraceResult result, Roots roots) {
        TraceOptions options = result.options();
        ObjectNode json = object().put("host", options.host())
                .put("port", options.port())
                .put("address", result.address())
                .put("serverName", options.serverName())
                .put("good", result.isGood())
                .put("finished", result.finished());
        Duration connected = result.connectedAfter();
        json.put("connectedAfterMillis", connected == null ? null : millis(connected));
        json.set("outcome", outcome(result));
        addChosen(json, result);
        ArrayNode steps = json.putArray("steps");
        result.steps().forEach(step -> steps.add(step(step)));
        ArrayNode chain = json.putArray("certificates");
        result.chain().forEach(each -> chain.add(certificate(ShownCertificate.of(each))));
        ChainJudgement judgement = result.judgement();
        if (judgement != null) {
            json.set("judgement", judgement(judgement, options, roots));
        }
        json.set("clientCertificate", clientCertificate(result));
        return json;
    }

    private static ObjectNode outcome(TraceResult result) {
        Ending ending = result.ending();
        ObjectNode json =
                object().put("kind", ending.getClass().getSimpleName()).put("sentence", ending.sentence());
        if (ending instanceof Ending.Alerted alerted) {
            json.put("alert", alerted.alert()).put("from", lower(alerted.from()));
        }
        return json;
    }

    private static void addChosen(ObjectNode json, TraceResult result) {
        ServerHello chosen = result.chosen();
        if (chosen != null) {
            json.put("version", TlsVersion.nameOf(chosen.version()))
                    .put("suite", chosen.cipherSuite().name())
                    .put("group", result.group().orElse(null))
                    .put("resumed", chosen.resumesByKey());
        }
    }

    private static ObjectNode step(TracedStep step) {
        ObjectNode json = object().put("number", step.step().number())
                .put("title", step.step().title())
                .put("state", step.state().toString())
                .put("note", step.note());
        ArrayNode seen = json.putArray("seen");
        step.seen().forEach(each -> seen.add(seen(each)));
        return json;
    }

    private static ObjectNode seen(Seen seen) {
        ObjectNode json = object().put("from", lower(seen.from()))
                .put("what", SeenText.name(seen))
                .put("bytes", seen.bytes())
                .put("atMillis", millis(seen.at()));
        List<Detail> details = SeenText.details(seen);
        if (!details.isEmpty()) {
            ObjectNode said = json.putObject("details");
            details.forEach(detail -> add(said, detail));
        }
        return json;
    }

    private static void add(ObjectNode json, Detail detail) {
        String name = NEXT_WORD.matcher(detail.label()).replaceAll(TraceJson::capital);
        if (detail.isList()) {
            ArrayNode values = json.putArray(name);
            detail.values().forEach(values::add);
        } else {
            json.put(name, detail.values().getFirst());
        }
    }

    private static String capital(MatchResult word) {
        return word.group(1).toUpperCase(Locale.ROOT);
    }

    private static ObjectNode certificate(ShownCertificate certificate) {
        ObjectNode json = object().put("subject", certificate.subject())
                .put("issuer", certificate.issuer())
                .put("serial", certificate.serial())
                .put("validFrom", certificate.validFrom().toString())
                .put("validUntil", certificate.validUntil().toString())
                .put("key", certificate.key())
                .put("sha256", certificate.sha256());
        ArrayNode names = json.putArray("names");
        certificate.names().forEach(names::add);
        return json;
    }

    private static ObjectNode judgement(ChainJudgement judgement, TraceOptions options, Roots roots) {
        ObjectNode json = object().put("accepted", judgement.accepted())
                .put("roots", roots.where())
                .put("root", judgement.root())
                .put("expectedName", options.expectedName());
        ArrayNode faults = json.putArray("faults");
        for (ChainFault fault : judgement.faults()) {
            faults.add(object().put("kind", fault.getClass().getSimpleName()).put("sentence", fault.explain()));
        }
        return json;
    }

    private static ObjectNode clientCertificate(TraceResult result) {
        ClientCertificate asked = result.asked();
        ObjectNode json = object().put("requested", asked != null);
        if (asked != null) {
            ArrayNode signatures = json.putArray("signatures");
            result.requestedSignatures().forEach(signatures::add);
            json.put("issuersNamed", asked.issuersNamed())
                    .put("sent", asked.sent().isEmpty() ? null : asked.sent());
        }
        return json;
    }

    private static double millis(Duration time) {
        return Math.round(time.toNanos() / 1e5) / 10.0;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }
}
