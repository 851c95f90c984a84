package dev.holdfast.pki;

import dev.holdfast.pki.Der.Malformed;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * A certificate revocation list (RFC 5280 section 5) that was read: what it says, and for each serial number whether it is on it.
 * Besides the list's own bytes it takes 8 bytes an entry; a look-up is a binary search. Immutable; any thread.
 */
public final class RevocationList {
    private final byte[] der;
    private final X500Principal issuer;
    private final @Nullable BigInteger number;
    private final Instant thisUpdate;
    private final Instant nextUpdate;

    /** For each entry the hash of its serial number in the upper half, and where it begins in {@link #der} in the lower; sorted. */
    private final long[] index;

    /** @param index takes possession */
    RevocationList(
            byte[] der,
            X500Principal issuer,
            @Nullable BigInteger number,
            Instant thisUpdate,
            Instant nextUpdate,
            long[] index) {
        this.der = der;
        this.issuer = issuer;
        this.number = number;
        this.thisUpdate = thisUpdate;
        this.nextUpdate = nextUpdate;
        this.index = index;
        Arrays.sort(index);
    }

    /** For the index; numbers are compared as such, because some authorities write them with more zeros than DER allows. */
    static long indexed(BigInteger serial, int offset) {
        return ((long) serial.hashCode() << 32) | offset;
    }

    /** Its own bytes; the caller's to read only. */
    public byte[] encoded() {
        return der;
    }

    public X500Principal issuer() {
        return issuer;
    }

    /** Rises with every list of the issuer; empty when it counts none. */
    public Optional<BigInteger> number() {
        return Optional.ofNullable(number);
    }

    public Instant thisUpdate() {
        return thisUpdate;
    }

    /** When the issuer has another one at the latest; behind that, nobody knows what it would say. */
    public Instant nextUpdate() {
        return nextUpdate;
    }

    public int entries() {
        return index.length;
    }

    /** Whether its issuer issued it before another one: by their numbers if both have one, else by their times. */
    boolean isOlderThan(RevocationList other) {
        BigInteger otherNumber = other.number;
        int byNumber = number == null || otherNumber == null ? 0 : number.compareTo(otherNumber);
        return byNumber < 0 || (byNumber == 0 && thisUpdate.isBefore(other.thisUpdate));
    }

    /** What it says of the certificate with this serial number; empty when that is not on it. */
    public Optional<Revoked> find(BigInteger serial) {
        long first = indexed(serial, 0);
        int at = Arrays.binarySearch(index, first);
        for (int i = at < 0 ? -at - 1 : at; i < index.length && index[i] >>> 32 == first >>> 32; i++) {
            try {
                Der entry = Der.at(der, (int) index[i]).enter(Der.SEQUENCE);
                if (new BigInteger(entry.content(Der.INTEGER)).equals(serial)) {
                    return Optional.of(RevocationListParser.revoked(entry));
                }
            } catch (Malformed e) {
                throw new IllegalStateException("an entry that was read before can't be read again", e);
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "RevocationList[" + Names.printed(issuer) + ", " + index.length + " entries]";
    }
}
