package dev.holdfast.base;

import java.nio.charset.StandardCharsets;

/** Percent-encoding of text as UTF-8 (RFC 3986, 2.1): everything but letters, digits and {@code -._~}. */
public final class PercentEncoder {
    private static final String UNRESERVED = "-._~";
    private static final String HEX = "0123456789ABCDEF";
    private static final int ESCAPE_CHARS = 3;

    private PercentEncoder() {}

    public static String encode(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            int c = each & 0xFF;
            if (isUnreserved(c)) {
                out.append((char) c);
            } else {
                out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xF));
            }
        }
        return out.toString();
    }

    /** How long the encoded text is, without making it. */
    public static int length(String text) {
        int length = 0;
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            length += isUnreserved(each & 0xFF) ? 1 : ESCAPE_CHARS;
        }
        return length;
    }

    private static boolean isUnreserved(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || (c < 0x80 && UNRESERVED.indexOf(c) >= 0);
    }
}
