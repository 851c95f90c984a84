package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import java.security.cert.X509Certificate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a responder says of one certificate (RFC 6960), if what it says counts. */
public sealed interface OcspAnswer {
    /** @param end when the responder has something newer; null when it does not say */
    record Good(@Nullable Instant end) implements OcspAnswer {}

    /** @param end as in {@link Good} */
    record IsRevoked(Revoked revoked, @Nullable Instant end) implements OcspAnswer {}

    /** The responder does not know the certificate, or does not say anything about its issuer. */
    record NotKnown() implements OcspAnswer {}

    /** @param why for a sentence that begins with the responder's name and a colon */
    record Unusable(String why) implements OcspAnswer {}

    /**
     * Reads and judges an answer: about this certificate, in its time, signed by the issuer or by one whom the issuer made responder
     * (4.2.2.2). Any thread; whatever the bytes are, it costs no more than them and few signature checks.
     */
    static OcspAnswer read(
            byte[] bytes, X509Certificate certificate, X509Certificate issuer, Limits limits, Instant now) {
        return new OcspAnswerParser(certificate, issuer, limits, now).read(bytes);
    }
}
