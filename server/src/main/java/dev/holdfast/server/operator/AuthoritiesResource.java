package dev.holdfast.server.operator;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubChange;
import dev.holdfast.hub.HubRefusal;
import dev.holdfast.hub.HubSettings;
import dev.holdfast.hub.Hubs;
import dev.holdfast.hub.identity.AuthorityRefusal;
import dev.holdfast.hub.identity.AuthorityVerification;
import dev.holdfast.hub.identity.CertificateAuthorities;
import dev.holdfast.hub.identity.CertificateAuthority;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.VerificationCode;
import dev.holdfast.hub.revocation.Origin;
import dev.holdfast.hub.revocation.RevocationSettings;
import dev.holdfast.hub.revocation.WhenUnknown;
import dev.holdfast.pki.CertificateFacts;
import dev.holdfast.pki.Pem;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code hubs/NAME/certificate-authorities}: whose certificates let devices in. */
public final class AuthoritiesResource {
    private final Hubs hubs;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Limits.Certificates limits;

    public AuthoritiesResource(Hubs hubs, InstantSource clock, SecureRandom random, Limits.Certificates limits) {
        this.hubs = hubs;
        this.random = random;
        this.clock = clock;
        this.limits = limits;
    }

    /** @param path the segments behind {@code certificate-authorities} */
    HttpResponse answer(HttpRequest request, Hub hub, List<String> path) throws BadRequest {
        return switch (path.size()) {
            case 0 ->
                switch (request.method()) {
                    case "GET" -> list(hub);
                    case "POST" -> register(request, hub);
                    default -> Answers.methodNotAllowed("GET, POST");
                };
            case 1 ->
                switch (request.method()) {
                    case "GET" -> shown(200, hub.settings().get(), path.getFirst());
                    case "DELETE" -> delete(hub, path.getFirst());
                    default -> Answers.methodNotAllowed("GET, DELETE");
                };
            case 2 ->
                switch (path.get(1)) {
                    case "verification-code" -> code(request, hub, path.getFirst());
                    case "verify" -> verify(request, hub, path.getFirst());
                    case "revocation" -> revocation(request, hub, path.getFirst());
                    default -> Answers.notFound();
                };
            default -> Answers.notFound();
        };
    }

    private static HttpResponse list(Hub hub) {
        ObjectNode body = Answers.object();
        ArrayNode list = body.putArray("certificateAuthorities");
        hub.settings().get().authorities().forEach(authority -> list.add(json(authority)));
        return Answers.json(200, body);
    }

    private HttpResponse register(HttpRequest request, Hub hub) throws BadRequest {
        RequestBody body = RequestBody.read(request.body(), Set.of("name", "certificate", "verified"));
        String name = body.text("name");
        String certificate = body.text("certificate");
        boolean verified = body.flag("verified", true);
        HubChange change = hubs.changeAuthorities(
                hub.name(),
                authorities ->
                        CertificateAuthorities.add(authorities, name, certificate, verified, limits, clock.instant()));
        return switch (change) {
            case HubChange.Done(var now, var _) -> shown(201, now.settings().get(), name);
            case HubChange.Refused(var why) -> HubRefusals.answer(hub.name(), why);
        };
    }

    private HttpResponse code(HttpRequest request, Hub hub, String name) {
        if (!request.method().equals("POST")) {
            return Answers.methodNotAllowed("POST");
        }
        HubChange change = hubs.changeAuthorities(
                hub.name(),
                authorities -> AuthorityVerification.withCode(
                        authorities, name, precondition(request), random, limits, clock.instant()));
        return switch (change) {
            case HubChange.Done(var now, var _) -> code(now.settings().get(), name);
            case HubChange.Refused(var why) -> HubRefusals.answer(hub.name(), why);
        };
    }

    private static HttpResponse code(HubSettings hub, String name) {
        CertificateAuthority authority = find(hub, name);
        VerificationCode code = authority == null ? null : authority.code();
        if (authority == null || code == null) {
            // Somebody else changed it between the change and here.
            return HubRefusals.answer(
                    hub.name(), new HubRefusal.AuthoritiesNotChanged(new AuthorityRefusal.AuthorityChanged(name)));
        }
        return Answers.json(
                200,
                Answers.object()
                        .put("name", name)
                        .put("verificationCode", code.text())
                        .put("expires", code.until().toString())
                        .put("etag", authority.etag()));
    }

