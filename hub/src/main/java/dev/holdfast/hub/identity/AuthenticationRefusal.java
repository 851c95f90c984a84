package dev.holdfast.hub.identity;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.revocation.RevocationRefusal;
import dev.holdfast.hub.throttle.GateRefusal;
import dev.holdfast.pki.ChainRefusal;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Why someone was not let in: the whole list. What a protocol answers is derived from it in that protocol's face; the sentences
 * for people are in {@link AuthenticationExplanation}.
 */
public sealed interface AuthenticationRefusal {
    /** Stable word for logs, metrics and reports: the name of the case, or that of the gate's own list. */
    default String reason() {
        return this instanceof NotPassed(var why) ? why.reason() : getClass().getSimpleName();
    }

    /** Let in by what it proved, and not let pass by the hub's gate. Reported by that reason. */
    record NotPassed(GateRefusal why) implements AuthenticationRefusal {}

    record UnknownDevice(Identity identity) implements AuthenticationRefusal {}

    /**
     * The handshake was made under another policy than that of the hub which the protocol names, and the hub's does not accept it.
     *
     * @param serverName what SNI said; null when it said nothing
     */
    record TlsNotAccepted(
            HubName hub,
            String policy,
            String version,
            String suite,
            @Nullable String serverName) implements AuthenticationRefusal {}

    /** The device is registered and has no such module. */
    record UnknownModule(Identity identity) implements AuthenticationRefusal {}

    record DeviceDisabled(Identity identity, String statusReason) implements AuthenticationRefusal {}

    /** Neither a token nor a certificate came. */
    record NoCredentials(Identity identity, Authentication registered) implements AuthenticationRefusal {}

    record TokenMalformed(String what) implements AuthenticationRefusal {}

    record TokenExpired(Instant expiry, Instant now) implements AuthenticationRefusal {}

    /** @param named what {@code sr} names; {@code wanted} what was to be opened */
    record TokenForOtherResource(String named, String wanted) implements AuthenticationRefusal {}

    /** Signed with neither key of the device or module. */
    record TokenSignatureWrong(Identity identity) implements AuthenticationRefusal {}

    record UnknownPolicy(String policy) implements AuthenticationRefusal {}

    /** Signed with neither key of the hub policy it names. */
    record PolicySignatureWrong(String policy) implements AuthenticationRefusal {}

    record PolicyLacksRight(String policy, Set<AccessRight> needed) implements AuthenticationRefusal {}

    /** A token came for a device that is registered with certificates. */
    record TokenNotAccepted(Identity identity, Authentication registered) implements AuthenticationRefusal {}

    /** A certificate came for a device that is registered with keys. */
    record CertificateNotAccepted(Identity identity, Authentication registered) implements AuthenticationRefusal {}

    /** @param sha1 and {@code sha256} of the leaf that was shown */
    record ThumbprintMismatch(Identity identity, Thumbprint sha1, Thumbprint sha256) implements AuthenticationRefusal {}

    /** The thumbprint is right, but the certificate is not valid now. */
    record CertificateNotValidNow(Identity identity, Instant notBefore, Instant notAfter, Instant now)
            implements AuthenticationRefusal {}

    /** @param subject of the certificate that the hub denies: the device's own, or another that it came with */
    record CertificateDenied(Identity identity, String subject, DeniedCertificate entry)
            implements AuthenticationRefusal {}

    /** The device is registered for certificates of an authority, and those that it showed lead to none. Reported by that reason. */
    record ChainRefused(Identity identity, ChainRefusal why) implements AuthenticationRefusal {
        @Override
        public String reason() {
            return why.reason();
        }
    }

    /** The chain is good, and one of its certificates was taken back, or nobody can say. Reported by that reason. */
    record NotStanding(Identity identity, RevocationRefusal why) implements AuthenticationRefusal {
        @Override
        public String reason() {
            return why.reason();
        }
    }

    /** Issued by a registered authority, and without a common name. */
    record CommonNameMissing(Identity identity) implements AuthenticationRefusal {}

    /** As {@link CommonNameMissing}, with several. */
    record CommonNameAmbiguous(Identity identity, List<String> commonNames) implements AuthenticationRefusal {
        public CommonNameAmbiguous {
            commonNames = List.copyOf(commonNames);
        }
    }

    /** Issued by a registered authority, and for somebody else. */
    record CommonNameDiffers(Identity identity, String commonName) implements AuthenticationRefusal {}
}
