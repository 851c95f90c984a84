package dev.holdfast.cli.text;

import java.util.Locale;

/** Numbers of bytes as people read them. */
public final class Sizes {
    private Sizes() {}

    public static String of(long bytes) {
        String[] units = {"bytes", "KB", "MB", "GB", "TB"};
        int unit = 0;
        double size = bytes;
        while (size >= 1000 && unit < units.length - 1) {
            size /= 1000;
            unit++;
        }
        return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f %s", size, units[unit]);
    }
}
