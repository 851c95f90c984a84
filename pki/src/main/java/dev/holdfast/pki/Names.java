package dev.holdfast.pki;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;

/** The distinguished names of certificates, which may be anything that an attacker can encode. */
public final class Names {
    private static final int PRINTED_MAX_CHARS = 160;

    private Names() {}

    /**
     * Every common name in a certificate's subject, in the order of the encoding, exactly as encoded: no case, space or character
     * is touched. What is not a string is given as {@code #} and its tag, which is no device's id.
     */
    public static List<String> commonNames(X509Certificate certificate) {
        List<String> found = new ArrayList<>();
        try {
            X500Name subject =
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
            for (RDN rdn : subject.getRDNs()) {
                for (AttributeTypeAndValue attribute : rdn.getTypesAndValues()) {
                    if (attribute.getType().equals(BCStyle.CN)) {
                        found.add(attribute.getValue() instanceof ASN1String text ? text.getString() : "#not a string");
                    }
                }
            }
        } catch (IllegalArgumentException | IllegalStateException e) {
            // The runtime read the name and this library does not: nobody's.
            return List.of();
        }
        return List.copyOf(found);
    }

    /** For a sentence: RFC 2253, cut. */
    public static String printed(X500Principal name) {
        String text;
        try {
            text = name.getName();
        } catch (IllegalArgumentException e) {
            return "(a name that can't be read)";
        }
        if (text.isEmpty()) {
            return "(no name)";
        }
        return text.length() <= PRINTED_MAX_CHARS ? text : text.substring(0, PRINTED_MAX_CHARS) + "…";
    }

    /** A text that two names share when {@link #same} says that they are one. */
    public static String comparable(X500Principal name) {
        try {
            return name.getName(X500Principal.CANONICAL);
        } catch (IllegalArgumentException e) {
            return "#" + HexFormat.of().formatHex(name.getEncoded());
        }
    }

    /** As RFC 5280 compares names: without regard to case and to repeated spaces. */
    public static boolean same(X500Principal one, X500Principal other) {
        try {
            return one.equals(other);
        } catch (IllegalArgumentException e) {
            // A name with a value that can't be brought into the form for comparing.
            return Arrays.equals(one.getEncoded(), other.getEncoded());
        }
    }

    /** By name and by signature; nothing else is looked at. */
    public static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
        return same(certificate.getIssuerX500Principal(), issuer.getSubjectX500Principal())
                && Possession.isSignedBy(certificate, issuer);
    }
}
