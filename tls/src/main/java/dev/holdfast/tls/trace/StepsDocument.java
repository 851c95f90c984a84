package dev.holdfast.tls.trace;

import dev.holdfast.tls.trace.Details.Detail;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Steps and certificates as JSON: the same from whichever side a handshake was watched. */
public final class StepsDocument {
    private static final Pattern NEXT_WORD = Pattern.compile("[ -]([a-z])");

    private final UnaryOperator<String> cleaned;

    /** @param cleaned what is done to every text that a peer chose */
    public StepsDocument(UnaryOperator<String> cleaned) {
        this.cleaned = cleaned;
    }

    public ArrayNode steps(List<TracedStep> steps) {
        ArrayNode json = JsonMapper.shared().createArrayNode();
        steps.forEach(each -> json.add(step(each)));
        return json;
    }

    private ObjectNode step(TracedStep step) {
        ObjectNode json = object().put("number", step.step().number())
                .put("title", step.step().title())
                .put("state", step.state().toString())
                .put("note", step.note());
        ArrayNode seen = json.putArray("seen");
        step.seen().forEach(each -> seen.add(seen(each)));
        return json;
    }

    private ObjectNode seen(Seen seen) {
        ObjectNode json = object().put("from", seen.from().name().toLowerCase(Locale.ROOT))
                .put("what", cleaned.apply(SeenText.name(seen)))
                .put("bytes", seen.bytes())
                .put("atMillis", millis(seen.at()));
        List<Detail> details = SeenText.details(seen);
        if (!details.isEmpty()) {
            ObjectNode said = json.putObject("details");
            details.forEach(detail -> add(said, detail));
        }
        return json;
    }

    private void add(ObjectNode json, Detail detail) {
        String name = NEXT_WORD.matcher(detail.label()).replaceAll(StepsDocument::capital);
        if (detail.isList()) {
            ArrayNode values = json.putArray(name);
            detail.values().forEach(value -> values.add(cleaned.apply(value)));
        } else {
            json.put(name, cleaned.apply(detail.values().getFirst()));
        }
    }

    private static String capital(MatchResult word) {
        return word.group(1).toUpperCase(Locale.ROOT);
    }

    public ObjectNode certificate(ShownCertificate certificate) {
        ObjectNode json = object().put("subject", cleaned.apply(certificate.subject()))
                .put("issuer", cleaned.apply(certificate.issuer()))
                .put("serial", certificate.serial())
                .put("validFrom", certificate.validFrom().toString())
                .put("validUntil", certificate.validUntil().toString())
                .put("key", certificate.key())
                .put("sha256", certificate.sha256());
        ArrayNode names = json.putArray("names");
        certificate.names().forEach(name -> names.add(cleaned.apply(name)));
        return json;
    }

    /** With one decimal. */
    public static double millis(Duration time) {
        return Math.round(time.toNanos() / 1e5) / 10.0;
    }

    private static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }
}
