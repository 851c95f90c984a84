package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.Der.Malformed;
import dev.holdfast.pki.RevocationListFault.ListExpired;
import dev.holdfast.pki.RevocationListFault.ListNotYetValid;
import dev.holdfast.pki.RevocationListFault.ListOfAnotherIssuer;
import dev.holdfast.pki.RevocationListFault.ListOlder;
import dev.holdfast.pki.RevocationListFault.ListSignatureWeak;
import dev.holdfast.pki.RevocationListFault.ListSignatureWrong;
import dev.holdfast.pki.RevocationListFault.ListTooLarge;
import dev.holdfast.pki.RevocationListFault.ListsNotAllowed;
import dev.holdfast.pki.RevocationListFault.NotARevocationList;
import dev.holdfast.pki.RevocationListParser.Unusable;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads certificate revocation lists and judges whether one may be taken. Any thread; no network, no state. */
public final class RevocationLists {
    private static final String PEM_BEGIN = "-----BEGIN ";
    private static final Pattern PEM = Pattern.compile("-----BEGIN (?:X509 )?CRL-----([A-Za-z0-9+/=\\s]*+)-----END ");

    private RevocationLists() {}

    /**
     * Reads and judges a list that comes from outside.
     *
     * @param bytes PEM or DER
     * @param issuer the authority that must have signed it
     * @param held the list that it would replace; null for none
     */
    public static RevocationListReading read(
            byte[] bytes, X509Certificate issuer, @Nullable RevocationList held, Limits limits, Instant now) {
        try {
            byte[] der = der(bytes, limits.revocation().listMaxBytes());
            Signed signed = signed(der);
            // Who signed it is known before anything of it is read: only the authority's own bytes get further.
            checkSigner(signed, issuer, limits.certificates());
            RevocationList list =
                    new RevocationListParser(der, limits.revocation().listMaxEntries()).parse(signed.algorithm());
            RevocationListFault fault = faultOf(list, held, limits.revocation(), now);
            return fault == null ? new RevocationListReading.Read(list) : new RevocationListReading.Refused(fault);
        } catch (Malformed e) {
            return new RevocationListReading.Refused(new NotARevocationList(String.valueOf(e.getMessage())));
        } catch (Unusable e) {
            return new RevocationListReading.Refused(e.fault);
        }
    }

    /** Reads again what was judged before: how it is encoded is looked at, and nothing else. */
    public static RevocationListReading reopen(byte[] der) {
        try {
            return new RevocationListReading.Read(new RevocationListParser(der, Integer.MAX_VALUE)
                    .parse(signed(der).algorithm()));
        } catch (Malformed e) {
            return new RevocationListReading.Refused(new NotARevocationList(String.valueOf(e.getMessage())));
        } catch (Unusable e) {
            return new RevocationListReading.Refused(e.fault);
        }
    }

    private static Signed signed(byte[] der) throws Malformed {
        Der whole = Der.of(der);
        Der parts = whole.enter(Der.SEQUENCE);
        Signed signed = Signed.read(parts);
        parts.finish();
        whole.finish();
        return signed;
    }

    private static byte[] der(byte[] bytes, int maxBytes) throws Malformed, Unusable {
        if (bytes.length > 0 && bytes[0] == Der.SEQUENCE) {
            if (bytes.length > maxBytes) {
                throw new Unusable(new ListTooLarge(maxBytes));
            }
            return bytes;
        }
        // Base64 has four characters for three bytes, and line breaks.
        if (bytes.length > 2L * maxBytes) {
            throw new Unusable(new ListTooLarge(maxBytes));
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        Matcher block = PEM.matcher(text);
        if (!block.find()) {
            throw new Malformed(
                    text.contains(PEM_BEGIN) ? "its PEM holds something else" : "it is neither PEM nor DER");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(block.group(1));
        } catch (IllegalArgumentException e) {
            throw new Malformed("its Base64 can't be read");
        }
        if (block.find()) {
            throw new Malformed("there are several of them");
        }
        if (der.length > maxBytes) {
            throw new Unusable(new ListTooLarge(maxBytes));
        }
        return der;
    }

    private static void checkSigner(Signed signed, X509Certificate issuer, Limits.Certificates limits)
            throws Malformed, Unusable {
        String subject = Names.printed(issuer.getSubjectX500Principal());
        if (!Extensions.maySignLists(issuer)) {
            throw new Unusable(new ListsNotAllowed(subject));
        }
        Der content = Der.of(signed.content()).enter(Der.SEQUENCE);
        if (content.isNext(Der.INTEGER)) {
            content.skip();
        }
        content.skip();
        var name = RevocationListParser.name(content.whole());
        if (!Names.same(name, issuer.getSubjectX500Principal())) {
            throw new Unusable(new ListOfAnotherIssuer(Names.printed(name), subject));
        }
        String weakness = signed.weakness();
        if (weakness == null) {
            weakness = Strength.weakness(issuer.getPublicKey(), limits.rsaKeyMaxBits());
        }
        if (weakness != null) {
            throw new Unusable(new ListSignatureWeak(weakness));
        }
        if (!signed.isBy(issuer.getPublicKey())) {
            throw new Unusable(new ListSignatureWrong(subject));
        }
    }

    private static @Nullable RevocationListFault faultOf(
            RevocationList list, @Nullable RevocationList held, Limits.Revocation limits, Instant now) {
        if (list.thisUpdate().isAfter(now.plus(limits.clockMaxSkew()))) {
            return new ListNotYetValid(list.thisUpdate(), now);
        }
        if (list.nextUpdate().isBefore(now)) {
            return new ListExpired(list.nextUpdate(), now);
        }
        return held != null && list.isOlderThan(held) ? new ListOlder(described(held), described(list)) : null;
    }

    private static String described(RevocationList list) {
        return list.number().map(number -> "number " + number + " ").orElse("") + "of " + list.thisUpdate();
    }
}
