package dev.holdfast.server.operator;

import dev.holdfast.hub.Hubs;
import dev.holdfast.pki.CertificateFacts;
import dev.holdfast.pki.RootChange;
import dev.holdfast.pki.RootChangeFault;
import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.pki.ServerSlot;
import dev.holdfast.pki.TrustedRoot;
import dev.holdfast.server.certificate.ServerCertificates;
import dev.holdfast.server.certificate.ShownCertificate;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code certificates/server/roots}: what clients trust, and which of these roots is the primary one. */
final class ServerRootsResource {
    private final ServerCertificates certificates;
    private final Hubs hubs;

    /** @param hubs nothing changes while a backup reads the files */
    ServerRootsResource(ServerCertificates certificates, Hubs hubs) {
        this.certificates = certificates;
        this.hubs = hubs;
    }

    /** @param path the segments behind {@code roots} */
    HttpResponse answer(HttpRequest request, List<String> path) throws BadRequest {
        String method = request.method();
        if (path.isEmpty()) {
            return method.equals("GET") ? list(Worlds.of(certificates, request)) : Answers.methodNotAllowed("GET");
        }
        if (path.equals(List.of("promote"))) {
            return method.equals("POST") ? promote(request.body()) : Answers.methodNotAllowed("POST");
        }
        return path.size() == 1
                ? method.equals("DELETE")
                        ? remove(Worlds.oneOf(certificates, request.query().get("world")), path.getFirst())
                        : Answers.methodNotAllowed("DELETE")
                : Answers.notFound();
    }

    private static HttpResponse list(List<ServerAuthorities> worlds) {
        ObjectNode body = Answers.object();
        ArrayNode roots = body.putArray("roots");
        for (ServerAuthorities each : worlds) {
            each.bundle()
                    .roots()
                    .forEach(root -> roots.add(TrustBundleDocument.json(root)
                            .put("world", each.world().name())));
        }
        return Answers.json(200, body);
    }

    private HttpResponse promote(byte[] body) throws BadRequest {
        RequestBody read = RequestBody.read(body, Set.of("world", "keyType", "sha256", "confirmed"));
        String world =
                Worlds.oneOf(certificates, read.optionalText("world")).world().name();
        ServerSlot slot = Worlds.slot(read.text("keyType"));
        String sha256 = read.optionalText("sha256");
        boolean confirmed = read.flag("confirmed", false);
        return hubs.whileUnchanged(() -> {
            RootChange change;
            try {
                change =
                        confirmed ? certificates.promote(world, slot, sha256) : certificates.judge(world, slot, sha256);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return switch (change) {
                case RootChange.Refused(var why) -> refused(why);
                case RootChange.Possible possible -> Answers.json(200, json(possible, confirmed));
            };
        });
    }

    private static ObjectNode json(RootChange.Possible change, boolean done) {
        ObjectNode body = Answers.object()
                .put("done", done)
                .put("world", change.world().name())
                .put("keyType", ShownCertificate.word(change.slot()));
        body.set("from", TrustBundleDocument.json(change.from()));
        body.set("to", TrustBundleDocument.json(change.to()));
        ArrayNode breaks = body.putArray("breaks");
        breaks(change).forEach(breaks::add);
        return body;
    }

    /** Who can't connect any more, in sentences. */
    private static List<String> breaks(RootChange.Possible change) {
        List<String> breaks = new ArrayList<>();
        String file =
                change.world().isDefault() ? "ca.pem" : "ca-" + change.world().name() + ".pem";
        TrustedRoot to = change.to();
        if (!change.shown()) {
            breaks.add(
                    "Nobody at present: clients are shown the operator's chain in this place. The change shows when that is"
                            + " taken back with 'holdfast cert server renew'.");
        }
        breaks.add("Clients that trust only the root '" + subject(change.from()) + "'.");
        breaks.add("Clients whose " + file + " is older than " + to.since() + ", when the root '" + subject(to)
                + "' came into it.");
        return breaks;
    }

    private static String subject(TrustedRoot root) {
        return CertificateFacts.of(root.certificate()).subject();
    }

    private HttpResponse remove(ServerAuthorities world, String sha256) {
        ServerSlot slot = world.bundle().roots().stream()
                .filter(root -> root.sha256().equalsIgnoreCase(sha256))
                .map(TrustedRoot::slot)
                .findFirst()
                .orElse(ServerSlot.RSA);
        return hubs.whileUnchanged(() -> {
            @Nullable RootChangeFault fault;
            try {
                fault = certificates.remove(world.world().name(), slot, sha256);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return fault == null ? Answers.noContent() : refused(fault);
        });
    }

    static HttpResponse refused(RootChangeFault why) {
        int status = switch (why) {
            case RootChangeFault.NoSuchRoot _ -> 404;
            case RootChangeFault.NoReserveRoot _,
                    RootChangeFault.ReserveIsNew _,
                    RootChangeFault.RootIsPrimary _,
                    RootChangeFault.RootHasEnded _,
                    RootChangeFault.TooManyFormerRoots _,
                    RootChangeFault.RootInUse _ -> 409;
        };
        return Answers.error(status, why.reason(), why.explain());
    }
}
