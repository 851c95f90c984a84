package dev.holdfast.pki;

import dev.holdfast.pki.Maker.Made;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Makes revocation lists as a test wants them, good and bad: nothing is checked. */
final class Lists {
    private final Made issuer;
    private final X509v2CRLBuilder builder;
    private String signature;

    private Lists(Made issuer, Instant thisUpdate, @Nullable Instant nextUpdate) {
        this.issuer = issuer;
        this.builder = new X509v2CRLBuilder(
                X500Name.getInstance(
                        issuer.certificate().getSubjectX500Principal().getEncoded()),
                Date.from(thisUpdate));
        if (nextUpdate != null) {
            builder.setNextUpdate(Date.from(nextUpdate));
        }
        signature = issuer.keys().getPrivate().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    }

    /** Good for a day before and after. */
    static Lists of(Made issuer) {
        return of(issuer, Maker.NOW.minus(Duration.ofDays(1)), Maker.NOW.plus(Duration.ofDays(1)));
    }

    static Lists of(Made issuer, Instant thisUpdate, @Nullable Instant nextUpdate) {
        return new Lists(issuer, thisUpdate, nextUpdate);
    }

    Lists revoking(BigInteger serial, int reason) {
        builder.addCRLEntry(serial, Date.from(Maker.NOW.minusSeconds(60)), reason);
        return this;
    }

    Lists numbered(long number) {
        return with(Extension.cRLNumber, false, new ASN1Integer(number));
    }

    Lists with(ASN1ObjectIdentifier id, boolean critical, ASN1Encodable value) {
        try {
            builder.addExtension(id, critical, value);
            return this;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For entries that no other method makes. */
    X509v2CRLBuilder builder() {
        return builder;
    }

    Lists signedWith(String algorithm) {
        signature = algorithm;
        return this;
    }

    byte[] make() {
        return make(issuer);
    }

    /** Signed by somebody else than it says. */
    byte[] make(Made signer) {
        try {
            return builder.build(new JcaContentSignerBuilder(signature)
                            .build(signer.keys().getPrivate()))
                    .getEncoded();
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