    private HttpResponse verify(HttpRequest request, Hub hub, String name) throws BadRequest {
        if (!request.method().equals("POST")) {
            return Answers.methodNotAllowed("POST");
        }
        String certificate =
                RequestBody.read(request.body(), Set.of("certificate")).text("certificate");
        HubChange change = hubs.changeAuthorities(
                hub.name(),
                authorities -> AuthorityVerification.verify(
                        authorities, name, precondition(request), certificate, limits, clock.instant()));
        return switch (change) {
            case HubChange.Done(var now, var _) -> shown(200, now.settings().get(), name);
            case HubChange.Refused(var why) -> HubRefusals.answer(hub.name(), why);
        };
    }

    /** What is left out stays. */
    private HttpResponse revocation(HttpRequest request, Hub hub, String name) throws BadRequest {
        if (!request.method().equals("PATCH")) {
            return Answers.methodNotAllowed("PATCH");
        }
        RequestBody body = RequestBody.read(request.body(), Set.of("crlUrl", "ocspUrl", "whenUnknown"));
        Origin lists = origin(body, "crlUrl");
        Origin answers = origin(body, "ocspUrl");
        WhenUnknown whenUnknown = whenUnknown(body);
        HubChange change = hubs.changeAuthorities(hub.name(), authorities -> {
            RevocationSettings before = authorities.stream()
                    .filter(authority -> authority.name().equals(name))
                    .map(CertificateAuthority::revocation)
                    .findFirst()
                    .orElse(RevocationSettings.NONE);
            RevocationSettings wanted = new RevocationSettings(
                    lists == null ? before.lists() : lists,
                    answers == null ? before.answers() : answers,
                    whenUnknown == null ? before.whenUnknown() : whenUnknown);
            boolean holdsList = hub.revocation().holdsListOf(name);
            return CertificateAuthorities.setRevocation(authorities, name, wanted, holdsList, clock.instant());
        });
        return switch (change) {
            case HubChange.Done(var now, var ended) -> revocation(now.settings().get(), name, ended);
            case HubChange.Refused(var why) -> HubRefusals.answer(hub.name(), why);
        };
    }

    private static HttpResponse revocation(HubSettings hub, String name, int ended) {
        CertificateAuthority authority = find(hub, name);
        return authority == null ? missing() : Answers.json(200, json(authority).put("connectionsEnded", ended));
    }

    private static @Nullable Origin origin(RequestBody body, String member) throws BadRequest {
        String text = body.optionalText(member);
        if (text == null) {
            return null;
        }
        return Origin.parse(text)
                .orElseThrow(() -> new BadRequest("'" + member
                        + "' is an http or https URL with a host and without a user name, 'certificate' for what the"
                        + " certificates of the authority say, or 'none'."));
    }

    private static @Nullable WhenUnknown whenUnknown(RequestBody body) throws BadRequest {
        String text = body.optionalText("whenUnknown");
        return text == null
                ? null
                : WhenUnknown.parse(text).orElseThrow(() -> new BadRequest("'whenUnknown' is allow or refuse."));
    }

    private static Precondition precondition(HttpRequest request) {
        return Precondition.ifMatch(request.header("if-match").orElse(null));
    }

    private HttpResponse delete(Hub hub, String name) {
        return HubRefusals.noContent(
                hub.name(),
                hubs.changeAuthorities(hub.name(), authorities -> CertificateAuthorities.remove(authorities, name)));
    }

    private static HttpResponse shown(int status, HubSettings hub, String name) {
        CertificateAuthority authority = find(hub, name);
        return authority == null
                ? missing()
                : Answers.json(status, json(authority).put("certificate", Pem.write(authority.certificate())));
    }

    private static HttpResponse missing() {
        return Answers.error(404, "AuthorityMissing", "The hub has no certificate authority of this name.");
    }

    private static @Nullable CertificateAuthority find(HubSettings hub, String name) {
        return hub.authorities().stream()
                .filter(authority -> authority.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static ObjectNode json(CertificateAuthority authority) {
        CertificateFacts facts = CertificateFacts.of(authority.certificate());
        return Answers.object()
                .put("name", authority.name())
                .put("subject", facts.subject())
                .put("issuer", facts.issuer())
                .put("keyType", facts.keyType())
                .put("thumbprint", facts.sha1())
                .put("sha256", facts.sha256())
                .put("validFrom", facts.notBefore().toString())
                .put("expiry", facts.notAfter().toString())
                .put("isVerified", authority.verified())
                .put("crlUrl", authority.revocation().lists().text())
                .put("ocspUrl", authority.revocation().answers().text())
                .put("whenUnknown", authority.revocation().whenUnknown().word())
                .put("etag", authority.etag())
                .put("created", authority.created().toString())
                .put("updated", authority.updated().toString());
    }
}
