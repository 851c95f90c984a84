package dev.holdfast.server.operator;

import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.Thumbprint;
import dev.holdfast.pki.DeviceCertificates;
import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a device or module is to prove itself, as the body of a request says it.
 *
 * @param authentication null for symmetric keys, which the registry makes
 * @param made what the answer hands over this once, or null; it is kept nowhere
 */
record Credential(
        @Nullable Authentication authentication, @Nullable KeyAndCertificate made) {
    /** The members of a body that say it. */
    static final Set<String> MEMBERS = Set.of("authentication", "thumbprints");

    /** As long as a device lives, about; the registry decides whether the certificate still counts. */
    private static final Duration CERTIFICATE_LIFE = Duration.ofDays(3650);

    /** The members of a body that says it, and these as well. */
    static Set<String> membersAnd(String... more) {
        Set<String> members = new HashSet<>(MEMBERS);
        members.addAll(List.of(more));
        return members;
    }

    /**
     * Reads it; a key and a certificate are made for {@code self-signed} without thumbprints.
     *
     * @param commonName of a certificate that is made
     */
    static Credential read(RequestBody body, String commonName, InstantSource clock) throws BadRequest {
        if (body.text("authentication").equals("self-signed")
                && body.texts("thumbprints").isEmpty()) {
            KeyAndCertificate made =
                    DeviceCertificates.selfSigned(commonName, KeyKind.EC_P256, CERTIFICATE_LIFE, clock);
            return new Credential(new Authentication.SelfSigned(Thumbprint.ofSha256(made.certificate()), null), made);
        }
        return read(body);
    }

    /** Reads it where nothing is made. */
    static Credential read(RequestBody body) throws BadRequest {
        String how = body.text("authentication");
        List<String> thumbprints = body.texts("thumbprints");
        if (!how.equals("self-signed") && !thumbprints.isEmpty()) {
            throw new BadRequest("'thumbprints' are for the authentication 'self-signed'.");
        }
        return switch (how) {
            case "sas" -> new Credential(null, null);
            case "ca" -> new Credential(new Authentication.CertificateAuthority(), null);
            case "none" -> new Credential(new Authentication.None(), null);
            case "self-signed" -> new Credential(registered(thumbprints), null);
            default -> throw new BadRequest("'authentication' is one of sas, self-signed, ca and none.");
        };
    }

    private static Authentication registered(List<String> texts) throws BadRequest {
        if (texts.isEmpty() || texts.size() > 2) {
            throw new BadRequest("'thumbprints' are one or two.");
        }
        List<Thumbprint> read = new ArrayList<>();
        for (String text : texts) {
            read.add(Thumbprint.parse(text)
                    .orElseThrow(() -> new BadRequest(
                            "A thumbprint is the SHA-1 or SHA-256 of a certificate: 40 or 64 hex digits.")));
        }
        return new Authentication.SelfSigned(read.getFirst(), read.size() == 2 ? read.get(1) : null);
    }

    /** Whether the registry is to make keys, unless the identity has some. */
    boolean isSymmetric() {
        return authentication == null;
    }

    /** Hands over what was made. */
    ObjectNode addTo(ObjectNode answer) {
        if (made != null) {
            answer.put("certificate", Pem.write(made.certificate())).put("privateKey", Pem.write(made.key()));
        }
        return answer;
    }

    /** As the command line spells it. */
    static String name(Authentication authentication) {
        return switch (authentication) {
            case Authentication.Sas _ -> "sas";
            case Authentication.SelfSigned _ -> "self-signed";
            case Authentication.CertificateAuthority _ -> "ca";
            case Authentication.None _ -> "none";
        };
    }
}
