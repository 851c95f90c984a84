package dev.holdfast.server.operator;

import dev.holdfast.store.StoreException;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.http.HttpFace;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
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
    private static final Set<String> RESOURCES =
            Set.of("policies", "status", "hubs", "backup", "certificates", "reports", "traces");

    private final OperatorToken token;
    private final Predicate<String> ownHost;
    private final StatusResource status;
    private final HubsResource hubs;
    private final TlsPoliciesResource policies;
    private final BackupResource backup;
    private final ServerCertificatesResource certificates;
    private final ReportsResource reportsResource;
    private final TracesResource traces;
    private final InstantSource clock;
    private final Consumer<Report> reports;

    /**
     * @param ownHost whether a host name is one of this installation; keeps pages that rebind their own name out
     * @param reports told of refused calls; quick
     */
    public OperatorFace(
            OperatorToken token,
            Predicate<String> ownHost,
            StatusResource status,
            HubsResource hubs,
            TlsPoliciesResource policies,
            BackupResource backup,
            ServerCertificatesResource certificates,
            ReportsResource reportsResource,
            TracesResource traces,
            InstantSource clock,
            Consumer<Report> reports) {
        this.token = token;
        this.ownHost = ownHost;
        this.status = status;
        this.hubs = hubs;
        this.policies = policies;
        this.backup = backup;
        this.certificates = certificates;
        this.reportsResource = reportsResource;
        this.traces = traces;
        this.clock = clock;
        this.reports = reports;
    }

    @Override
    public boolean claims(HttpRequest request) {
        return request.path().size() >= 2
                && request.path().get(0).equals("holdfast")
                && request.path().get(1).equals("v1")
                && ownHost.test(request.host());
    }

    @Override
    public @Nullable HttpResponse refusalOf(HttpRequest head) {
        OperatorRefusal fault = faultOf(head.header("authorization").orElse(null));
        if (fault == null) {
            return null;
        }
        Report report = Report.of(head.connection(), clock.instant(), null, null, fault.reason(), fault.explain());
        reports.accept(report);
        return Answers.error(
                        401,
                        "Unauthorized",
                        "Send the operator token as 'Authorization: Bearer …'; the server keeps it in the file"
                                + " operator-token of its data directory. (report " + report.id() + ")")
                .with("WWW-Authenticate", "Bearer")
                .with("x-ms-request-id", report.id());
    }

    @Override
    public int bodyMaxBytes(HttpRequest head, int usual) {
        List<String> path = head.path().subList(2, head.path().size());
        return !path.isEmpty() && path.getFirst().equals("hubs")
                ? hubs.bodyMaxBytes(path.subList(1, path.size()), usual)
                : usual;
    }

    @Override
    public HttpResponse answer(HttpRequest request) {
        HttpResponse refusal = refusalOf(request);
        if (refusal != null) {
            return refusal;
        }
        try {
            return route(request);
        } catch (BadRequest e) {
            return Answers.error(400, "BadRequest", e.sentence());
        } catch (StoreException e) {
            LOG.error("an operator's request can't be answered", e);
            return Answers.error(
                    503,
                    "StorageFailed",
                    "The server's storage can't do what was asked: " + e.getMessage()
                            + ". Look at the room on its disk and into its log, and ask again.");
        }
    }

    /** What a request asks for, as a word from a closed list. */
    public static String operation(HttpRequest request) {
        String resource = request.path().size() < 3 ? "" : request.path().get(2);
        return METHODS.contains(request.method()) && RESOURCES.contains(resource)
                ? request.method() + " /holdfast/v1/" + resource
                : "other";
    }

    private @Nullable OperatorRefusal faultOf(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return OperatorRefusal.OPERATOR_TOKEN_MISSING;
        }
        return token.matches(authorization.substring(SCHEME.length()).strip())
                ? null
                : OperatorRefusal.OPERATOR_TOKEN_WRONG;
    }

    private HttpResponse route(HttpRequest request) throws BadRequest {
        List<String> path = request.path().subList(2, request.path().size());
        return switch (path.isEmpty() ? "" : path.getFirst()) {
            case "status" -> path.size() == 1 ? status.answer(request) : Answers.notFound();
            case "backup" -> path.size() == 1 ? backup.answer(request) : Answers.notFound();
            case "hubs" -> hubs.answer(request, path.subList(1, path.size()));
            case "certificates" -> certificates.answer(request, path.subList(1, path.size()));
            case "reports" -> reportsResource.answer(request, path.subList(1, path.size()));
            case "traces" -> traces.answer(request, path.subList(1, path.size()));
            case "policies" -> policies.answer(request, path.subList(1, path.size()));
            default -> Answers.notFound();
        };
    }
}
