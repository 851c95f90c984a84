package dev.holdfast.server.operator;

import dev.holdfast.hub.HostNames;
import dev.holdfast.hub.Hubs;
import dev.holdfast.pki.TrustBundle;
import dev.holdfast.server.certificate.ServerCertificates;
import dev.holdfast.wire.http.HttpFace;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code /.well-known/holdfast/ca.pem} and {@code …/trust-bundle}: the roots to trust, for anyone and under every host name, because
 * they are no secret and who asks for them may know no more than an address. The host name says of which world.
 */
public final class TrustBundleFace implements HttpFace {
    private static final List<String> DIRECTORY = List.of(".well-known", "holdfast");
    private static final String PEM = "ca.pem";
    private static final String JSON = "trust-bundle";

    private final TrustBundleDocument document;

    public TrustBundleFace(ServerCertificates certificates, HostNames hostNames, Hubs hubs) {
        this.document = new TrustBundleDocument(certificates, hostNames, hubs);
    }

    @Override
    public boolean claims(HttpRequest request) {
        List<String> path = request.path();
        return path.size() == 3
                && path.subList(0, 2).equals(DIRECTORY)
                && (path.getLast().equals(PEM) || path.getLast().equals(JSON));
    }

    /** What a request asks for, as a word from a closed list. */
    public static String operation(HttpRequest request) {
        return "GET /.well-known/holdfast/" + (request.path().getLast().equals(PEM) ? PEM : JSON);
    }

    @Override
    public HttpResponse refusalOf(HttpRequest head) {
        return head.method().equals("GET")
                ? Answers.error(400, "BadRequest", "The roots are asked for without a body.")
                : Answers.methodNotAllowed("GET");
    }

    @Override
    public HttpResponse answer(HttpRequest request) {
        if (!request.method().equals("GET")) {
            return Answers.methodNotAllowed("GET");
        }
        TrustBundle bundle = document.bundle(request.host());
        // May be kept, and has to be asked about before it is used again: a new reserve root is not to be missed.
        Map<String, String> fields = Map.of("ETag", '"' + bundle.version() + '"', "Cache-Control", "no-cache");
        if (request.header("if-none-match")
                .filter(tags -> names(tags, bundle.version()))
                .isPresent()) {
            return new HttpResponse(304, fields, new byte[0]);
        }
        HttpResponse whole = request.path().getLast().equals(PEM)
                ? new HttpResponse(
                        200,
                        Map.of("Content-Type", "application/x-pem-file"),
                        bundle.pem().getBytes(StandardCharsets.US_ASCII))
                : HttpResponse.json(200, JsonMapper.shared().writeValueAsString(document.json(request.host())));
        for (Map.Entry<String, String> field : fields.entrySet()) {
            whole = whole.with(field.getKey(), field.getValue());
        }
        return whole;
    }

    /** RFC 9110 13.1.2: a list of tags, weak or not, or '*' for any. */
    private static boolean names(String tags, String version) {
        return Arrays.stream(tags.split(","))
                .map(String::strip)
                .map(tag -> tag.startsWith("W/") ? tag.substring(2) : tag)
                .anyMatch(tag -> tag.equals("*") || tag.equals('"' + version + '"'));
    }
}
