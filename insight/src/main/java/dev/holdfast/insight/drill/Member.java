package dev.holdfast.insight.drill;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A device of the cohort as it stands.
 *
 * @param at when that became so; null while nothing did
 * @param why for a refusal: the reason and alert
 * @param back whether it was let in by the usual chain since then
 */
public record Member(
        String device,
        String address,
        String shape,
        Outcome outcome,
        @Nullable Instant at,
        @Nullable String why,
        boolean back) {
    static Member of(KnownDevice device, Outcome outcome) {
        return new Member(device.device(), device.address(), device.shape(), outcome, null, null, false);
    }

    Member with(Outcome other, Instant now, @Nullable String because) {
        return new Member(device, address, shape, other, now, because, false);
    }

    Member at(String otherAddress, String otherShape) {
        return new Member(device, otherAddress, otherShape, outcome, at, why, back);
    }

    Member cameBack() {
        return new Member(device, address, shape, outcome, at, why, true);
    }

    Key key() {
        return new Key(address, shape);
    }

    /** What a socket and a hello tell of a client. */
    record Key(String address, String shape) {}
}
