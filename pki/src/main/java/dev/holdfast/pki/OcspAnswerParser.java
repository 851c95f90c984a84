package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.Der.Malformed;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One answer, about one certificate. */
final class OcspAnswerParser {
    private static final String BASIC = "1.3.6.1.5.5.7.48.1.1";
    private static final int SUCCESSFUL = 0;
    private static final int UNAUTHORIZED = 6;
    private static final List<String> STATUS =
            List.of("successful", "malformedRequest", "internalError", "tryLater", "?", "sigRequired", "unauthorized");

    /** An answer is about one certificate; a responder may add others. */
    private static final int SINGLES_MAX = 100;

    private final X509Certificate certificate;
    private final X509Certificate issuer;
    private final Limits limits;
    private final Instant now;

    OcspAnswerParser(X509Certificate certificate, X509Certificate issuer, Limits limits, Instant now) {
        this.certificate = certificate;
        this.issuer = issuer;
        this.limits = limits;
        this.now = now;
    }

    OcspAnswer read(byte[] bytes) {
        try {
            Der whole = Der.of(bytes);
            Der response = whole.enter(Der.SEQUENCE);
            whole.finish();
            int status = DerValues.small(response, Der.ENUMERATED);
            if (status == UNAUTHORIZED) {
                return new OcspAnswer.NotKnown();
            }
            if (status != SUCCESSFUL) {
                return unusable("it answered " + (status < STATUS.size() ? STATUS.get(status) : "status " + status));
            }
            Der parts = response.enter(Der.context(0)).enter(Der.SEQUENCE);
            if (!DerValues.objectIdentifier(parts).equals(BASIC)) {
                return unusable("its answer is of a type that is not known");
            }
            return readBasic(Der.of(parts.content(Der.OCTET_STRING)).enter(Der.SEQUENCE));
        } catch (Malformed e) {
            return unusable("its answer can't be read, " + e.getMessage());
        }
    }

    private OcspAnswer readBasic(Der basic) throws Malformed {
        Signed signed = Signed.read(basic);
        String weakness = signed.weakness();
        if (weakness != null) {
            return unusable("its answer has " + weakness + ", which proves nothing any more");
        }
        List<X509Certificate> shown = new ArrayList<>();
        if (basic.isNext(Der.context(0))) {
            Der certificates = basic.enter(Der.context(0)).enter(Der.SEQUENCE);
            while (certificates.hasMore()
                    && shown.size() < limits.certificates().chainMaxCertificates()) {
                shown.add(certificate(certificates.whole()));
            }
        }
        String fault = faultOfSigner(signed, shown);
        return fault == null ? readContent(Der.of(signed.content()).enter(Der.SEQUENCE)) : unusable(fault);
    }

