package dev.holdfast.base;

/**
 * The characters that Azure IoT allows in device and module ids. Ids are always compared literally and by case.
 *
 * <p>{@code .} and {@code ..} are no ids here: every URL with them means another path (RFC 3986 5.2.4), so that such a device could
 * be neither changed nor deleted.
 */
final class IdSyntax {
    private static final int MAX_CHARS = 128;
    private static final String MARKS = "-:.+%_#*?!(),=@;$'";

    private IdSyntax() {}

    static boolean accepts(String text) {
        if (text.isEmpty() || text.length() > MAX_CHARS || text.equals(".") || text.equals("..")) {
            return false;
        }
        return text.chars().allMatch(IdSyntax::accepts);
    }

    private static boolean accepts(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || MARKS.indexOf(c) >= 0;
    }
}
