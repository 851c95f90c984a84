package dev.holdfast.server.operator;

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
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code certificates/server}: what clients are shown, renewed or replaced from the next handshake on. */
public final class ServerCertificatesResource {
    private final ServerCertificates certificates;
    private final Hubs hubs;

    /** @param hubs nothing changes while a backup reads the files */
    public ServerCertificatesResource(ServerCertificates certificates, Hubs hubs) {
        this.certificates = certificates;
        this.hubs = hubs;
    }

    /** @param path the segments behind {@code certificates} */
    HttpResponse answer(HttpRequest request, List<String> path) throws BadRequest {
        if (path.equals(List.of("server"))) {
            return switch (request.method()) {
                case "GET" -> shown();
                case "PUT" -> replace(request.body());
                default -> Answers.methodNotAllowed("GET, PUT");
            };
        }
        if (path.equals(List.of("server", "renew"))) {
            return request.method().equals("POST") ? renew(request.body()) : Answers.methodNotAllowed("POST");
        }
        return Answers.notFound();
    }

    private HttpResponse shown() {
        ServerAuthorities now = certificates.now();
        ObjectNode body = Answers.object();
        ArrayNode chains = body.putArray("chains");
        for (ServerSlot slot : ServerSlot.values()) {
            chains.add(json(now, slot));
        }
        return Answers.json(200, body);
    }

    private HttpResponse renew(byte[] body) throws BadRequest {
        String word = RequestBody.read(body, Set.of("keyType")).optionalText("keyType");
        Set<ServerSlot> slots = slots(word);
        return hubs.whileUnchanged(() -> {
            try {
                certificates.renew(slots);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return shown();
        });
    }

    private static Set<ServerSlot> slots(@Nullable String word) throws BadRequest {
        if (word == null) {
            return EnumSet.allOf(ServerSlot.class);
        }
        return Set.of(Arrays.stream(ServerSlot.values())
                .filter(slot -> ShownCertificate.word(slot).equals(word))
                .findFirst()
                .orElseThrow(() -> new BadRequest("'keyType' is rsa or ecdsa, or left out for both.")));
    }

    private HttpResponse replace(byte[] body) throws BadRequest {
        RequestBody read = RequestBody.read(body, Set.of("chain", "key"));
        String chain = read.text("chain");
        String key = read.text("key");
        return hubs.whileUnchanged(() -> {
            ServerChainReading reading;
            try {
                reading = certificates.replace(chain, key);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return switch (reading) {
                case ServerChainReading.Refused(var why) -> Answers.error(400, why.reason(), why.explain());
                case ServerChainReading.Read taken -> replaced(taken);
            };
        });
    }

    private HttpResponse replaced(ServerChainReading.Read taken) {
        ObjectNode body = json(certificates.now(), taken.slot());
        ArrayNode notes = body.putArray("notes");
        notes(taken).forEach(notes::add);
        return Answers.json(200, body);
    }

    /** What the operator has to do yet, in sentences. */
    private static List<String> notes(ServerChainReading.Read taken) {
        ServerChain chain = taken.chain();
        List<String> notes = new ArrayList<>();
        if (chain.rootIsKnown()) {
            notes.add("The root '" + CertificateFacts.of(chain.root()).subject()
                    + "' is in ca.pem now. Clients that trust an older ca.pem and nothing else need the new one, from the data"
                    + " directory or /.well-known/holdfast/ca.pem.");
        } else {
            notes.add("The root is not known here and so not in ca.pem. Clients must trust '"
                    + CertificateFacts.of(chain.root()).issuer() + "', which issued '"
                    + CertificateFacts.of(chain.root()).subject()
                    + "'; give the chain once more with that certificate at its end to have it in ca.pem.");
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
                .put("keyType", ShownCertificate.word(slot))
                .put("origin", chain.equals(now.own(slot)) ? "own" : "operator")
                .put("rootKnown", chain.rootIsKnown());
        ArrayNode list = body.putArray("certificates");
        ShownCertificate.of(slot, chain).forEach(each -> list.add(json(each)));
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
