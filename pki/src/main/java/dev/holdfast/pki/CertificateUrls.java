package dev.holdfast.pki;

import dev.holdfast.pki.Der.Malformed;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.asn1.x509.Extension;
import org.jspecify.annotations.Nullable;

/** Where a certificate says that its issuer tells of revocations (RFC 5280 4.2.1.13 and 4.2.2.1). Texts as they stand. */
public final class CertificateUrls {
    private static final String LISTS = Extension.cRLDistributionPoints.getId();
    private static final String ACCESS = Extension.authorityInfoAccess.getId();
    private static final String OCSP = "1.3.6.1.5.5.7.48.1";
    private static final int URI = Der.contextPrimitive(6);

    private CertificateUrls() {}

    /** The first http or https URL of a complete list of its issuer; empty when it names none that can be read. */
    public static Optional<String> list(X509Certificate certificate) {
        try {
            Der points = open(certificate.getExtensionValue(LISTS));
            while (points.hasMore()) {
                Der point = points.enter(Der.SEQUENCE);
                if (point.isNext(Der.context(0))) {
                    Der name = point.enter(Der.context(0));
                    // What follows names reasons or another issuer: not the complete list of this one.
                    if (!point.hasMore() && name.isNext(Der.context(0))) {
                        String url = web(name.enter(Der.context(0)));
                        if (url != null) {
                            return Optional.of(url);
                        }
                    }
                }
            }
        } catch (Malformed e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** The first http or https URL of an OCSP responder; empty when it names none that can be read. */
    public static Optional<String> responder(X509Certificate certificate) {
        try {
            Der all = open(certificate.getExtensionValue(ACCESS));
            while (all.hasMore()) {
                Der each = all.enter(Der.SEQUENCE);
                if (DerValues.objectIdentifier(each).equals(OCSP)) {
                    String url = web(each);
                    if (url != null) {
                        return Optional.of(url);
                    }
                }
            }
        } catch (Malformed e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** @param extension as the runtime gives it, in an OCTET STRING */
    private static Der open(byte @Nullable [] extension) throws Malformed {
        return extension == null
                ? Der.of(new byte[0])
                : Der.of(Der.of(extension).content(Der.OCTET_STRING)).enter(Der.SEQUENCE);
    }

    private static @Nullable String web(Der names) throws Malformed {
        while (names.hasMore()) {
            if (names.isNext(URI)) {
                String url = new String(names.content(URI), StandardCharsets.US_ASCII);
                String lower = url.toLowerCase(Locale.ROOT);
                if (lower.startsWith("http://") || lower.startsWith("https://")) {
                    return url;
                }
            } else {
                names.skip();
            }
        }
        return null;
    }
}
