package dev.holdfast.server.operator;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.HostNames;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.Hubs;
import dev.holdfast.pki.CertificateFacts;
import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.pki.ServerChain;
import dev.holdfast.pki.ServerChainReading;
import dev.holdfast.pki.ServerSlot;
import dev.holdfast.server.certificate.ServerCertificates;
import dev.holdfast.server.certificate.ShownCertificate;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code certificates/server}: what clients are shown, renewed or replaced from the next handshake on; and {@code
 * certificates/bundle}, what they are to trust.
 */
public final class ServerCertificatesResource {
    private final ServerCertificates certificates;
    private final Hubs hubs;
    private final HostNames hostNames;
    private final ServerRootsResource roots;
    private final DrillResource drill;
    private final TrustBundleDocument bundles;

    /** @param hubs nothing changes while a backup reads the files */
    public ServerCertificatesResource(
            ServerCertificates certificates, Hubs hubs, HostNames hostNames, DrillResource drill) {
        this.certificates = certificates;
        this.hubs = hubs;
        this.hostNames = hostNames;
        this.drill = drill;
        this.roots = new ServerRootsResource(certificates, hubs);
        this.bundles = new TrustBundleDocument(certificates, hostNames, hubs);
    }

    /** @param path the segments behind {@code certificates} */
    HttpResponse answer(HttpRequest request, List<String> path) throws BadRequest {
        if (path.isEmpty()) {
            return Answers.notFound();
        }
        if (path.equals(List.of("server"))) {
            return switch (request.method()) {
                case "GET" -> shown(Worlds.of(certificates, request));
                case "PUT" -> replace(request.body());
                default -> Answers.methodNotAllowed("GET, PUT");
            };
        }
        if (path.equals(List.of("server", "renew"))) {
            return request.method().equals("POST") ? renew(request.body()) : Answers.methodNotAllowed("POST");
        }
        if (path.size() >= 2 && path.subList(0, 2).equals(List.of("server", "roots"))) {
            return roots.answer(request, path.subList(2, path.size()));
        }
        if (path.getFirst().equals("drill")) {
            return drill.answer(request, path.subList(1, path.size()));
        }
        if (path.equals(List.of("bundle"))) {
            return request.method().equals("GET") ? bundle(request) : Answers.methodNotAllowed("GET");
        }
        return Answers.notFound();
    }

    private HttpResponse bundle(HttpRequest request) throws BadRequest {
        ServerAuthorities world = Worlds.oneOf(certificates, request.query().get("world"));
        String hub = request.query().get("hub");
        if (hub == null) {
            return Answers.json(200, TrustBundleDocument.json(world.bundle()));
        }
        Optional<Hub> found = HubName.parse(hub).flatMap(hubs::byName);
        return found.isEmpty()
                ? Answers.unknownHub()
                : Answers.json(
                        200,
                        bundles.json(hostNames.hostName(
                                found.get().name(), world.world().domains().getFirst())));
    }

    private static HttpResponse shown(List<ServerAuthorities> worlds) {
        ObjectNode body = Answers.object();
        ArrayNode chains = body.putArray("chains");
        for (ServerAuthorities world : worlds) {
            for (ServerSlot slot : ServerSlot.values()) {
                chains.add(json(world, slot));
            }
        }
        return Answers.json(200, body);
    }

    private HttpResponse renew(byte[] body) throws BadRequest {
        RequestBody read = RequestBody.read(body, Set.of("world", "keyType", "intermediates"));
        Set<ServerSlot> slots = slots(read.optionalText("keyType"));
        String world = world(read);
        boolean intermediates = read.flag("intermediates", false);
        return hubs.whileUnchanged(() -> {
            try {
                certificates.renew(world, slots, intermediates);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return shown(List.of(certificates.world(world).orElseThrow()));
        });
    }

    private static Set<ServerSlot> slots(@Nullable String word) throws BadRequest {
        if (word == null) {
            return EnumSet.allOf(ServerSlot.class);
        }
        return Set.of(Worlds.slot(word));
    }

    private String world(RequestBody read) throws BadRequest {
        return Worlds.oneOf(certificates, read.optionalText("world")).world().name();
    }

    private HttpResponse replace(byte[] body) throws BadRequest {
        RequestBody read = RequestBody.read(body, Set.of("world", "chain", "key"));
        String chain = read.text("chain");
        String key = read.text("key");
        String world = world(read);
        return hubs.whileUnchanged(() -> {
            ServerChainReading reading;
            try {
                reading = certificates.replace(world, chain, key);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return switch (reading) {
                case ServerChainReading.Refused(var why) -> Answers.error(400, why.reason(), why.explain());
                case ServerChainReading.Read taken ->
                    replaced(certificates.world(world).orElseThrow(), taken);
            };
        });
    }

    private static HttpResponse replaced(ServerAuthorities now, ServerChainReading.Read taken) {
        ObjectNode body = json(now, taken.slot());
        ArrayNode notes = body.putArray("notes");
        notes(now, taken).forEach(notes::add);
        return Answers.json(200, body);
    }

    /** What the operator has to do yet, in sentences. */
    private static List<String> notes(ServerAuthorities now, ServerChainReading.Read taken) {
        String file = String.valueOf(now.trustBundle().getFileName());
        ServerChain chain = taken.chain();
        List<String> notes = new ArrayList<>();
        if (chain.rootIsKnown()) {
            notes.add("The root '" + CertificateFacts.of(chain.root()).subject()
                    + "' is in " + file
                    + " now. Clients that trust an older one and nothing else need the new one, from the data"
                    + " directory or /.well-known/holdfast/ca.pem.");
        } else {
            notes.add("The root is not known here and so not in " + file + ". Clients must trust '"
                    + CertificateFacts.of(chain.root()).issuer() + "', which issued '"
                    + CertificateFacts.of(chain.root()).subject()
                    + "'; give the chain once more with that certificate at its end to have it in " + file + ".");
        }
        if (!taken.notCovered().isEmpty()) {
            notes.add("The certificate is not good for " + String.join(", ", taken.notCovered())
                    + ": clients that use these names will refuse it.");
        }
        return notes;
    }

    private static ObjectNode json(ServerAuthorities now, ServerSlot slot) {
        ServerChain chain = now.shown(slot);
        ObjectNode body = Answers.object()
                .put("world", now.world().name())
                .put("keyType", ShownCertificate.word(slot))
                .put("origin", chain.equals(now.own(slot)) ? "own" : "operator")
                .put("rootKnown", chain.rootIsKnown());
        if (chain.token() != null) {
            body.put("token", chain.token().toString());
        }
        ArrayNode list = body.putArray("certificates");
        ShownCertificate.of(now.world().name(), slot, chain).forEach(each -> list.add(json(each)));
        return body;
    }

    private static ObjectNode json(ShownCertificate shown) {
        CertificateFacts facts = CertificateFacts.of(shown.certificate());
        ObjectNode json = Answers.object()
                .put("level", shown.level().word())
                .put("subject", facts.subject())
                .put("issuer", facts.issuer())
                .put("keyType", facts.keyType())
                .put("thumbprint", facts.sha1())
                .put("sha256", facts.sha256())
                .put("validFrom", facts.notBefore().toString())
                .put("expiry", facts.notAfter().toString());
        ArrayNode names = json.putArray("names");
        facts.names().forEach(names::add);
        return json;
    }
}
