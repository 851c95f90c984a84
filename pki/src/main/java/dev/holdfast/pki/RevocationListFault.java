package dev.holdfast.pki;

import dev.holdfast.base.Commands;
import java.time.Instant;

/** Why a certificate revocation list (CRL) is not taken: the whole list. */
public sealed interface RevocationListFault {
    /** Stable word for answers: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    /** @param what is wrong with the bytes */
    record NotARevocationList(String what) implements RevocationListFault {}

    record ListTooLarge(int maxBytes) implements RevocationListFault {}

    record TooManyEntries(int max) implements RevocationListFault {}

    record ListIsDelta() implements RevocationListFault {}

    /** It does not speak for all certificates of its issuer, or for those of others. */
    record ListIsPartial(String what) implements RevocationListFault {}

    record ListExtensionNotUnderstood(String oid) implements RevocationListFault {}

    record ListWithoutNextUpdate() implements RevocationListFault {}

    /** @param issuer as the list says, {@code wanted} the subject of the authority */
    record ListOfAnotherIssuer(String issuer, String wanted) implements RevocationListFault {}

    record ListSignatureWrong(String issuer) implements RevocationListFault {}

    record ListSignatureWeak(String what) implements RevocationListFault {}

    /** The authority's certificate does not allow its key to sign lists. */
    record ListsNotAllowed(String authority) implements RevocationListFault {}

    record ListNotYetValid(Instant thisUpdate, Instant now) implements RevocationListFault {}

    record ListExpired(Instant nextUpdate, Instant now) implements RevocationListFault {}

    /** @param held and {@code given}: numbers and times of the two */
    record ListOlder(String held, String given) implements RevocationListFault {}

    /** What happened and what to change, in sentences. */
    default String explain(Commands commands) {
        return switch (this) {
            case NotARevocationList(var what) ->
                "This is no certificate revocation list: " + what
                        + ". Give one list, as PEM ('-----BEGIN X509 CRL-----') or DER; 'openssl crl -noout -text -in FILE'"
                        + " shows what a file holds.";
            case ListTooLarge(var max) ->
                "The list is larger than " + max
                        + " bytes. Let certificates that have expired leave it, or ask the authority by OCSP.";
            case TooManyEntries(var max) ->
                "The list has more than " + max
                        + " entries. Let certificates that have expired leave it, or ask the authority by OCSP.";
            case ListIsDelta() ->
                "The list has only what changed since another one (a delta CRL). Give the complete list.";
            case ListIsPartial(var what) ->
                "The list does not speak for all certificates of its issuer and for those alone: " + what
                        + ". Give the issuer's complete list.";
            case ListExtensionNotUnderstood(var oid) ->
                "The list has the critical extension " + oid
                        + ", which Holdfast does not understand and so must not ignore.";
            case ListWithoutNextUpdate() ->
                "The list does not say when the next one comes (nextUpdate), so that nobody could tell when it is stale."
                        + " Issue it with one; RFC 5280 demands it.";
            case ListOfAnotherIssuer(var issuer, var wanted) ->
                "The list was issued by '" + issuer + "', and the authority is '" + wanted
                        + "'. Name the registered authority that issued it. An intermediate that devices show"
                        + " themselves is registered for this with "
                        + commands.ofHub("cert authority add NAME --file CA.pem --unverified")
                        + ", which lets nobody in.";
            case ListSignatureWrong(var issuer) ->
                "The key of '" + issuer
                        + "' did not sign the list. It was damaged, or comes from another authority of the same name.";
            case ListSignatureWeak(var what) ->
                "The list has " + what + ", which proves nothing any more. Sign it with SHA-256 or better.";
            case ListsNotAllowed(var authority) ->
                "The certificate of '" + authority
                        + "' has a keyUsage without cRLSign, so lists that its key signs do not count.";
            case ListNotYetValid(var thisUpdate, var now) ->
                "The list counts from " + thisUpdate + "; the hub's clock says " + now
                        + ". Correct the clock of the machine that issued it, or the hub's.";
            case ListExpired(var nextUpdate, var now) ->
                "The next list was due at " + nextUpdate + "; the hub's clock says " + now + ". Give the newest one.";
            case ListOlder(var held, var given) ->
                "The hub has a newer list of this authority (" + held + ") than this one (" + given
                        + "). To go back to it, remove the newer one first.";
        };
    }
}
