package dev.holdfast.server.operator;

import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.pki.ServerSlot;
import dev.holdfast.pki.TrustWorld;
import dev.holdfast.server.certificate.ServerCertificates;
import dev.holdfast.server.certificate.ShownCertificate;
import dev.holdfast.wire.http.HttpRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Trust worlds and key types as requests name them. */
final class Worlds {
    private Worlds() {}

    /** The one of the parameter {@code world}, or without it all. */
    static List<ServerAuthorities> of(ServerCertificates certificates, HttpRequest request) throws BadRequest {
        String name = request.query().get("world");
        return name == null ? certificates.worlds() : List.of(oneOf(certificates, name));
    }

    /** @param name null for the default one */
    static ServerAuthorities oneOf(ServerCertificates certificates, @Nullable String name) throws BadRequest {
        return certificates
                .world(Objects.requireNonNullElse(name, TrustWorld.DEFAULT))
                .orElseThrow(() -> new BadRequest("There is no such trust world; there is "
                        + certificates.worlds().stream()
                                .map(each -> "'" + each.world().name() + "'")
                                .collect(Collectors.joining(", "))
                        + ". The setting 'domains' makes more."));
    }

    static ServerSlot slot(String word) throws BadRequest {
        return Arrays.stream(ServerSlot.values())
                .filter(slot -> ShownCertificate.word(slot).equals(word))
                .findFirst()
                .orElseThrow(() -> new BadRequest("'keyType' is rsa or ecdsa."));
    }
}
