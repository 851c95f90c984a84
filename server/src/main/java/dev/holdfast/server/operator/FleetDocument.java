package dev.holdfast.server.operator;

import dev.holdfast.insight.fleet.ClientCertificate;
import dev.holdfast.insight.fleet.ClientNeed;
import dev.holdfast.insight.fleet.ClientOffer;
import dev.holdfast.insight.fleet.FleetDevice;
import dev.holdfast.insight.fleet.FleetSummary;
import dev.holdfast.insight.fleet.KnownShape;
import dev.holdfast.insight.journal.HelloDocument;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is known of devices, as it is shown. */
final class FleetDocument {
    private FleetDocument() {}

    /** @param whole with all that it offers */
    static ObjectNode of(FleetDevice device, Optional<KnownShape> shape, boolean whole) {
        ObjectNode json = Answers.object()
                .put("hub", device.hub())
                .put("device", device.device())
                .put("firstSeen", device.firstSeen().toString())
                .put("lastSeen", device.lastSeen().toString())
                .put("address", device.address())
                .put("listener", device.listener())
                .put("serverName", device.serverName())
                .put("version", device.version())
                .put("suite", device.suite())
                .put("group", device.group())
                .put("serverKey", device.serverKey())
                .put("resumed", device.resumed())
                .put("fullHandshakes", device.fullHandshakes())
                .put("resumedHandshakes", device.resumedHandshakes())
                .put("policy", device.policy())
                .put("authentication", device.authentication())
                .put("client", device.client())
                .put("fingerprint", device.shape());
        shape.ifPresent(known -> {
            json.put("tlsStack", known.stack());
            ArrayNode offers = json.putArray("offers");
            known.offers().stream().sorted().map(ClientOffer::word).forEach(offers::add);
            ArrayNode needs = json.putArray("needs");
            device.needs(known).stream().sorted().map(ClientNeed::word).forEach(needs::add);
        });
        ClientCertificate certificate = device.certificate();
        if (certificate != null) {
            json.putObject("certificate")
                    .put("sha256", certificate.sha256())
                    .put("keyType", certificate.keyType())
                    .put("signature", certificate.signature())
                    .put("issuer", certificate.issuer())
                    .put("notAfter", certificate.notAfter().toString());
        }
        if (whole) {
            shape.ifPresent(known -> json.set("hello", HelloDocument.of(known.shape())));
        }
        return json;
    }

    static ObjectNode of(FleetSummary summary) {
        ObjectNode json = Answers.object().put("devices", summary.devices());
        add(json, "clients", summary.clients());
        add(json, "tlsStacks", summary.stacks());
        add(json, "versions", summary.versions());
        add(json, "suites", summary.suites());
        add(json, "groups", summary.groups());
        add(json, "serverKeys", summary.certificates());
        add(json, "fingerprints", summary.shapes());
        ObjectNode offers = json.putObject("offers");
        summary.offers().forEach((offer, count) -> offers.put(offer.word(), count));
        ObjectNode needs = json.putObject("needs");
        summary.needs().forEach((need, count) -> needs.put(need.word(), count));
        return json;
    }

    private static void add(ObjectNode json, String member, Map<String, Integer> counts) {
        ObjectNode object = json.putObject(member);
        counts.forEach(object::put);
    }
}
