package dev.holdfast.insight.drill;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A device of the cohort as it stands.
 *
 * @param place where it came from last
 * @param at when that became so; null while nothing did
 * @param why for a refusal: the reason and alert
 * @param back whether it was let in by the usual chain since then
 * @param last what became of the last connection that was shown the chain
 * @param gone how many of them ended without a word
 */
public record Member(
        String device,
        Place place,
        Outcome outcome,
        @Nullable Instant at,
        @Nullable String why,
        boolean back,
        Attempt last,
        int gone) {
    static Member of(KnownDevice device, Outcome outcome) {
        return new Member(device.device(), device.place(), outcome, null, null, false, Attempt.NONE, 0);
    }

    Member with(Outcome other, Instant now, @Nullable String because) {
        return new Member(device, place, other, now, because, false, last, gone);
    }

    Member shown(Instant now) {
        return new Member(device, place, Outcome.SHOWN, now, null, false, Attempt.OPEN, gone);
    }

    Member spoke(String reason) {
        return new Member(device, place, outcome, at, reason, back, Attempt.SPOKE, gone);
    }

    Member gone(String because) {
        return new Member(device, place, outcome, at, because, false, Attempt.GONE, gone + 1);
    }

    /** With so many others it is no chance that it went away. */
    Member refusedLikeOthers(String because) {
        return new Member(device, place, Outcome.REFUSED, at, because, back, last, gone);
    }

    Member at(Place other) {
        return new Member(device, other, outcome, at, why, back, last, gone);
    }

    Member cameBack() {
        return new Member(device, place, outcome, at, why, true, last, gone);
    }

    /** Whether something is expected of it: it was shown the chain, and was not let in since. */
    boolean isAwaited() {
        return !back && (outcome == Outcome.REFUSED || (outcome == Outcome.SHOWN && last != Attempt.SPOKE));
    }

    /** Whether it, or somebody in its place, went away without a word, which is no proof of anything. */
    boolean isInDoubt() {
        return outcome == Outcome.SHOWN && gone > 0;
    }

    /** Whether what is said of it may be somebody else's doing. */
    boolean mayBeAnother() {
        return switch (outcome) {
            case NOT_SEEN, SHOWN -> true;
            case REFUSED, STAYED_AWAY -> !back;
            case ACCEPTED, NOT_TOLD_APART -> false;
        };
    }
}
