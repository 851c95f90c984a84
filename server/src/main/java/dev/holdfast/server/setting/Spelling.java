package dev.holdfast.server.setting;

import java.util.Locale;

/** How far two names are apart. */
final class Spelling {
    private static final int NAME_MAX_CHARS = 200;

    private Spelling() {}

    /**
     * Characters to insert, delete or replace, or neighbours to swap, to make one of the other, whatever their case; a number that
     * is no less than {@code tooFar} as soon as it must be.
     */
    static int distance(String one, String other, int tooFar) {
        if (Math.abs(one.length() - other.length()) >= tooFar
                || Math.max(one.length(), other.length()) > NAME_MAX_CHARS) {
            return tooFar;
        }
        String a = one.toLowerCase(Locale.ROOT);
        String b = other.toLowerCase(Locale.ROOT);
        int[][] rows = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                rows[i][j] = step(rows, a, b, i, j);
            }
        }
        return rows[a.length()][b.length()];
    }

    private static int step(int[][] rows, String a, String b, int i, int j) {
        if (i == 0 || j == 0) {
            return i + j;
        }
        int replaced = rows[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int least = Math.min(replaced, Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, rows[i - 2][j - 2] + 1) : least;
    }
}
