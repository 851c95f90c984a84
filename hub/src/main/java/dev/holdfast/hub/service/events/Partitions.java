package dev.holdfast.hub.service.events;

import dev.holdfast.hub.Hub;
import java.util.OptionalInt;

/** The partitions of a hub as addresses name them. */
final class Partitions {
    private Partitions() {}

    /** The number that a text names, if the hub has that partition: plain digits without leading zeros. */
    static OptionalInt find(Hub hub, String text) {
        if (text.isEmpty() || text.length() > 3 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalInt.empty();
        }
        int number = Integer.parseInt(text);
        return Integer.toString(number).equals(text) && number < hub.log().partitions()
                ? OptionalInt.of(number)
                : OptionalInt.empty();
    }
}
