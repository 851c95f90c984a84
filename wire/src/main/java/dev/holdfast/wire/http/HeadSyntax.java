package dev.holdfast.wire.http;

import dev.holdfast.base.Limits;
import io.netty.buffer.ByteBuf;

/**
 * Looks at the bytes of a request's head before the decoder does, and refuses every spelling on which two HTTP parsers could
 * disagree: lines that end in LF alone, folded lines, blanks before a colon, control characters, other versions.
 *
 * <p>Rules of RFC 9112, sections 2 to 5, without the leniencies that it permits. Remembers how far it came, so that a head that
 * arrives byte by byte is scanned once. Event loop only.
 */
final class HeadSyntax {
    static final int INCOMPLETE = -1;

    private static final String VERSION = "HTTP/1.1";
    private static final int LINE_END_BYTES = 2;
    private static final int METHOD_MAX_CHARS = 32;
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private enum At {
        START,
        EMPTY_LINE_END,
        METHOD,
        TARGET,
        VERSION,
        LINE_END,
        FIELD_START,
        NAME,
        VALUE,
        FIELD_END,
        HEAD_END
    }

    private final Limits.Http limits;
    private final HttpVersions versions;
    private At at = At.START;
    private int scanned;
    private int lineBytes;
    private int fieldBytes;
    private int fields;
    private int wordChars;
    private boolean skippedEmptyLine;

    HeadSyntax(Limits.Http limits, HttpVersions versions) {
        this.limits = limits;
        this.versions = versions;
    }

    /** Whether a head has begun and is not complete. */
    boolean isInside() {
        return at != At.START;
    }

    /**
     * Scans what is readable, without reading it.
     *
     * @return the length of the head with the empty line that ends it, or {@link #INCOMPLETE}
     */
    int scan(ByteBuf in) throws RequestRefused {
        int end = in.readableBytes();
        while (scanned < end) {
            byte b = in.getByte(in.readerIndex() + scanned++);
            if (at == At.HEAD_END) {
                require(b == '\n', RequestFault.MALFORMED_FIELD);
                int length = scanned;
                reset();
                return length;
            }
            step(b);
        }
        return INCOMPLETE;
    }

    private void reset() {
        at = At.START;
        scanned = 0;
        lineBytes = 0;
        fieldBytes = 0;
        fields = 0;
        wordChars = 0;
        skippedEmptyLine = false;
    }

    private void step(byte b) throws RequestRefused {
        switch (at) {
            case START, EMPTY_LINE_END, METHOD, TARGET, VERSION, LINE_END -> stepRequestLine(b);
            case FIELD_START, NAME, VALUE, FIELD_END, HEAD_END -> stepField(b);
        }
    }

    private void stepRequestLine(byte b) throws RequestRefused {
        lineBytes++;
        require(lineBytes <= limits.requestLineMaxBytes() + LINE_END_BYTES, RequestFault.TARGET_TOO_LONG);
        switch (at) {
            case START -> {
                // Old clients send an empty line behind a body; RFC 9112 2.2 asks to pass over one of them.
                boolean emptyLine = b == '\r' && !skippedEmptyLine;
                at = emptyLine ? At.EMPTY_LINE_END : At.METHOD;
                if (!emptyLine) {
                    stepMethod(b);
                }
            }
            case EMPTY_LINE_END -> {
                require(b == '\n', RequestFault.MALFORMED_REQUEST_LINE);
                skippedEmptyLine = true;
                lineBytes = 0;
                at = At.START;
            }
            case METHOD -> stepMethod(b);
            case TARGET -> {
                if (b == ' ' && wordChars > 0) {
                    next(At.VERSION);
                } else {
                    require(b > ' ' && b < 0x7F, RequestFault.MALFORMED_REQUEST_LINE);
                    wordChars++;
                }
            }
            case VERSION -> stepVersion(b);
            case LINE_END -> {
                require(b == '\n', RequestFault.MALFORMED_REQUEST_LINE);
                at = At.FIELD_START;
            }
            case FIELD_START, NAME, VALUE, FIELD_END, HEAD_END -> throw new IllegalStateException(at.name());
        }
    }

    private void stepMethod(byte b) throws RequestRefused {
        if (b == ' ' && wordChars > 0) {
            next(At.TARGET);
            return;
        }
        require(b >= 'A' && b <= 'Z' && wordChars < METHOD_MAX_CHARS, RequestFault.MALFORMED_REQUEST_LINE);
        wordChars++;
    }

    private void stepVersion(byte b) throws RequestRefused {
        if (b == '\r' && wordChars == VERSION.length()) {
            next(At.LINE_END);
            return;
        }
        require(wordChars < VERSION.length(), RequestFault.MALFORMED_REQUEST_LINE);
        char expected = VERSION.charAt(wordChars);
        boolean last = wordChars == VERSION.length() - 1;
        if (last && b == '0' && versions == HttpVersions.ALSO_1_0) {
            wordChars++;
            return;
        }
        boolean otherVersion = expected == '1' && b >= '0' && b <= '9' && b != '1';
        require(!otherVersion, RequestFault.VERSION_NOT_SUPPORTED);
        require(b == expected, RequestFault.MALFORMED_REQUEST_LINE);
        wordChars++;
    }

    private void stepField(byte b) throws RequestRefused {
        fieldBytes++;
        require(fieldBytes <= limits.headersMaxBytes(), RequestFault.FIELDS_TOO_LARGE);
        switch (at) {
            case FIELD_START -> {
                if (b == '\r') {
                    at = At.HEAD_END;
                    return;
                }
                fields++;
                require(fields <= limits.headerFieldsMax(), RequestFault.FIELDS_TOO_LARGE);
                require(isToken(b), RequestFault.MALFORMED_FIELD);
                at = At.NAME;
            }
            case NAME -> {
                if (b == ':') {
                    at = At.VALUE;
                } else {
                    require(isToken(b), RequestFault.MALFORMED_FIELD);
                }
            }
            case VALUE -> {
                if (b == '\r') {
                    at = At.FIELD_END;
                } else {
                    boolean control = (b >= 0 && b < ' ' && b != '\t') || b == 0x7F;
                    require(!control, RequestFault.MALFORMED_FIELD);
                }
            }
            case FIELD_END -> {
                require(b == '\n', RequestFault.MALFORMED_FIELD);
                at = At.FIELD_START;
            }
            case START, EMPTY_LINE_END, METHOD, TARGET, VERSION, LINE_END, HEAD_END ->
                throw new IllegalStateException(at.name());
        }
    }

    private void next(At state) {
        at = state;
        wordChars = 0;
    }

    private static boolean isToken(byte b) {
        return (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || (b >= '0' && b <= '9')
                || (b > 0 && TOKEN_MARKS.indexOf(b) >= 0);
    }

    private static void require(boolean holds, RequestFault otherwise) throws RequestRefused {
        if (!holds) {
            throw new RequestRefused(otherwise);
        }
    }
}
