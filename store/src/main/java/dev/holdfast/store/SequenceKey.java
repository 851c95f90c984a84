package dev.holdfast.store;

/** Numbers that are not negative as keys, or ends of keys, whose order is that of the numbers. */
public final class SequenceKey {
    private static final int DIGITS = 19;

    private SequenceKey() {}

    /** Always of 19 digits. */
    public static String of(long number) {
        String digits = Long.toString(number);
        return "0".repeat(DIGITS - digits.length()) + digits;
    }

    /** The number that a key ends with. */
    public static long parse(String key) {
        return Long.parseLong(key, key.length() - DIGITS, key.length(), 10);
    }
}
