package dev.holdfast.hub.identity;

import dev.holdfast.pki.AuthorityFault;

/** Why the certificate authorities of a hub did not change: the whole list. */
public sealed interface AuthorityRefusal {
    /** Stable word for logs, metrics and reports: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    record AuthorityNameMalformed() implements AuthorityRefusal {}

    record AuthorityExists(String name) implements AuthorityRefusal {}

    /** @param name under which the same certificate is registered */
    record CertificateRegistered(String name) implements AuthorityRefusal {}

    record TooManyAuthorities(int max) implements AuthorityRefusal {}

    record AuthorityMissing(String name) implements AuthorityRefusal {}

    record CertificateUnusable(AuthorityFault why) implements AuthorityRefusal {
        @Override
        public String reason() {
            return why.reason();
        }
    }

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case AuthorityNameMalformed() ->
                "The name of a certificate authority has 1 to 64 of A-Z, a-z, 0-9, '-', '_' and '.', and is not '.' or '..'.";
            case AuthorityExists(var name) ->
                "The hub has a certificate authority '" + name
                        + "' already. To replace its certificate without locking devices out, register the new one"
                        + " under another name, and delete this one when no device needs it any more.";
            case CertificateRegistered(var name) ->
                "The hub has this certificate already, under the name '" + name + "'.";
            case TooManyAuthorities(var max) ->
                "The hub has " + max + " certificate authorities, which is the limit. Delete one first.";
            case AuthorityMissing(var name) -> "The hub has no certificate authority '" + name + "'.";
            case CertificateUnusable(var why) -> why.explain();
        };
    }
}
