package dev.holdfast.server.operator;

import dev.holdfast.wire.http.HttpFace;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator API, {@code /holdfast/v1/…}. Whoever holds the operator token may do everything here and nobody else anything;
 * a path that does not exist is not told from one that does before the token was right.
 */
public final class OperatorFace implements HttpFace {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorFace.class);
    private static final String SCHEME = "Bearer ";
    private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");
    private static final Set<String> RESOURCES = Set.of("status", "hubs", "backup");

    private final OperatorToken token;
    private final Predicate<String> ownHost;
    private final StatusResource status;
    private final HubsResource hubs;
    private final BackupResource backup;

    /** @param ownHost whether a host name is one of this installation; keeps pages that rebind their own name out */
    public OperatorFace(
            OperatorToken token,
            Predicate<String> ownHost,
            StatusResource status,
            HubsResource hubs,
            BackupResource backup) {
        this.token = token;
        this.ownHost = ownHost;
        this.status = status;
        this.hubs = hubs;
        this.backup = backup;
    }

    @Override
    public boolean claims(HttpRequest request) {
        return request.path().size() >= 2
                && request.path().get(0).equals("holdfast")
                && request.path().get(1).equals("v1")
                && ownHost.test(request.host());
    }

    @Override
    public HttpResponse answer(HttpRequest request) {
        if (!isOperator(request)) {
            LOG.warn(
                    "refused a request to the operator API from {}: no operator token, or a wrong one",
                    request.connection().remoteAddress());
            return Answers.error(
                            401,
                            "Unauthorized",
                            "Send the operator token as 'Authorization: Bearer …'; the server keeps it in the file"
                                    + " operator-token of its data directory.")
                    .with("WWW-Authenticate", "Bearer");
        }
        try {
            return route(request);
        } catch (BadRequest e) {
            return Answers.error(400, "BadRequest", e.sentence());
        }
    }

    /** What a request asks for, as a word from a closed list. */
    public static String operation(HttpRequest request) {
        String resource = request.path().size() < 3 ? "" : request.path().get(2);
        return METHODS.contains(request.method()) && RESOURCES.contains(resource)
                ? request.method() + " /holdfast/v1/" + resource
                : "other";
    }

    private boolean isOperator(HttpRequest request) {
        String authorization = request.header("authorization").orElse("");
        return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && token.matches(authorization.substring(SCHEME.length()).strip());
    }

    private HttpResponse route(HttpRequest request) throws BadRequest {
        List<String> path = request.path().subList(2, request.path().size());
        return switch (path.isEmpty() ? "" : path.getFirst()) {
            case "status" -> path.size() == 1 ? status.answer(request) : Answers.notFound();
            case "backup" -> path.size() == 1 ? backup.answer(request) : Answers.notFound();
            case "hubs" -> hubs.answer(request, path.subList(1, path.size()));
            default -> Answers.notFound();
        };
    }
}
