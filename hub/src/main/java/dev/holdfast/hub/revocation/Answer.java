package dev.holdfast.hub.revocation;

import dev.holdfast.pki.Revoked;

/** What a responder says of a certificate, as far as it is known now. */
sealed interface Answer {
    record Good() implements Answer {}

    record IsRevoked(Revoked revoked) implements Answer {}

    /** @param why for a sentence */
    record Unknown(String why) implements Answer {}

    /** It is being asked; what it said before, if anything, was good. */
    record Pending() implements Answer {}
}
