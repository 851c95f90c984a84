package dev.holdfast.insight.trace;

import dev.holdfast.pki.ServerChain;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.report.Report;
import dev.holdfast.tls.trace.ServerHello;
import dev.holdfast.tls.trace.ShownCertificate;
import dev.holdfast.tls.trace.StepsDocument;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A traced handshake as JSON. */
final class TraceDocument {
    private static final int TEXT_MAX_CHARS = 260;
    private static final int CERTIFICATES_MAX = 8;
    private static final StepsDocument STEPS = new StepsDocument(text -> Report.cleaned(text, TEXT_MAX_CHARS));

    private TraceDocument() {}

    static ObjectNode of(TracedHandshake traced) {
        ObjectNode json = object().put("time", traced.time().toString())
                .put("listener", traced.listener())
                .put("address", traced.address().getAddress().getHostAddress())
                .put("port", traced.address().getPort())
                .put("connectionId", traced.connectionId().toString())
                .put("hub", traced.hub())
                .put("finished", traced.isFinished());
        json.set("outcome", outcome(traced.outcome()));
        addChosen(json, traced);
        json.set("steps", STEPS.steps(traced.steps()));
        Offer offer = traced.offer();
        ArrayNode certificates = json.putArray("certificates");
        if (offer != null) {
            json.put("serverName", cleaned(offer.serverName()))
                    .put("policy", offer.policy())
                    .put("candidate", offer.candidate());
            addChain(json, certificates, offer.chain(), traced);
        }
        json.set("clientCertificate", clientCertificate(traced));
        return json;
    }

    private static ObjectNode outcome(TraceOutcome outcome) {
        return switch (outcome) {
            case TraceOutcome.LetIn(var connected) ->
                object().put("kind", "LetIn")
                        .put("hub", connected.hub())
                        .put("device", connected.device())
                        .put("client", connected.client())
                        .put("authentication", connected.authentication());
            case TraceOutcome.Refused(var report) ->
                object().put("kind", "Refused")
                        .put("hub", report.hub())
                        .put("device", report.device())
                        .put("reason", report.reason())
                        .put("explanation", report.explanation())
                        .put("alert", report.alert())
                        .put("report", report.id());
            case TraceOutcome.Left() -> object().put("kind", "Left");
        };
    }

    private static void addChosen(ObjectNode json, TracedHandshake traced) {
        ServerHello chosen = traced.chosen();
        if (chosen == null) {
            return;
        }
        Offer offer = traced.offer();
        Handshake handshake = traced.handshake();
        json.put("version", TlsVersion.nameOf(chosen.version()))
                .put("suite", chosen.cipherSuite().name())
                .put(
                        "group",
                        offer == null || offer.group() == null
                                ? null
                                : offer.group().toString())
                .put("resumed", handshake == null ? chosen.resumesByKey() : handshake.resumed());
    }

    /** What a resumed handshake shows: nothing. */
    private static void addChain(
            ObjectNode json, ArrayNode certificates, @Nullable ServerChain chain, TracedHandshake traced) {
        if (chain != null && traced.isCertificateRequested()) {
            json.put("root", cleaned(chain.root().getSubjectX500Principal().getName()));
            addAll(certificates, chain.shown());
        }
    }

    private static ObjectNode clientCertificate(TracedHandshake traced) {
        ObjectNode json = object().put("requested", traced.isCertificateRequested());
        ArrayNode certificates = json.putArray("certificates");
        Handshake handshake = traced.handshake();
        if (handshake != null && handshake.peer() instanceof PeerIdentity.Certificates(var chain)) {
            addAll(certificates, chain);
        }
        return json;
    }

    private static void addAll(ArrayNode json, List<X509Certificate> chain) {
        chain.stream().limit(CERTIFICATES_MAX).forEach(each -> json.add(STEPS.certificate(ShownCertificate.of(each))));
    }

    private static @Nullable String cleaned(@Nullable String text) {
        return text == null ? null : Report.cleaned(text, TEXT_MAX_CHARS);
    }

    private static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }
}
