package dev.holdfast.pki;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a constructed value in DER (X.690), by their headers alone: nothing inside them is read, so that neither depth nor
 * contents cost anything. For counting what an attacker wrote, before a parser works on it.
 */
final class DerElements {
    private static final int OCTET_STRING = 0x04;
    private static final int CONSTRUCTED = 0x20;
    private static final int TAG_NUMBER_FOLLOWS = 0x1f;
    /** A length of more bytes than this is beyond everything that is read here. */
    private static final int LENGTH_MAX_BYTES = 3;

    /** One element: its header at {@code begin}, what it holds at {@code contents}, and the next one at {@code end}. */
    record Element(byte[] bytes, int begin, int contents, int end) {
        int tag() {
            return bytes[begin] & 0xff;
        }

        /** Of what it holds, in bytes. */
        int length() {
            return end - contents;
        }

        /** The first byte of what it holds, which is not empty; signed. */
        byte first() {
            return bytes[contents];
        }
    }

    private DerElements() {}

    /** What is in an OCTET STRING, as the runtime gives the value of an extension; null when it is none. */
    static byte @Nullable [] octets(byte[] string) {
        Element whole = one(string);
        return whole == null || whole.tag() != OCTET_STRING
                ? null
                : Arrays.copyOfRange(string, whole.contents, whole.end);
    }

    /** The element that {@code bytes} are; null when they are not exactly one of definite length. */
    private static @Nullable Element one(byte[] bytes) {
        Element whole = at(bytes, 0, bytes.length);
        return whole == null || whole.end != bytes.length ? null : whole;
    }

    /** The elements of the one that {@code bytes} are; null when they are not exactly one that is constructed, of definite lengths. */
    static @Nullable List<Element> of(byte[] bytes) {
        Element whole = one(bytes);
        return whole == null ? null : of(whole);
    }

    /** As {@link #of(byte[])}. */
    static @Nullable List<Element> of(Element parent) {
        if ((parent.tag() & CONSTRUCTED) == 0) {
            return null;
        }
        List<Element> found = new ArrayList<>();
        int next = parent.contents;
        while (next < parent.end) {
            Element element = at(parent.bytes, next, parent.end);
            if (element == null) {
                return null;
            }
            found.add(element);
            next = element.end;
        }
        return found;
    }

    private static @Nullable Element at(byte[] bytes, int begin, int end) {
        if (begin + 2 > end || (bytes[begin] & TAG_NUMBER_FOLLOWS) == TAG_NUMBER_FOLLOWS) {
            return null;
        }
        int first = bytes[begin + 1] & 0xff;
        int contents = begin + 2;
        int length = first;
        if (first >= 0x80) {
            int lengthBytes = first & 0x7f;
            // No length bytes at all would be an indefinite length.
            if (lengthBytes == 0 || lengthBytes > LENGTH_MAX_BYTES || contents + lengthBytes > end) {
                return null;
            }
            length = 0;
            for (int i = 0; i < lengthBytes; i++) {
                length = length << 8 | (bytes[contents++] & 0xff);
            }
        }
        return length > end - contents ? null : new Element(bytes, begin, contents, contents + length);
    }
}
