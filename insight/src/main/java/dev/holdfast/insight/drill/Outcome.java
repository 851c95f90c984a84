package dev.holdfast.insight.drill;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a device of the cohort made of the other chain. */
public enum Outcome {
    /** It has not come since the drill began, or from elsewhere or with another hello, and so was shown the usual chain. */
    NOT_SEEN,
    /**
     * It, or somebody in its place, was shown the chain, and what it makes of that is not known yet: the client was not let in, or went
     * away once without a word.
     */
    SHOWN,
    /** It was let in, by its own key or certificate. */
    ACCEPTED,
    /** It ended the handshake, or went away without a word twice or like others; it gets the usual chain now. */
    REFUSED,
    /** It was shown the chain, did not accept it, and did not come back. */
    STAYED_AWAY,
    /** Another device comes from the same address with the same hello and name, so it stays with the usual chain. */
    NOT_TOLD_APART;

    /** By what {@link #word} says. */
    public static Optional<Outcome> of(String word) {
        return Arrays.stream(values())
                .filter(outcome -> outcome.word().equals(word))
                .findFirst();
    }

    /** As in answers: {@code notSeen}. */
    public String word() {
        String[] parts = name().toLowerCase(Locale.ROOT).split("_");
        StringBuilder word = new StringBuilder(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            word.append(Character.toUpperCase(parts[i].charAt(0))).append(parts[i], 1, parts[i].length());
        }
        return word.toString();
    }
}
