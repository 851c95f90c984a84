package dev.holdfast.pki;

import dev.holdfast.pki.Der.Malformed;
import dev.holdfast.pki.RevocationListFault.ListExtensionNotUnderstood;
import dev.holdfast.pki.RevocationListFault.ListIsDelta;
import dev.holdfast.pki.RevocationListFault.ListIsPartial;
import dev.holdfast.pki.RevocationListFault.ListWithoutNextUpdate;
import dev.holdfast.pki.RevocationListFault.TooManyEntries;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.jspecify.annotations.Nullable;

/** Reads the content of a list, the part that is signed. Every entry is looked at once, and its serial number is indexed. */
final class RevocationListParser {
    private static final int VERSION_2 = 1;
    private static final int SERIAL_MAX_BYTES = 64;
    private static final String CRL_NUMBER = Extension.cRLNumber.getId();
    private static final String DELTA = Extension.deltaCRLIndicator.getId();
    private static final String PART = Extension.issuingDistributionPoint.getId();
    private static final String REASON = Extension.reasonCode.getId();
    private static final String OTHER_ISSUER = Extension.certificateIssuer.getId();

    /** The list is as it should be, and no list that can be used. */
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;

        final transient RevocationListFault fault;

        Unusable(RevocationListFault fault) {
            super(null, null, false, false);
            this.fault = fault;
        }
    }

    private final byte[] der;
    private final int entriesMax;
    private long[] index = new long[64];
    private int entries;
    private @Nullable BigInteger number;

    /** @param der of the whole list */
    RevocationListParser(byte[] der, int entriesMax) {
        this.der = der;
        this.entriesMax = entriesMax;
    }

    /** @param algorithm that the signature is of, which the content must repeat */
    RevocationList parse(byte[] algorithm) throws Malformed, Unusable {
        Der content = Der.of(der).enter(Der.SEQUENCE).enter(Der.SEQUENCE);
        if (content.isNext(Der.INTEGER) && DerValues.small(content, Der.INTEGER) != VERSION_2) {
            throw new Malformed("its version is unknown");
        }
        if (!Arrays.equals(content.whole(), algorithm)) {
            throw new Malformed("it names two algorithms for its signature");
        }
        X500Principal issuer = name(content.whole());
        Instant thisUpdate = DerValues.time(content);
        Instant nextUpdate =
                content.isNext(Der.UTC_TIME) || content.isNext(Der.GENERALIZED_TIME) ? DerValues.time(content) : null;
        if (content.isNext(Der.SEQUENCE)) {
            readEntries(content.enter(Der.SEQUENCE));
        }
        if (content.isNext(Der.context(0))) {
            readExtensions(content.enter(Der.context(0)).enter(Der.SEQUENCE));
        }
        content.finish();
        if (nextUpdate == null) {
            throw new Unusable(new ListWithoutNextUpdate());
        }
        return new RevocationList(der, issuer, number, thisUpdate, nextUpdate, Arrays.copyOf(index, entries));
    }

    static X500Principal name(byte[] encoded) throws Malformed {
        try {
            return new X500Principal(encoded);
        } catch (IllegalArgumentException e) {
            throw new Malformed("the name of its issuer can't be read");
        }
    }

    private void readEntries(Der list) throws Malformed, Unusable {
        while (list.hasMore()) {
            if (entries == entriesMax) {
                throw new Unusable(new TooManyEntries(entriesMax));
            }
            int offset = list.offset();
            Der entry = list.enter(Der.SEQUENCE);
            byte[] serial = entry.content(Der.INTEGER);
            if (serial.length == 0 || serial.length > SERIAL_MAX_BYTES) {
                throw new Malformed("a serial number can't be read");
            }
            checkEntry(entry);
            if (entries == index.length) {
                index = Arrays.copyOf(index, Math.min(2 * entries, entriesMax));
            }
            index[entries++] = RevocationList.indexed(new BigInteger(serial), offset);
        }
    }

    private static void checkEntry(Der entry) throws Malformed, Unusable {
        var _ = DerValues.time(entry);
        if (!entry.hasMore()) {
            return;
        }
        Der extensions = entry.enter(Der.SEQUENCE);
        while (extensions.hasMore()) {
            Der extension = extensions.enter(Der.SEQUENCE);
            String identifier = DerValues.objectIdentifier(extension);
            boolean critical = DerValues.optionalTrue(extension);
            byte[] value = extension.content(Der.OCTET_STRING);
            if (identifier.equals(OTHER_ISSUER)) {
                throw new Unusable(new ListIsPartial("it has certificates of other issuers (it is indirect)"));
            }
            if (identifier.equals(REASON)) {
                int _ = DerValues.small(Der.of(value), Der.ENUMERATED);
            } else if (critical) {
                throw new Unusable(new ListExtensionNotUnderstood(identifier));
            }
        }
        entry.finish();
    }

    private void readExtensions(Der extensions) throws Malformed, Unusable {
        while (extensions.hasMore()) {
            Der extension = extensions.enter(Der.SEQUENCE);
            String identifier = DerValues.objectIdentifier(extension);
            boolean critical = DerValues.optionalTrue(extension);
            byte[] value = extension.content(Der.OCTET_STRING);
            extension.finish();
            if (identifier.equals(DELTA)) {
                throw new Unusable(new ListIsDelta());
            } else if (identifier.equals(PART)) {
                throw new Unusable(new ListIsPartial("it has an issuingDistributionPoint"));
            } else if (identifier.equals(CRL_NUMBER)) {
                number = number(value);
            } else if (critical) {
                throw new Unusable(new ListExtensionNotUnderstood(identifier));
            }
        }
    }

    private static BigInteger number(byte[] value) throws Malformed {
        byte[] content = Der.of(value).content(Der.INTEGER);
        if (content.length == 0 || content.length > SERIAL_MAX_BYTES) {
            throw new Malformed("its number can't be read");
        }
        return new BigInteger(content);
    }

    /** What an entry says behind its serial number; it was checked. */
    static Revoked revoked(Der entry) throws Malformed {
        Instant date = DerValues.time(entry);
        String reason = Revoked.UNSPECIFIED;
        if (entry.hasMore()) {
            Der extensions = entry.enter(Der.SEQUENCE);
            while (extensions.hasMore()) {
                Der extension = extensions.enter(Der.SEQUENCE);
                String identifier = DerValues.objectIdentifier(extension);
                boolean _ = DerValues.optionalTrue(extension);
                if (identifier.equals(REASON)) {
                    reason = Revoked.reason(
                            DerValues.small(Der.of(extension.content(Der.OCTET_STRING)), Der.ENUMERATED));
                }
            }
        }
        return new Revoked(date, reason);
    }
}
