package dev.holdfast.cli.doctor;

import java.util.Locale;

/**
 * What one check came to.
 *
 * @param check a word or two, the same for every finding of a check
 * @param sentence what was found; when it is not well, what to do
 */
public record Finding(String check, State state, String sentence) {
    /** How it is. */
    public enum State {
        OK,
        /** It works, and something may go wrong later or for some clients. */
        WARNING,
        FAILED,
        /** It can't be found out here. */
        UNKNOWN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding ok(String check, String sentence) {
        return new Finding(check, State.OK, sentence);
    }

    static Finding warning(String check, String sentence) {
        return new Finding(check, State.WARNING, sentence);
    }

    static Finding failed(String check, String sentence) {
        return new Finding(check, State.FAILED, sentence);
    }

    static Finding unknown(String check, String sentence) {
        return new Finding(check, State.UNKNOWN, sentence);
    }
}
