package dev.holdfast.server.operator;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.identity.CertificateMark.ByPublicKey;
import dev.holdfast.hub.identity.CertificateMark.BySerial;
import dev.holdfast.hub.identity.CertificateMark.ByThumbprint;
import dev.holdfast.hub.identity.DenialChange;
import dev.holdfast.hub.identity.DenialRefusal;
import dev.holdfast.hub.identity.DenialRequest;
import dev.holdfast.hub.identity.DeniedCertificate;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code hubs/NAME/denied-certificates}: certificates and keys that open nothing. */
public final class DeniedCertificatesResource {
    private static final Set<String> MEMBERS =
            Set.of("thumbprint", "publicKey", "serial", "issuer", "certificate", "by", "note");

    private final Limits.Registry limits;

    /** @param limits for the size of a page */
    public DeniedCertificatesResource(Limits.Registry limits) {
        this.limits = limits;
    }

    /** @param path the segments behind {@code denied-certificates} */
    HttpResponse answer(HttpRequest request, Hub hub, List<String> path) throws BadRequest {
        return switch (path.size()) {
            case 0 ->
                switch (request.method()) {
                    case "GET" -> list(request, hub);
                    case "POST" -> add(request, hub);
                    default -> Answers.methodNotAllowed("GET, POST");
                };
            case 1 ->
                switch (request.method()) {
                    case "GET" -> show(hub, path.getFirst());
                    case "DELETE" -> remove(hub, path.getFirst());
                    default -> Answers.methodNotAllowed("GET, DELETE");
                };
            default -> Answers.notFound();
        };
    }

    private HttpResponse list(HttpRequest request, Hub hub) {
        List<DeniedCertificate> page = hub.denied().list(request.query().getOrDefault("after", ""), limits.pageMax());
        ObjectNode body = Answers.object();
        ArrayNode list = body.putArray("deniedCertificates");
        page.forEach(entry -> list.add(json(entry)));
        if (page.size() == limits.pageMax()) {
            body.put("next", page.getLast().id());
        }
        return Answers.json(200, body);
    }

    private static HttpResponse add(HttpRequest request, Hub hub) throws BadRequest {
        RequestBody body = RequestBody.read(request.body(), MEMBERS);
        String note = Optional.ofNullable(body.optionalText("note")).orElse("");
        return switch (hub.denied().add(wanted(body), note)) {
            case DenialChange.Done(var entry) -> Answers.json(201, json(entry));
            case DenialChange.Refused(var why) -> refused(why);
        };
    }

    private static DenialRequest wanted(RequestBody body) throws BadRequest {
        String thumbprint = body.optionalText("thumbprint");
        String publicKey = body.optionalText("publicKey");
        String serial = body.optionalText("serial");
        String certificate = body.optionalText("certificate");
        if (Stream.of(thumbprint, publicKey, serial, certificate)
                        .filter(Objects::nonNull)
                        .count()
                != 1) {
            throw new BadRequest("Give one of 'thumbprint', 'publicKey', 'serial' (with 'issuer') and 'certificate'.");
        }
        if (serial == null && body.optionalText("issuer") != null) {
            throw new BadRequest("'issuer' belongs to 'serial'.");
        }
        if (certificate == null && body.optionalText("by") != null) {
            throw new BadRequest("'by' belongs to 'certificate'.");
        }
        if (thumbprint != null) {
            return new DenialRequest.Thumbprint(thumbprint);
        }
        if (publicKey != null) {
            return new DenialRequest.PublicKey(publicKey);
        }
        return certificate == null
                ? new DenialRequest.Serial(body.text("serial"), body.text("issuer"))
                : new DenialRequest.Certificate(certificate, by(body.optionalText("by")));
    }

    private static DenialRequest.By by(@Nullable String text) throws BadRequest {
        return switch (text == null ? "thumbprint" : text) {
            case "thumbprint" -> DenialRequest.By.THUMBPRINT;
            case "publicKey" -> DenialRequest.By.PUBLIC_KEY;
            case "serial" -> DenialRequest.By.SERIAL;
            default -> throw new BadRequest("'by' is one of thumbprint, publicKey and serial.");
        };
    }

    private static HttpResponse show(Hub hub, String id) {
        return hub.denied()
                .find(id)
                .map(entry -> Answers.json(200, json(entry)))
                .orElseGet(() -> refused(new DenialRefusal.NotDenied(id)));
    }

    private static HttpResponse remove(Hub hub, String id) {
        return switch (hub.denied().remove(id)) {
            case DenialChange.Done _ -> Answers.noContent();
            case DenialChange.Refused(var why) -> refused(why);
        };
    }

    private static ObjectNode json(DeniedCertificate entry) {
        ObjectNode json = Answers.object().put("id", entry.id());
        switch (entry.mark()) {
            case ByThumbprint(var thumbprint) -> json.put("thumbprint", thumbprint.hex());
            case ByPublicKey(var sha256) -> json.put("publicKey", sha256.hex());
            case BySerial serial ->
                json.put("serial", serial.hex()).put("issuer", serial.issuer().getName());
        }
        return json.put("note", entry.note()).put("created", entry.created().toString());
    }

    private static HttpResponse refused(DenialRefusal why) {
        int status = switch (why) {
            case DenialRefusal.DeniedAlready _ -> 409;
            case DenialRefusal.NotDenied _ -> 404;
            case DenialRefusal.TooManyDenied _ -> 403;
            case DenialRefusal.ThumbprintMalformed _,
                    DenialRefusal.PublicKeyMalformed _,
                    DenialRefusal.SerialMalformed _,
                    DenialRefusal.IssuerMalformed _,
                    DenialRefusal.NoteTooLong _,
                    DenialRefusal.CertificateUnusable _ -> 400;
        };
        return Answers.error(status, why.reason(), why.explain());
    }
}
