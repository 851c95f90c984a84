package dev.holdfast.cli.trace;

import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.trace.ChainFault;
import dev.holdfast.tls.trace.ChainJudgement;
import dev.holdfast.tls.trace.ServerHello;
import dev.holdfast.tls.trace.ShownCertificate;
import dev.holdfast.tls.trace.StepsDocument;
import java.time.Duration;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A trace as JSON, for programs. */
public final class TraceJson {
    /** JSON holds any text; whoever prints it has to care. */
    private static final StepsDocument SHARED = new StepsDocument(text -> text);

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
        json.put("connectedAfterMillis", connected == null ? null : StepsDocument.millis(connected));
        json.set("outcome", outcome(result));
        addChosen(json, result);
        json.set("steps", SHARED.steps(result.steps()));
        ArrayNode chain = json.putArray("certificates");
        result.chain().forEach(each -> chain.add(SHARED.certificate(ShownCertificate.of(each))));
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

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }
}
