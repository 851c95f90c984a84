package dev.holdfast.tls.report;

import java.util.regex.Pattern;

/**
 * Takes what looks like a key, a signature or a private key out of a text. Reports hold names that clients chose, and a client
 * that is set up wrongly puts a whole connection string or token where a name belongs; those are the clients that are refused.
 *
 * <p>Linear in the length of the text, which is a client's choice too.
 */
final class Secrets {
    private static final String TAKEN_OUT = "[secret]";
    /** Base64 of 30 bytes; keys and signatures have 32 or 64. */
    private static final int SECRET_MIN_CHARS = 40;

    private static final int PADDING_MAX = 2;
    private static final int ENCODED_CHARS = 3;

    /** Members of connection strings and tokens, also percent-encoded. */
    private static final Pattern NAMED = Pattern.compile(
            "((?:SharedAccessKey|AccountKey|PrimaryKey|SecondaryKey|password|(?<![A-Za-z])sig)(?:=|%3D))"
                    + "(?:(?!%26)[^;&\\s,'\"…])++",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern PRIVATE_KEY = Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----.*", Pattern.DOTALL);

    private Secrets() {}

    static String takeOut(String text) {
        String named = NAMED.matcher(text).replaceAll("$1" + TAKEN_OUT);
        return PRIVATE_KEY.matcher(withoutBare(named)).replaceAll(TAKEN_OUT);
    }

    /** Without what stands by itself: long base64 with its padding, as is or percent-encoded. */
    private static String withoutBare(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            int end = at;
            int count = 0;
            for (int step = digit(text, end); step > 0; step = digit(text, end)) {
                end += step;
                count++;
            }
            int padded = end;
            int pads = 0;
            for (int step = pad(text, padded); step > 0 && pads < PADDING_MAX; step = pad(text, padded)) {
                padded += step;
                pads++;
            }
            if (count >= SECRET_MIN_CHARS && pads > 0) {
                out.append(TAKEN_OUT);
                at = padded;
            } else {
                // A character that is no digit stays by itself.
                int next = Math.max(end, at + 1);
                out.append(text, at, next);
                at = next;
            }
        }
        return out.toString();
    }

    /** How many characters a digit of base64 takes there; 0 when there is none. */
    private static int digit(String text, int at) {
        if (at >= text.length()) {
            return 0;
        }
        char c = text.charAt(at);
        boolean plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (plain || c == '+' || c == '/' || c == '-' || c == '_') {
            return 1;
        }
        return isEncoded(text, at, "%2B") || isEncoded(text, at, "%2F") ? ENCODED_CHARS : 0;
    }

    private static int pad(String text, int at) {
        if (at < text.length() && text.charAt(at) == '=') {
            return 1;
        }
        return isEncoded(text, at, "%3D") ? ENCODED_CHARS : 0;
    }

    private static boolean isEncoded(String text, int at, String encoded) {
        return text.regionMatches(true, at, encoded, 0, ENCODED_CHARS);
    }
}
