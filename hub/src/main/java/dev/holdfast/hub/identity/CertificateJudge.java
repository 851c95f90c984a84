package dev.holdfast.hub.identity;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.AuthenticationRefusal.CertificateDenied;
import dev.holdfast.hub.identity.AuthenticationRefusal.CertificateNotAccepted;
import dev.holdfast.hub.identity.AuthenticationRefusal.CertificateNotValidNow;
import dev.holdfast.hub.identity.AuthenticationRefusal.ChainRefused;
import dev.holdfast.hub.identity.AuthenticationRefusal.CommonNameAmbiguous;
import dev.holdfast.hub.identity.AuthenticationRefusal.CommonNameDiffers;
import dev.holdfast.hub.identity.AuthenticationRefusal.CommonNameMissing;
import dev.holdfast.hub.identity.AuthenticationRefusal.NotStanding;
import dev.holdfast.hub.identity.AuthenticationRefusal.ThumbprintMismatch;
import dev.holdfast.hub.revocation.Revocation;
import dev.holdfast.hub.revocation.RevocationRefusal;
import dev.holdfast.pki.ChainAnchor;
import dev.holdfast.pki.ChainCheck;
import dev.holdfast.pki.ChainResult;
import dev.holdfast.pki.Names;
import dev.holdfast.tls.peer.PeerIdentity;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Judges the certificates that a device showed in its handshake. The handshake proved that it holds the key of the first one,
 * now or, for a resumed session, then; everything else is judged here, each time, by what is registered at that moment.
 */
final class CertificateJudge {
    private final Supplier<? extends HubAccess> settings;
    private final DeniedCertificates denied;
    private final Revocation revocation;
    private final InstantSource clock;
    private final ChainCheck chains;

    CertificateJudge(
            Supplier<? extends HubAccess> settings,
            DeniedCertificates denied,
            Revocation revocation,
            InstantSource clock,
            Limits.Certificates limits) {
        this.settings = settings;
        this.denied = denied;
        this.revocation = revocation;
        this.clock = clock;
        this.chains = new ChainCheck(limits);
    }

    DeviceAuthentication judge(Registered registered, PeerIdentity.Certificates shown) {
        Identity identity = registered.identity();
        return switch (registered.authentication()) {
            case Authentication.SelfSigned thumbprints -> judgeThumbprint(registered, thumbprints, shown);
            case Authentication.CertificateAuthority() -> judgeChain(registered, shown);
            case Authentication.Sas sas -> refuse(new CertificateNotAccepted(identity, sas));
            case Authentication.None none -> refuse(new CertificateNotAccepted(identity, none));
        };
    }

    private DeviceAuthentication judgeThumbprint(
            Registered registered, Authentication.SelfSigned thumbprints, PeerIdentity.Certificates shown) {
        Identity identity = registered.identity();
        X509Certificate leaf = shown.leaf();
        Thumbprint sha1 = Thumbprint.ofSha1(leaf);
        Thumbprint sha256 = Thumbprint.ofSha256(leaf);
        boolean matches = List.of(sha1, sha256).stream()
                .anyMatch(digest -> digest.equals(thumbprints.primary()) || digest.equals(thumbprints.secondary()));
        if (!matches) {
            return refuse(new ThumbprintMismatch(identity, sha1, sha256));
        }
        AuthenticationRefusal denial = denialOf(identity, shown.chain());
        if (denial != null) {
            return refuse(denial);
        }
        Instant now = clock.instant();
        Instant notBefore = leaf.getNotBefore().toInstant();
        Instant notAfter = leaf.getNotAfter().toInstant();
        if (now.isBefore(notBefore) || now.isAfter(notAfter)) {
            return refuse(new CertificateNotValidNow(identity, notBefore, notAfter, now));
        }
        return accept(registered, new CertificateProof(shown.chain(), List.of()));
    }

    private static DeviceAuthentication accept(Registered registered, CertificateProof proof) {
        AuthenticationMethod method =
                new AuthenticationMethod(registered.identity().kind(), "x509", "external");
        return new DeviceAuthentication.Accepted(registered.identity(), registered.generation(), method, null, proof);
    }

    private static CertificateProof proof(List<X509Certificate> certificates, PeerIdentity.Certificates shown) {
        X509Certificate anchor = certificates.getLast();
        return new CertificateProof(
                certificates,
                certificates.stream()
                        .filter(each -> each.equals(anchor) || !shown.chain().contains(each))
                        .toList());
    }

    /** Told only to who holds the key of a certificate that would open the device otherwise. */
    private @Nullable AuthenticationRefusal denialOf(Identity identity, List<X509Certificate> certificates) {
        for (X509Certificate certificate : certificates) {
            DeniedCertificate entry = denied.entryOf(certificate);
            if (entry != null) {
                return new CertificateDenied(identity, Names.printed(certificate.getSubjectX500Principal()), entry);
            }
        }
        return null;
    }

    private DeviceAuthentication judgeChain(Registered registered, PeerIdentity.Certificates shown) {
        Identity identity = registered.identity();
        List<CertificateAuthority> authorities = settings.get().authorities();
        List<ChainAnchor> anchors =
                authorities.stream().map(CertificateAuthority::anchor).toList();
        return switch (chains.check(shown.chain(), anchors, clock.instant())) {
            case ChainResult.Refused(var why) -> refuse(new ChainRefused(identity, why));
            case ChainResult.Trusted(var authority, var path) -> {
                List<X509Certificate> all = new ArrayList<>(path);
                all.add(authority.certificate());
                AuthenticationRefusal fault = denialOf(identity, all);
                if (fault == null) {
                    fault = faultOfName(identity, shown.leaf());
                }
                if (fault == null) {
                    // Last, because somebody else may have to be asked.
                    revocation.saw(all);
                    RevocationRefusal why = revocation.faultOf(all);
                    fault = why == null ? null : new NotStanding(identity, why);
                }
                yield fault == null ? accept(registered, proof(all, shown)) : refuse(fault);
            }
        };
    }

    /**
     * Azure says that the common name is the device's id, or {@code device/module} of a module, and RFC 2818 that of several the most specific counts. We want exactly
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
