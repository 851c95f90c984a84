package dev.holdfast.tls.report;

import java.util.Arrays;
import java.util.BitSet;
import java.util.regex.Pattern;

/**
 * Takes what looks like a key, a signature or a private key out of a text. Reports hold names that clients chose, and a client
 * that is set up wrongly puts a whole connection string or token where a name belongs; those are the clients that are refused.
 *
 * <p>Linear in the length of the text, which is a client's choice too.
 */
final class Secrets {
    private static final String TAKEN_OUT = "[secret]";
    /** With padding, base64 of this length is no name: most keys and signatures have 32 or 64 bytes. */
    private static final int PADDED_MIN_CHARS = 40;
    /** Shorter with padding, it is one of 16 bytes or more, unless it is words before an equals sign. */
    private static final int PADDED_SHORT_WORDS_MIN = 2;
    /** Of what only looks like a secret; no way back to one of 16 bytes. */
    private static final int LEFT_CHARS = 4;

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

    /** Without what stands by itself, as is or percent-encoded: base64 with its padding, and what looks random. */
    private static String withoutBare(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            Run run = runAt(text, at);
            int count = run.digits().length();
            if (count == 0) {
                out.append(text.charAt(at));
                at++;
                continue;
            }
            boolean key = run.pads() > 0
                    && (count >= PADDED_MIN_CHARS
                            || (count >= RandomLook.KEY_MIN_CHARS
                                    && RandomLook.hasShortWords(run.digits(), PADDED_SHORT_WORDS_MIN)));
            if (key) {
                out.append(TAKEN_OUT);
                at = run.padded();
            } else {
                appendWithoutRandom(out, text, run);
                at = run.end();
            }
        }
        return out.toString();
    }

    /**
     * Digits of base64 in a row.
     *
     * @param digits as they are when nothing is percent-encoded
     * @param starts where each of them begins in the text, and where the last one ends
     * @param padded where their padding ends
     */
    private record Run(CharSequence digits, int[] starts, int pads, int padded) {
        int end() {
            return starts[digits.length()];
        }
    }

    private static Run runAt(String text, int at) {
        StringBuilder digits = new StringBuilder();
        int[] starts = new int[16];
        int end = at;
        starts[0] = at;
        for (int step = digit(text, end); step > 0; step = digit(text, end)) {
            // An encoded one is a plus or a slash; which of them makes no difference here.
            digits.append(step == 1 ? text.charAt(end) : '+');
            end += step;
            if (digits.length() == starts.length) {
                starts = Arrays.copyOf(starts, 2 * starts.length);
            }
            starts[digits.length()] = end;
        }
        int pads = 0;
        for (int step = pad(text, end); step > 0 && pads < PADDING_MAX; step = pad(text, end)) {
            end += step;
            pads++;
        }
        return new Run(digits, starts, pads, end);
    }

    /** What looks random goes up to the next slash; its first characters stay, so that people can tell which it was. */
    private static void appendWithoutRandom(StringBuilder out, String text, Run run) {
        CharSequence digits = run.digits();
        BitSet random = RandomLook.in(digits);
        int done = 0;
        while (done < digits.length()) {
            int first = random.nextSetBit(done);
            if (first < 0) {
                break;
            }
            int from = first;
            while (from > done && digits.charAt(from - 1) != '/') {
                from--;
            }
            int to = random.nextClearBit(first);
            while (to < digits.length() && (random.get(to) || digits.charAt(to) != '/')) {
                to++;
            }
            out.append(text, run.starts()[done], run.starts()[from + LEFT_CHARS])
                    .append('…')
                    .append(TAKEN_OUT);
            done = to;
        }
        out.append(text, run.starts()[done], run.end());
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