    private static X509Certificate certificate(byte[] der) throws Malformed {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new Malformed("a certificate can't be read");
        }
    }

    /** Who signed is who may, whatever name the answer gives itself. */
    private @Nullable String faultOfSigner(Signed signed, List<X509Certificate> shown) {
        int rsaMaxBits = limits.certificates().rsaKeyMaxBits();
        if (Strength.weakness(issuer.getPublicKey(), rsaMaxBits) == null && signed.isBy(issuer.getPublicKey())) {
            return null;
        }
        for (X509Certificate responder : shown) {
            if (Strength.weakness(responder.getPublicKey(), rsaMaxBits) == null
                    && signed.isBy(responder.getPublicKey())) {
                return faultOfDelegate(responder);
            }
        }
        return "its answer is not signed by the issuer of the certificate, nor by a certificate that came with it";
    }

    private @Nullable String faultOfDelegate(X509Certificate responder) {
        String subject = Names.printed(responder.getSubjectX500Principal());
        if (Strength.weakness(responder) != null || !Names.isIssuedBy(responder, issuer)) {
            return "its answer is signed by '" + subject + "', whom the issuer of the certificate did not issue";
        }
        if (!Extensions.isForOcspSigning(responder)) {
            return "its answer is signed by '" + subject + "', which is not for OCSP (extendedKeyUsage OCSPSigning)";
        }
        boolean valid = !now.isBefore(responder.getNotBefore().toInstant())
                && !now.isAfter(responder.getNotAfter().toInstant());
        return valid ? null : "its answer is signed by '" + subject + "', which is not valid now";
    }

    private OcspAnswer readContent(Der content) throws Malformed {
        if (content.isNext(Der.context(0))) {
            content.skip();
        }
        content.skip();
        var _ = DerValues.generalizedTime(content);
        Der singles = content.enter(Der.SEQUENCE);
        OcspAnswer found = new OcspAnswer.NotKnown();
        for (int i = 0; singles.hasMore() && i < SINGLES_MAX; i++) {
            Der single = singles.enter(Der.SEQUENCE);
            if (isAbout(single.enter(Der.SEQUENCE))) {
                found = readSingle(single);
                if (!(found instanceof OcspAnswer.NotKnown)) {
                    return found;
                }
            }
        }
        return found;
    }

    private boolean isAbout(Der id) throws Malformed {
        String algorithm = DerValues.objectIdentifier(id.enter(Der.SEQUENCE));
        byte[] nameHash = id.content(Der.OCTET_STRING);
        byte[] keyHash = id.content(Der.OCTET_STRING);
        byte[] serial = id.content(Der.INTEGER);
        return Arrays.stream(OcspQuestion.Digest.values())
                .filter(digest -> digest.identifier().equals(algorithm))
                .anyMatch(digest -> Arrays.equals(nameHash, OcspQuestion.nameHash(issuer, digest))
                        && Arrays.equals(keyHash, OcspQuestion.keyHash(issuer, digest))
                        && serial.length > 0
                        && new BigInteger(serial).equals(certificate.getSerialNumber()));
    }

    private OcspAnswer readSingle(Der single) throws Malformed {
        Revoked revoked = null;
        boolean good = false;
        if (single.isNext(Der.context(1))) {
            revoked = revoked(single.enter(Der.context(1)));
        } else {
            good = single.isNext(Der.contextPrimitive(0));
            single.skip();
        }
        Instant thisUpdate = DerValues.generalizedTime(single);
        Instant nextUpdate =
                single.isNext(Der.context(0)) ? DerValues.generalizedTime(single.enter(Der.context(0))) : null;
        String fault = faultOfTime(thisUpdate, nextUpdate);
        if (fault != null) {
            return unusable(fault);
        }
        if (revoked != null) {
            return new OcspAnswer.IsRevoked(revoked, nextUpdate);
        }
        return good ? new OcspAnswer.Good(nextUpdate) : new OcspAnswer.NotKnown();
    }

    private static Revoked revoked(Der info) throws Malformed {
        Instant date = DerValues.generalizedTime(info);
        String reason = info.isNext(Der.context(0))
                ? Revoked.reason(DerValues.small(info.enter(Der.context(0)), Der.ENUMERATED))
                : Revoked.UNSPECIFIED;
        return new Revoked(date, reason);
    }

    private @Nullable String faultOfTime(Instant thisUpdate, @Nullable Instant nextUpdate) {
        Limits.Revocation bounds = limits.revocation();
        if (thisUpdate.isAfter(now.plus(bounds.clockMaxSkew()))) {
            return "its answer counts from " + thisUpdate + " only; the hub's clock says " + now;
        }
        // An answer without an end is as old as it says, and somebody may have kept it.
        Instant end = nextUpdate == null ? thisUpdate.plus(bounds.answerMaxAge()) : nextUpdate;
        return now.isAfter(end.plus(bounds.clockMaxSkew()))
                ? "its answer counted until " + end + "; the hub's clock says " + now
                : null;
    }

    private static OcspAnswer unusable(String why) {
        return new OcspAnswer.Unusable(why);
    }
}
