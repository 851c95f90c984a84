package dev.holdfast.pki;

/**
 * Reads distinguished encoding (X.690) from left to right, element by element. It keeps nothing and calls nothing again and again,
 * so that no input, however long or deep, costs more than its own bytes; what is not DER is a {@link Malformed}.
 */
final class Der {
    static final int BOOLEAN = 0x01;
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int ENUMERATED = 0x0A;
    static final int UTC_TIME = 0x17;
    static final int GENERALIZED_TIME = 0x18;
    static final int SEQUENCE = 0x30;

    private static final int LONG_FORM = 0x80;
    private static final int TAG_NUMBER_IN_MORE_BYTES = 0x1F;
    private static final int LENGTH_MAX_BYTES = 4;

    /** The bytes are not what they should be. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String what) {
            super(what, null, false, false);
        }
    }

    private final byte[] bytes;
    private final int end;
    private int at;

    private Der(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    static Der of(byte[] bytes) {
        return new Der(bytes, 0, bytes.length);
    }

    /** What begins at an offset of the same bytes. */
    static Der at(byte[] bytes, int offset) {
        return new Der(bytes, offset, bytes.length);
    }

    /** The tag of context-specific element {@code number}, constructed. */
    static int context(int number) {
        return 0xA0 | number;
    }

    /** As {@link #context}, primitive. */
    static int contextPrimitive(int number) {
        return 0x80 | number;
    }

    boolean hasMore() {
        return at < end;
    }

    /** Where the next element begins in the bytes that this was made of. */
    int offset() {
        return at;
    }

    /** Whether the next element has this tag. */
    boolean isNext(int tag) {
        return at < end && (bytes[at] & 0xFF) == tag;
    }

    /** Goes into the next element, and on to the one behind it here. */
    Der enter(int tag) throws Malformed {
        if (!isNext(tag)) {
            throw new Malformed(hasMore() ? "an element has another type" : "an element is missing");
        }
        int content = contentOfNext();
        int contentEnd = content + lengthOfNext(content);
        at = contentEnd;
        return new Der(bytes, content, contentEnd);
    }

    /** The content of the next element. */
    byte[] content(int tag) throws Malformed {
        return enter(tag).rest();
    }

    /** The next element with its tag and length, whatever it is. */
    byte[] whole() throws Malformed {
        int from = at;
        skip();
        byte[] whole = new byte[at - from];
        System.arraycopy(bytes, from, whole, 0, whole.length);
        return whole;
    }

    void skip() throws Malformed {
        if (!hasMore()) {
            throw new Malformed("an element is missing");
        }
        int content = contentOfNext();
        at = content + lengthOfNext(content);
    }

    /** Everything that is left. */
    byte[] rest() {
        byte[] rest = new byte[end - at];
        System.arraycopy(bytes, at, rest, 0, rest.length);
        at = end;
        return rest;
    }

    void finish() throws Malformed {
        if (hasMore()) {
            throw new Malformed("more bytes follow than belong there");
        }
    }

    /** Where the content of the next element begins; its length is in the bytes before. */
    private int contentOfNext() throws Malformed {
        if ((bytes[at] & TAG_NUMBER_IN_MORE_BYTES) == TAG_NUMBER_IN_MORE_BYTES || at + 2 > end) {
            throw new Malformed("an element can't be read");
        }
        int first = bytes[at + 1] & 0xFF;
        return at + 2 + (first < LONG_FORM ? 0 : first - LONG_FORM);
    }

    private int lengthOfNext(int content) throws Malformed {
        int first = bytes[at + 1] & 0xFF;
        long length = first;
        if (first >= LONG_FORM) {
            int count = first - LONG_FORM;
            if (count == 0 || count > LENGTH_MAX_BYTES || content > end) {
                throw new Malformed("the length of an element can't be read");
            }
            length = 0;
            for (int i = at + 2; i < content; i++) {
                length = (length << 8) | (bytes[i] & 0xFF);
            }
            if (length < LONG_FORM || bytes[at + 2] == 0) {
                throw new Malformed("the length of an element is not written in the shortest way");
            }
        }
        if (length > end - content) {
            throw new Malformed("an element is longer than what it is in");
        }
        return (int) length;
    }
}
