package dev.holdfast.hub.revocation;

import dev.holdfast.base.Commands;
import dev.holdfast.pki.RevocationListFault;

/** Why the revocation lists of a hub did not change: the whole list. */
public sealed interface ListRefusal {
    /** Stable word for answers: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    record UnknownAuthority(String name) implements ListRefusal {}

    record ListMissing(String authority) implements ListRefusal {}

    /** @param maxBytes that the lists of a hub may have together */
    record ListsTooLarge(int maxBytes) implements ListRefusal {}

    /** The operator chose to refuse what nobody knows, and until another list is fetched, this one is all that is known. */
    record LastOrigin(String authority) implements ListRefusal {}

    record ListFromNowhere(String authority) implements ListRefusal {}

    /** @param what happened, for a sentence */
    record ListNotFetched(String url, String what) implements ListRefusal {}

    record ListUnusable(RevocationListFault why) implements ListRefusal {
        @Override
        public String reason() {
            return why.reason();
        }
    }

    /**
     * What happened and what to change, in sentences.
     *
     * @param commands of the hub whose lists they are
     */
    default String explain(Commands commands) {
        return switch (this) {
            case UnknownAuthority(var name) ->
                "The hub has no certificate authority '" + name
                        + "'. Register it first; an intermediate that devices show themselves with '--unverified'.";
            case ListMissing(var authority) -> "The hub has no revocation list of the authority '" + authority + "'.";
            case ListsTooLarge(var max) ->
                "The revocation lists of this hub would have more than " + max
                        + " bytes together. Remove one, or ask an authority by OCSP.";
            case LastOrigin(var authority) ->
                "Without its list nobody could say what the authority '" + authority
                        + "' revoked, and the hub refuses then: every device of that authority would be locked out. Say "
                        + commands.ofHub("cert authority revocation " + authority + " --when-unknown allow")
                        + " first.";
            case ListFromNowhere(var authority) ->
                "Nobody said where the list of the authority '" + authority
                        + "' is fetched, or no certificate of it that says so was seen yet. Say "
                        + commands.ofHub("cert authority revocation " + authority + " --crl-url URL") + ".";
            case ListNotFetched(var url, var what) -> "Fetching the list from " + url + " failed: " + what + ".";
            case ListUnusable(var why) -> why.explain(commands);
        };
    }
}
