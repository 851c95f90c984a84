package dev.holdfast.hub.throttle;

import java.time.Duration;

/** What a {@link Gate} says to who wants to pass. */
public sealed interface Passage {
    record Now() implements Passage {}

    /** It is let pass, and does not act before this time is over. */
    record Later(Duration time) implements Passage {}

    record No(GateRefusal why) implements Passage {}
}
