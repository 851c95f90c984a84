package dev.holdfast.hub.identity;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.AuthenticationRefusal.CertificateNotAccepted;
import dev.holdfast.hub.identity.AuthenticationRefusal.CertificateNotValidNow;
import dev.holdfast.hub.identity.AuthenticationRefusal.ChainRefused;
import dev.holdfast.hub.identity.AuthenticationRefusal.CommonNameAmbiguous;
import dev.holdfast.hub.identity.AuthenticationRefusal.CommonNameDiffers;
import dev.holdfast.hub.identity.AuthenticationRefusal.CommonNameMissing;
import dev.holdfast.hub.identity.AuthenticationRefusal.ThumbprintMismatch;
import dev.holdfast.pki.ChainAnchor;
import dev.holdfast.pki.ChainCheck;
import dev.holdfast.pki.ChainResult;
import dev.holdfast.pki.Names;
import dev.holdfast.tls.peer.PeerIdentity;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Judges the certificates that a device showed in its handshake. The handshake proved that it holds the key of the first one,
 * now or, for a resumed session, then; everything else is judged here, each time, by what is registered at that moment.
 */
final class CertificateJudge {
    private static final AuthenticationMethod METHOD = new AuthenticationMethod("device", "x509", "external");

    private final Supplier<? extends HubAccess> settings;
    private final InstantSource clock;
    private final ChainCheck chains;

    CertificateJudge(Supplier<? extends HubAccess> settings, InstantSource clock, Limits.Certificates limits) {
        this.settings = settings;
        this.clock = clock;
        this.chains = new ChainCheck(limits);
    }

    DeviceAuthentication judge(Identity identity, Device device, PeerIdentity.Certificates shown) {
        return switch (device.authentication()) {
            case Authentication.SelfSigned registered -> judgeThumbprint(identity, device, registered, shown.leaf());
            case Authentication.CertificateAuthority() -> judgeChain(identity, device, shown);
            case Authentication.Sas sas -> refuse(new CertificateNotAccepted(identity, sas));
            case Authentication.None none -> refuse(new CertificateNotAccepted(identity, none));
        };
    }

    private DeviceAuthentication judgeThumbprint(
            Identity identity, Device device, Authentication.SelfSigned registered, X509Certificate leaf) {
        Thumbprint sha1 = Thumbprint.ofSha1(leaf);
        Thumbprint sha256 = Thumbprint.ofSha256(leaf);
        boolean matches = List.of(sha1, sha256).stream()
                .anyMatch(shown -> shown.equals(registered.primary()) || shown.equals(registered.secondary()));
        if (!matches) {
            return refuse(new ThumbprintMismatch(identity, sha1, sha256));
        }
        Instant now = clock.instant();
        Instant notBefore = leaf.getNotBefore().toInstant();
        Instant notAfter = leaf.getNotAfter().toInstant();
        if (now.isBefore(notBefore) || now.isAfter(notAfter)) {
            return refuse(new CertificateNotValidNow(identity, notBefore, notAfter, now));
        }
        return new DeviceAuthentication.Accepted(identity, device.generation(), METHOD, null, null);
    }

    private DeviceAuthentication judgeChain(Identity identity, Device device, PeerIdentity.Certificates shown) {
        List<CertificateAuthority> authorities = settings.get().authorities();
        List<ChainAnchor> anchors =
                authorities.stream().map(CertificateAuthority::anchor).toList();
        return switch (chains.check(shown.chain(), anchors, clock.instant())) {
            case ChainResult.Refused(var why) -> refuse(new ChainRefused(identity, why));
            case ChainResult.Trusted(var authority, var path) -> {
                AuthenticationRefusal fault = faultOfName(identity, shown.leaf());
                yield fault == null
                        ? new DeviceAuthentication.Accepted(
                                identity,
                                device.generation(),
                                METHOD,
                                null,
                                Thumbprint.ofSha256(authority.certificate()))
                        : refuse(fault);
            }
        };
    }

    /**
     * Azure says that the common name is the device's id, and RFC 2818 that of several the most specific counts. We want exactly
     * one: an authority that checks the first and a hub that reads the last would let one device in as another. Other names of the
     * certificate do not count, and no character is folded or trimmed.
     */
    private static @Nullable AuthenticationRefusal faultOfName(Identity identity, X509Certificate leaf) {
        List<String> names = Names.commonNames(leaf);
        return switch (names.size()) {
            case 0 -> new CommonNameMissing(identity);
            case 1 ->
                names.getFirst().equals(identity.toString()) ? null : new CommonNameDiffers(identity, names.getFirst());
            default -> new CommonNameAmbiguous(identity, names);
        };
    }

    private static DeviceAuthentication refuse(AuthenticationRefusal refusal) {
        return new DeviceAuthentication.Refused(refusal);
    }
}
