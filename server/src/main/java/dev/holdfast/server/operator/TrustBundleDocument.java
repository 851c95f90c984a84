package dev.holdfast.server.operator;

import dev.holdfast.hub.HostNames;
import dev.holdfast.hub.Hubs;
import dev.holdfast.pki.CertificateFacts;
import dev.holdfast.pki.Pem;
import dev.holdfast.pki.TrustBundle;
import dev.holdfast.pki.TrustedRoot;
import dev.holdfast.server.certificate.ServerCertificates;
import dev.holdfast.server.certificate.ShownCertificate;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The bundles of trusted roots, by host name and as JSON. */
final class TrustBundleDocument {
    private final ServerCertificates certificates;
    private final HostNames hostNames;
    private final Hubs hubs;

    TrustBundleDocument(ServerCertificates certificates, HostNames hostNames, Hubs hubs) {
        this.certificates = certificates;
        this.hostNames = hostNames;
        this.hubs = hubs;
    }

    /** Of the world of a host name; of the default one for an address and for a name of no domain. */
    TrustBundle bundle(String host) {
        return certificates.worldOf(host).bundle();
    }

    /** For a hub where a name leads to one, else for the installation. */
    ObjectNode json(String host) {
        ObjectNode json = json(bundle(host)).put("name", host);
        hostNames
                .hubOf(host)
                .flatMap(hubs::byName)
                .ifPresent(hub -> json.put("hub", hub.name().value()));
        return json;
    }

    static ObjectNode json(TrustBundle bundle) {
        ObjectNode json = Answers.object()
                .put("world", bundle.world().name())
                .put("version", bundle.version())
                .put("validFrom", bundle.validFrom().toString())
                .put("validUntil", bundle.validUntil().toString());
        ArrayNode roots = json.putArray("roots");
        bundle.roots().forEach(root -> roots.add(json(root).put("certificate", Pem.write(root.certificate()))));
        return json;
    }

    static ObjectNode json(TrustedRoot root) {
        CertificateFacts facts = CertificateFacts.of(root.certificate());
        return Answers.object()
                .put("role", root.role().word())
                .put("chain", ShownCertificate.word(root.slot()))
                .put("subject", facts.subject())
                .put("keyType", facts.keyType())
                .put("thumbprint", facts.sha1())
                .put("sha256", facts.sha256())
                .put("validFrom", facts.notBefore().toString())
                .put("expiry", facts.notAfter().toString())
                .put("since", root.since().toString());
    }
}
