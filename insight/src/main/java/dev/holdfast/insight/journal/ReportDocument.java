package dev.holdfast.insight.journal;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.CertificateFacts;
import dev.holdfast.pki.ServerChain;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.report.Report;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A report as it is stored and shown. */
final class ReportDocument {
    /** A client's clock that is off by more is taken for chance. */
    private static final Duration CLOCK_MAX_DIFFERENCE = Duration.ofDays(400);

    private static final int NAME_MAX_CHARS = 260;
    private static final int CERTIFICATES_MAX = 8;
    private static final int TLS_1_2 = 0x0303;

    /** What clients chose; left out, in this order, of a document that is too long. */
    private static final List<String> LONG_PARTS = List.of("clientChain", "details", "hello");

    private ReportDocument() {}

    static ObjectNode of(PendingReport pending, Limits.Insight limits) {
        Report report = pending.report();
        ObjectNode json = JsonMapper.shared()
                .createObjectNode()
                .put("id", report.id())
                .put("time", report.time().toString())
                .put("listener", report.listener())
                .put("address", report.remoteAddress().getAddress().getHostAddress())
                .put("port", report.remoteAddress().getPort())
                .put("connectionId", report.connectionId().toString())
                .put("reason", report.reason())
                .put("explanation", report.explanation());
        putIfKnown(json, "hub", pending.report().hub());
        putIfKnown(json, "device", report.device());
        putIfKnown(json, "alert", report.alert());
        Offer offer = pending.offer();
        if (offer != null) {
            add(json, report, offer);
        }
        Handshake handshake = pending.handshake();
        if (handshake != null) {
            add(json, handshake, offer);
        }
        Record refusal = report.refusal();
        if (refusal != null && refusal.getClass().getRecordComponents().length > 0) {
            json.set("details", Details.of(refusal));
        }
        LikelyDevice likely = pending.likely();
        if (likely != null) {
            json.putObject("likelyDevice")
                    .put("hub", likely.hub())
                    .put("device", likely.device())
                    .put("why", likely.why());
        }
        return shortened(json, limits.reportMaxBytes());
    }

    private static void add(ObjectNode json, Report report, Offer offer) {
        String name = offer.serverName();
        putIfKnown(json, "serverName", name == null ? null : Report.cleaned(name, NAME_MAX_CHARS));
        putIfKnown(json, "policy", offer.policy());
        json.set("hello", HelloDocument.of(offer.shape()));
        String clock = clockHint(offer, report.time());
        putIfKnown(json, "clockHint", clock);
        ServerChain chain = offer.chain();
        if (chain != null) {
            json.put("serverRoot", chain.root().getSubjectX500Principal().getName());
            addAll(json.putArray("serverChain"), chain.shown());
        }
    }

    private static void add(ObjectNode json, Handshake handshake, @Nullable Offer offer) {
        ObjectNode made = json.putObject("handshake")
                .put(
                        "version",
                        TlsVersion.ofEngineName(handshake.version())
                                .map(TlsVersion::toString)
                                .orElse(handshake.version()))
                .put("suite", handshake.cipherSuite())
                .put("resumed", handshake.resumed());
        if (offer != null && offer.group() != null) {
            made.put("group", offer.group().toString());
        }
        if (handshake.peer() instanceof PeerIdentity.Certificates(var chain)) {
            addAll(json.putArray("clientChain"), chain);
        }
    }

    /** TLS libraries of before 2014 put their clock into the hello; newer ones chance, which is seldom near the time. */
    private static @Nullable String clockHint(Offer offer, Instant now) {
        if (offer.shape().hello().supportedVersions() != null
                || offer.shape().hello().legacyVersion() > TLS_1_2) {
            return null;
        }
        Instant clock = Instant.ofEpochSecond(offer.randomTime());
        Duration behind = Duration.between(clock, now);
        return behind.abs().compareTo(CLOCK_MAX_DIFFERENCE) > 0
                ? null
                : "The client's hello may hold its clock: " + clock + ", "
                        + behind.abs().toSeconds() + " s " + (behind.isNegative() ? "ahead of" : "behind")
                        + " this server's.";
    }

    private static void addAll(ArrayNode json, List<X509Certificate> chain) {
        for (X509Certificate certificate : chain.subList(0, Math.min(chain.size(), CERTIFICATES_MAX))) {
            CertificateFacts facts = CertificateFacts.of(certificate);
            json.addObject()
                    .put("subject", Report.cleaned(facts.subject(), NAME_MAX_CHARS))
                    .put("issuer", Report.cleaned(facts.issuer(), NAME_MAX_CHARS))
                    .put("serial", facts.serial())
                    .put("notBefore", facts.notBefore().toString())
                    .put("notAfter", facts.notAfter().toString())
                    .put("keyType", facts.keyType())
                    .put("signature", certificate.getSigAlgName())
                    .put("sha1", facts.sha1())
                    .put("sha256", facts.sha256());
        }
    }

    private static void putIfKnown(ObjectNode json, String member, @Nullable String value) {
        if (value != null) {
            json.put(member, value);
        }
    }

    private static ObjectNode shortened(ObjectNode json, int maxBytes) {
        for (String part : LONG_PARTS) {
            if (JsonMapper.shared().writeValueAsBytes(json).length <= maxBytes) {
                break;
            }
            if (json.remove(part) != null) {
                json.put("leftOutForLength", part);
            }
        }
        return json;
    }
}
