package dev.holdfast.pki;

import dev.holdfast.pki.Der.Malformed;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/** Values inside DER, in the spellings that RFC 5280 allows. */
final class DerValues {
    private static final DateTimeFormatter GENERALIZED =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'").withResolverStyle(ResolverStyle.STRICT);
    private static final int UTC_TIME_CHARS = 13;
    private static final int OBJECT_IDENTIFIER_MAX_BYTES = 64;

    private DerValues() {}

    /** UTCTime or GeneralizedTime, in seconds and UTC (RFC 5280 4.1.2.5). */
    static Instant time(Der from) throws Malformed {
        if (!from.isNext(Der.UTC_TIME)) {
            return generalizedTime(from);
        }
        String text = ascii(from.content(Der.UTC_TIME));
        if (text.length() != UTC_TIME_CHARS) {
            throw new Malformed("a time can't be read");
        }
        // Two digits of a year mean 1950 to 2049.
        return instant((text.charAt(0) >= '5' ? "19" : "20") + text);
    }

    static Instant generalizedTime(Der from) throws Malformed {
        return instant(ascii(from.content(Der.GENERALIZED_TIME)));
    }

    private static Instant instant(String text) throws Malformed {
        try {
            return LocalDateTime.parse(text, GENERALIZED).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new Malformed("a time can't be read");
        }
    }

    private static String ascii(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    static String objectIdentifier(Der from) throws Malformed {
        byte[] content = from.content(Der.OBJECT_IDENTIFIER);
        if (content.length == 0 || content.length > OBJECT_IDENTIFIER_MAX_BYTES) {
            throw new Malformed("an object identifier can't be read");
        }
        try {
            return ASN1ObjectIdentifier.fromContents(content).getId();
        } catch (IllegalArgumentException e) {
            throw new Malformed("an object identifier can't be read");
        }
    }

    /** The next element's value when it is a BOOLEAN, else false and nothing is read: the default of {@code critical}. */
    static boolean optionalTrue(Der from) throws Malformed {
        if (!from.isNext(Der.BOOLEAN)) {
            return false;
        }
        byte[] content = from.content(Der.BOOLEAN);
        if (content.length != 1) {
            throw new Malformed("a BOOLEAN can't be read");
        }
        return content[0] != 0;
    }

    /** A number from 0 to 127. */
    static int small(Der from, int tag) throws Malformed {
        byte[] content = from.content(tag);
        if (content.length != 1 || content[0] < 0) {
            throw new Malformed("a small number can't be read");
        }
        return content[0];
    }

    /** The bytes of a BIT STRING of whole bytes. */
    static byte[] bits(Der from) throws Malformed {
        byte[] content = from.content(Der.BIT_STRING);
        if (content.length == 0 || content[0] != 0) {
            throw new Malformed("a BIT STRING can't be read");
        }
        byte[] bits = new byte[content.length - 1];
        System.arraycopy(content, 1, bits, 0, bits.length);
        return bits;
    }
}
