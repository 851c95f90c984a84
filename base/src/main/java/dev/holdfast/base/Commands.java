package dev.holdfast.base;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Prints commands of {@code holdfast} into sentences, to be copied as they are. A command about a hub names it always: without
 * {@code --hub} it would be about hub1, whichever hub the sentence is about.
 *
 * @param hub that the sentence is about; null when it is about none that is known, and {@code HUB} is printed
 */
public record Commands(@Nullable HubName hub) {
    /** For sentences about no hub that is known. */
    public static final Commands OF_NO_HUB = new Commands(null);

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]*");

    /** @param command and its arguments, without {@code holdfast}: {@code device enable ID} */
    public static String plain(String command) {
        return "'holdfast " + command + "'";
    }

    /** As {@link #plain}, of a command that takes {@code --hub}. */
    public String ofHub(String command) {
        return plain(command + " --hub " + name());
    }

    /** The hub as an argument. */
    public String name() {
        return hub == null ? "HUB" : hub.value();
    }

    /**
     * A name as an argument of a command that people copy into a shell: it may hold what a shell would obey.
     *
     * @param placeholder printed in its place then: {@code ID}
     */
    public static String argument(String name, String placeholder) {
        return isPlain(name) ? name : placeholder;
    }

    /** Whether a shell takes a name as it is, and no command takes it for an option. */
    public static boolean isPlain(String name) {
        return PLAIN.matcher(name).matches();
    }
}
