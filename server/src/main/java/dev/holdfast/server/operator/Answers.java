package dev.holdfast.server.operator;

import dev.holdfast.wire.http.HttpResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The answers of the operator API. Many hold keys, so none may be kept by anything between server and client. */
final class Answers {
    private static final JsonMapper JSON = JsonMapper.shared();

    private Answers() {}

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static HttpResponse json(int status, JsonNode body) {
        return HttpResponse.json(status, JSON.writeValueAsString(body)).with("Cache-Control", "no-store");
    }

    static HttpResponse noContent() {
        return HttpResponse.empty(204);
    }

    /**
     * @param code stable word for programs
     * @param message a sentence for people, without a secret
     */
    static HttpResponse error(int status, String code, String message) {
        ObjectNode body = object();
        body.putObject("error").put("code", code).put("message", message);
        return json(status, body);
    }

    static HttpResponse notFound() {
        return error(404, "NotFound", "The operator API has nothing at this path.");
    }

    static HttpResponse unknownHub() {
        return error(404, "UnknownHub", "There is no hub of this name.");
    }

    static HttpResponse methodNotAllowed(String allowed) {
        return error(405, "MethodNotAllowed", "Only " + allowed + " is possible here.")
                .with("Allow", allowed);
    }
}
