package dev.holdfast.cli;

import dev.holdfast.wire.client.HttpsClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The operator API as commands use it: JSON in, JSON out, every refusal a sentence. */
final class OperatorClient implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String ROOT = "/holdfast/v1/";

    private final HttpsClient https;
    private final ServerAddress address;

    OperatorClient(HttpsClient https, ServerAddress address) {
        this.https = https;
        this.address = address;
    }

    ServerAddress address() {
        return address;
    }

    /** A path of segments that may hold any character. */
    static String path(String... segments) {
        StringBuilder path = new StringBuilder();
        for (String segment : segments) {
            path.append(path.isEmpty() ? "" : "/").append(encode(segment));
        }
        return path.toString();
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    JsonNode get(String path) throws CommandFailure {
        return send("GET", path, new byte[0]);
    }

    JsonNode post(String path, JsonNode body) throws CommandFailure {
        return send("POST", path, JSON.writeValueAsBytes(body));
    }

    /** @param fields of the request besides those that every request has */
    JsonNode post(String path, JsonNode body, Map<String, String> fields) throws CommandFailure {
        return send("POST", path, JSON.writeValueAsBytes(body), fields);
    }

    JsonNode put(String path, JsonNode body) throws CommandFailure {
        return send("PUT", path, JSON.writeValueAsBytes(body));
    }

    JsonNode patch(String path, JsonNode body) throws CommandFailure {
        return send("PATCH", path, JSON.writeValueAsBytes(body));
    }

    /** Sends bytes as they are. */
    JsonNode put(String path, byte[] content) throws CommandFailure {
        return send("PUT", path, content, Map.of("Content-Type", "application/octet-stream"));
    }

    /** Hands the body of a successful answer on as it comes, however long it is. What the receiver throws comes out unchanged. */
    void receive(String method, String path, HttpsClient.Receiver receiver) throws CommandFailure, IOException {
        Map<String, String> headers = Map.of("Authorization", "Bearer " + address.token());
        HttpsClient.Answer answer = asked(() -> https.receive(method, ROOT + path, headers, receiver));
        if (!answer.isSuccess()) {
            throw refused(answer, read(answer));
        }
    }

    void delete(String path) throws CommandFailure {
        JsonNode _ = send("DELETE", path, new byte[0]);
    }

    private JsonNode send(String method, String path, byte[] body) throws CommandFailure {
        return send(method, path, body, Map.of());
    }

    private JsonNode send(String method, String path, byte[] body, Map<String, String> fields) throws CommandFailure {
        Map<String, String> headers = new LinkedHashMap<>(fields);
        headers.put("Authorization", "Bearer " + address.token());
        if (body.length > 0) {
            headers.putIfAbsent("Content-Type", "application/json");
        }
        HttpsClient.Answer answer;
        try {
            answer = asked(() -> https.send(method, ROOT + path, headers, body));
        } catch (IOException e) {
            throw new CommandFailure("the server at " + address.url() + " did not answer (" + Trouble.of(e) + ").", e);
        }
        JsonNode read = read(answer);
        if (!answer.isSuccess()) {
            throw refused(answer, read);
        }
        return read;
    }

    @FunctionalInterface
    private interface Question {
        HttpsClient.Answer ask() throws IOException;
    }

    /** Says what is wrong where no server answers, or another one. */
    private HttpsClient.Answer asked(Question question) throws CommandFailure, IOException {
        try {
            return question.ask();
        } catch (ConnectException e) {
            if (e.getCause() instanceof UnresolvedAddressException) {
                throw new CommandFailure(
                        "the name " + address.url().getHost() + " does not resolve to an address; is it the right one?",
                        e);
            }
            throw new CommandFailure("no server answers at " + address.url() + "; is 'holdfast up' still running?", e);
        } catch (SSLException e) {
            throw new CommandFailure(
                    "the server at " + address.url() + " is not trusted by the roots in " + address.trustBundle() + " ("
                            + deepest(e) + ").",
                    e);
        }
    }

    private static CommandFailure refused(HttpsClient.Answer answer, JsonNode read) {
        // What is refused before it is known to be for the operator API comes in the form of the hub's own API.
        String message =
                read.path("error").path("message").asString(read.path("message").asString(""));
        return new CommandFailure(
                message.isEmpty() ? "the server answered with status " + answer.status() + "." : message, read);
    }

    /** The message of the failure that began it all; those above it repeat it with the names of classes. */
    private static String deepest(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    private static JsonNode read(HttpsClient.Answer answer) throws CommandFailure {
        if (answer.body().length == 0) {
            return JSON.createObjectNode();
        }
        try {
            return JSON.readTree(answer.body());
        } catch (JacksonException e) {
            throw new CommandFailure(
                    "the server answered with status " + answer.status() + " and not in JSON; is it a Holdfast?", e);
        }
    }

    @Override
    public void close() {
        https.close();
    }
}
