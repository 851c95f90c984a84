package dev.holdfast.store.embedded;

import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a segment: partition and offset of the first record, with zeros before them so that names sort as
 * numbers do.
 */
record SegmentName(int partition, long baseOffset) {
    private static final Pattern SHAPE = Pattern.compile("(\\d{4})-(\\d{19})\\.segment");

    String fileName() {
        return String.format(Locale.ROOT, "%04d-%019d.segment", partition, baseOffset);
    }

    /** Null when the file is no segment. */
    static @Nullable SegmentName of(Path file) {
        Matcher name = SHAPE.matcher(String.valueOf(file.getFileName()));
        return name.matches() ? new SegmentName(Integer.parseInt(name.group(1)), Long.parseLong(name.group(2))) : null;
    }
}
