package dev.holdfast.hub.device.mqtt;

import dev.holdfast.base.PercentDecoder;

/**
 * Percent-decoding of what devices put into user names and property bags. Never fails: the C SDK sends values as they
 * are, so a percent sign that begins no escape is a percent sign, and escapes that are not UTF-8 stay as sent. A plus
 * stays a plus.
 */
final class PropertyText {
    private static final int ESCAPE_CHARS = 3;

    private PropertyText() {}

    static String decode(String text) {
        return PercentDecoder.decode(text).orElseGet(() -> decodeWhatCanBe(text));
    }

    private static String decodeWhatCanBe(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            int end = endOfEscapes(text, at);
            if (end == at) {
                out.append(text.charAt(at++));
                continue;
            }
            String escapes = text.substring(at, end);
            out.append(PercentDecoder.decode(escapes).orElse(escapes));
            at = end;
        }
        return out.toString();
    }

    /** Where the unbroken run of escapes that begins at {@code start} ends. */
    private static int endOfEscapes(String text, int start) {
        int at = start;
        while (at + ESCAPE_CHARS <= text.length()
                && text.charAt(at) == '%'
                && isHex(text.charAt(at + 1))
                && isHex(text.charAt(at + 2))) {
            at += ESCAPE_CHARS;
        }
        return at;
    }

    private static boolean isHex(char c) {
        return c < 0x80 && Character.digit(c, 16) >= 0;
    }

    /** For a report: at most {@code maxChars} of it. */
    static String cut(String text, int maxChars) {
        return text.length() <= maxChars ? text : text.substring(0, maxChars) + "…";
    }
}
