package dev.holdfast.tls.trace;

import java.time.Instant;
import java.util.List;

/** Why a client would refuse the chain that a server showed: the whole list. */
public sealed interface ChainFault {
    /** The server showed no certificate at all. */
    record NoCertificate() implements ChainFault {}

    /**
     * The chain does not lead to a root that is trusted.
     *
     * @param missing subject of the certificate that would have to come next, or of the root that is shown and not trusted
     * @param rootShown whether the chain is whole, and its root a stranger
     */
    record RootNotTrusted(String missing, boolean rootShown) implements ChainFault {}

    /** @param names what the certificate is good for */
    record NameDiffers(String wanted, List<String> names) implements ChainFault {
        public NameDiffers {
            names = List.copyOf(names);
        }
    }

    record Expired(String subject, Instant ended, Instant now) implements ChainFault {}

    record NotYetValid(String subject, Instant begins, Instant now) implements ChainFault {}

    /** @param what the rules of RFC 5280 or the Java runtime's path check find: key usage, weak algorithms, path length, … */
    record Unfit(String what) implements ChainFault {}

    /** What it means and what to do, in sentences. */
    default String explain() {
        return switch (this) {
            case NoCertificate() -> "The server showed no certificate.";
            case RootNotTrusted(var missing, var rootShown) ->
                rootShown
                        ? "The chain ends in the root '" + missing
                                + "', which is not among the roots to trust. If it is the right server, give its roots with"
                                + " --trust FILE, and install them in its clients."
                        : "The chain stops: its last certificate was issued by '" + missing
                                + "', which is neither shown nor among the roots to trust. If it is a root, trust it"
                                + " (--trust FILE); if it is an intermediate, the server has to show it.";
            case NameDiffers(var wanted, var names) ->
                "The certificate is not good for '" + wanted + "': it is for "
                        + (names.isEmpty()
                                ? "no name at all (subjectAltName is empty, and the common name does not count)"
                                : Details.list(names))
                        + ". Connect by one of its names, or give the server a certificate with this one.";
            case Expired(var subject, var ended, var now) ->
                "The certificate '" + subject + "' ended at " + ended + ", and this machine's clock says " + now
                        + ". Renew it; if it should still be valid, set the clock.";
            case NotYetValid(var subject, var begins, var now) ->
                "The certificate '" + subject + "' begins to be valid at " + begins
                        + ", and this machine's clock says " + now
                        + ". Set the clock of this machine, or that of the machine that issued it.";
            case Unfit(var what) ->
                "The chain is not fit for use: " + what
                        + ". Clients with strict TLS libraries refuse it; have it issued anew.";
        };
    }
}
