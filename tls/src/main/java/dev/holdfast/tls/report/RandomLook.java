package dev.holdfast.tls.report;

import java.util.BitSet;

/**
 * Finds what looks random in a row of base64 digits, since a key without its padding and a token have no other mark.
 *
 * <p>Names that people give are words: {@code Press7}, {@code edgeAgent}, {@code 01}. Random digits break into words of one or two
 * characters everywhere. So the short words are counted in each stretch that is as long as the shortest key. Numbers and hexadecimal
 * parts between separators count for nothing: they are parts of names, UUIDs and thumbprints, and no key is written so.
 */
final class RandomLook {
    /** Base64 of 16 bytes, the shortest key. */
    static final int KEY_MIN_CHARS = 22;

    /** Fewer of a kind say little: a name of a device may have an abbreviation in capitals. */
    private static final int EACH_CASE_MIN = 3;

    private static final int SHORT_WORDS_MIN = 5;

    /** Host names lose their capitals on the way, and what is left is told from a name by more characters only. */
    private static final int ONE_CASE_MIN_CHARS = 32;

    private static final int ONE_CASE_SHORT_WORDS_MIN = 4;
    private static final int SHORT_WORD_MAX_CHARS = 2;

    private final CharSequence digits;
    /** How many of each there are before a place. */
    private final int[] upper;

    private final int[] lower;
    private final int[] shortWords;
    private final BitSet shortWordAt;

    private RandomLook(CharSequence digits) {
        this.digits = digits;
        upper = new int[digits.length() + 1];
        lower = new int[digits.length() + 1];
        shortWords = new int[digits.length() + 1];
        shortWordAt = new BitSet(digits.length());
    }

    /** Which of these digits are in a stretch that looks random. */
    static BitSet in(CharSequence digits) {
        BitSet random = new BitSet(digits.length());
        if (digits.length() >= KEY_MIN_CHARS) {
            RandomLook look = new RandomLook(digits);
            look.count();
            look.mark(random);
        }
        return random;
    }

    /** Whether there are at least so many short words in all of these digits. */
    static boolean hasShortWords(CharSequence digits, int min) {
        RandomLook look = new RandomLook(digits);
        look.count();
        return look.shortWords[digits.length()] >= min;
    }

    private void count() {
        for (int at = 0; at < digits.length(); ) {
            int end = at;
            while (end < digits.length() && Character.isLetterOrDigit(digits.charAt(end))) {
                end++;
            }
            if (!isHexadecimal(at, end)) {
                markShortWords(at, end);
            }
            at = end + 1;
        }
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            upper[i + 1] = upper[i] + (Character.isUpperCase(c) ? 1 : 0);
            lower[i + 1] = lower[i] + (Character.isLowerCase(c) ? 1 : 0);
            shortWords[i + 1] = shortWords[i] + (shortWordAt.get(i) ? 1 : 0);
        }
    }

    private boolean isHexadecimal(int from, int to) {
        boolean upperCase = false;
        boolean lowerCase = false;
        for (int i = from; i < to; i++) {
            char c = digits.charAt(i);
            if (Character.digit(c, 16) < 0) {
                return false;
            }
            upperCase |= Character.isUpperCase(c);
            lowerCase |= Character.isLowerCase(c);
        }
        return !(upperCase && lowerCase);
    }

    /** A word is a number, capitals, or small letters behind at most one capital. */
    private void markShortWords(int from, int to) {
        for (int at = from; at < to; ) {
            int end = at + 1;
            while (end < to && goesOn(at, end)) {
                end++;
            }
            if (end - at <= SHORT_WORD_MAX_CHARS) {
                shortWordAt.set(at);
            }
            at = end;
        }
    }

    private boolean goesOn(int wordAt, int at) {
        char before = digits.charAt(at - 1);
        char c = digits.charAt(at);
        if (Character.isDigit(c) || Character.isDigit(before)) {
            return Character.isDigit(c) && Character.isDigit(before);
        }
        if (Character.isUpperCase(c)) {
            return Character.isUpperCase(before);
        }
        return Character.isLowerCase(before) || at == wordAt + 1;
    }

    private void mark(BitSet random) {
        for (int at = 0; at + KEY_MIN_CHARS <= digits.length(); at++) {
            int end = at + KEY_MIN_CHARS;
            int far = at + ONE_CASE_MIN_CHARS;
            if (between(upper, at, end) >= EACH_CASE_MIN
                    && between(lower, at, end) >= EACH_CASE_MIN
                    && between(shortWords, at, end) >= SHORT_WORDS_MIN) {
                markWords(random, at, end);
            }
            if (far <= digits.length()
                    && (between(upper, at, far) == 0 || between(lower, at, far) == 0)
                    && between(shortWords, at, far) >= ONE_CASE_SHORT_WORDS_MIN) {
                markWords(random, at, far);
            }
        }
    }

    /** From the first short word to the last one: what is before and behind them may be a name. */
    private void markWords(BitSet random, int from, int to) {
        random.set(shortWordAt.nextSetBit(from), shortWordAt.previousSetBit(to - 1) + 1);
    }

    private static int between(int[] counts, int from, int to) {
        return counts[to] - counts[from];
    }
}
