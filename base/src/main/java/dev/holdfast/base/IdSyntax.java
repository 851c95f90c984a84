package dev.holdfast.base;

/** The characters that Azure IoT allows in device and module ids. Ids are always compared literally and by case. */
final class IdSyntax {
    private static final int MAX_CHARS = 128;
    private static final String MARKS = "-:.+%_#*?!(),=@;$'";

    private IdSyntax() {}

    static boolean accepts(String text) {
        if (text.isEmpty() || text.length() > MAX_CHARS) {
            return false;
        }
        return text.chars().allMatch(IdSyntax::accepts);
    }

    private static boolean accepts(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || MARKS.indexOf(c) >= 0;
    }
}
