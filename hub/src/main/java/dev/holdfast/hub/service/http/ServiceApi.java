package dev.holdfast.hub.service.http;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.TlsAdmission;
import dev.holdfast.hub.http.Faults;
import dev.holdfast.hub.http.Requests;
import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.AccessRight;
import dev.holdfast.hub.identity.AuthenticationRefusal.TlsNotAccepted;
import dev.holdfast.hub.identity.ServiceAuthentication;
import dev.holdfast.hub.identity.Signing;
import dev.holdfast.tls.peer.Admissions;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.http.HttpFace;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The service API of every hub, on the hub's host names. Deny by default: the caller's token is judged before anything else is
 * looked at, for what does not exist as for what does.
 *
 * <p>Refusals go to the reports as well, apart from the registry's everyday answers (no such device, exists already, changed
 * meanwhile).
 */
public final class ServiceApi implements HttpFace {
    private static final Set<String> OVERRIDES = Set.of("PUT", "PATCH", "DELETE");
    private static final Set<String> DEVICE_PATHS = Set.of("devices", "twins", "digitaltwins");

    private final HubDirectory hubs;
    private final TlsAdmission admission;
    private final Faults faults;
    private final ServiceRoutes routes;

    /** @param reports told of refused calls; quick */
    public ServiceApi(HubDirectory hubs, Limits.Registry limits, InstantSource clock, Consumer<Report> reports) {
        this.hubs = hubs;
        this.admission = new TlsAdmission(hubs, clock);
        this.faults = new Faults(clock, reports);
        this.routes = new ServiceRoutes(limits);
    }

    @Override
    public boolean claims(HttpRequest request) {
        return routes.claims(request.path()) && hubs.byHostName(request.host()).isPresent();
    }

    @Override
    public @Nullable HttpResponse refusalOf(HttpRequest head) {
        return judged(head, hub -> {
            var _ = letIn(hub, head);
            return null;
        });
    }

    @Override
    public HttpResponse answer(HttpRequest request) {
        HttpResponse answer = judged(request, hub -> letIn(hub, request).answer(new ServiceCall(hub, request)));
        return Objects.requireNonNull(answer);
    }

    /** Does something that may be refused. */
    private interface Work {
        @Nullable
        HttpResponse with(Hub hub) throws ServiceFault;
    }

    private @Nullable HttpResponse judged(HttpRequest request, Work work) {
        Hub hub = hubs.byHostName(request.host()).orElse(null);
        try {
            if (hub == null) {
                throw ServiceFault.of(
                        ServiceError.GENERIC_NOT_FOUND, "The hub was deleted a moment ago. Use another one.");
            }
            HttpResponse answer = work.with(hub);
            return answer == null
                    ? null
                    : Faults.traced(answer, UUID.randomUUID().toString());
        } catch (ServiceFault fault) {
            HttpResponse refused = faults.answer(fault, request, hub, device(request.path()));
            return fault.error() == ServiceError.METHOD_NOT_ALLOWED
                    ? refused.with("Allow", methods(request.path()))
                    : refused;
        }
    }

    /** What a request asks for, as a word from a closed list: method and pattern of an entry, or {@code other}. */
    public String operation(HttpRequest request) {
        return routes.of(request.path()).stream()
                .filter(route -> route.method().equals(request.method()))
                .findFirst()
                .map(route -> route.method() + " " + route.path())
                .orElse("other");
    }

    /** Judges everything that stands in the head: who is calling, and for what. */
    private ServiceRoute.Handler letIn(Hub hub, HttpRequest request) throws ServiceFault {
        List<ServiceRoute> here = routes.of(request.path());
        String method = method(request);
        ServiceRoute route = here.stream()
                .filter(candidate -> candidate.method().equals(method))
                .findFirst()
                .orElse(null);
        judgeToken(hub, request, route);
        if (here.isEmpty()) {
            throw ServiceFault.of(
                    ServiceError.GENERIC_NOT_FOUND,
                    "The service API has nothing at this path. Correct it, or look in docs/reference/compatibility.md for what is"
                            + " served.");
        }
        if (route == null) {
            throw ServiceFault.of(
                    ServiceError.METHOD_NOT_ALLOWED,
                    "This path takes " + methods(request.path()) + " only. Send one of these.");
        }
        Requests.requireVersion(request);
        return switch (route.answer()) {
            case ServiceRoute.Answer.By(var handler) -> handler;
            case ServiceRoute.Answer.NotServedYet(var what) -> throw ServiceFault.notServedYet(what, "");
        };
    }

    /** The method that is meant: HTTP libraries that know no PATCH send POST and say so in a field. */
    private static String method(HttpRequest request) throws ServiceFault {
        String override = request.header("x-http-method-override").orElse(null);
        if (override == null || !request.method().equals("POST")) {
            return request.method();
        }
        String method = override.toUpperCase(Locale.ROOT);
        if (!OVERRIDES.contains(method)) {
            throw ServiceFault.of(
                    ServiceError.ARGUMENT_INVALID,
                    "X-HTTP-Method-Override is none of PUT, PATCH and DELETE, or not of a POST. Send one of these, or none.");
        }
        return method;
    }

    /** @param route null when there is none: then any token of the hub will do, since there is nothing to have */
    private void judgeToken(Hub hub, HttpRequest request, @Nullable ServiceRoute route) throws ServiceFault {
        TlsNotAccepted fault =
                admission.refusalOf(Handshake.of(request.connection()), Admissions.of(request.connection()), hub);
        if (fault != null) {
            throw ServiceFault.ofService(hub, fault);
        }
        String token = request.header("authorization").orElse("");
        if (token.isEmpty()) {
            throw ServiceFault.noToken();
        }
        Set<AccessRight> needed = route == null ? EnumSet.noneOf(AccessRight.class) : EnumSet.of(route.right());
        ServiceAuthentication judged =
                hub.authenticator().judgeService(token, request.path(), needed, Signing.KEY_BYTES);
        switch (judged) {
            case ServiceAuthentication.Accepted _ -> {}
            case ServiceAuthentication.Refused(var refusal) -> throw ServiceFault.ofService(hub, refusal);
        }
    }

    private String methods(List<String> path) {
        return routes.of(path).stream().map(ServiceRoute::method).distinct().collect(Collectors.joining(", "));
    }

    /** The device that a path is about, as the caller spelled it. */
    private @Nullable String device(List<String> path) {
        List<ServiceRoute> here = routes.of(path);
        if (here.isEmpty() || !namesDevice(here.getFirst())) {
            return null;
        }
        return path.get(1);
    }

    private static boolean namesDevice(ServiceRoute route) {
        return route.pattern().size() > 1
                && route.pattern().get(1).equals("{id}")
                && DEVICE_PATHS.contains(route.pattern().getFirst());
    }
}
