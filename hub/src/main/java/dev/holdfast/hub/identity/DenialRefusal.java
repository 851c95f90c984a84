package dev.holdfast.hub.identity;

import dev.holdfast.pki.AuthorityFault;

/** Why a hub's list of denied certificates did not change: the whole list. */
public sealed interface DenialRefusal {
    /** Stable word for answers: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    record ThumbprintMalformed() implements DenialRefusal {}

    record PublicKeyMalformed() implements DenialRefusal {}

    record SerialMalformed() implements DenialRefusal {}

    record IssuerMalformed() implements DenialRefusal {}

    record NoteTooLong(int maxChars) implements DenialRefusal {}

    record TooManyDenied(int max) implements DenialRefusal {}

    /** @param id of the entry that is there */
    record DeniedAlready(String id) implements DenialRefusal {}

    record NotDenied(String id) implements DenialRefusal {}

    record CertificateUnusable(AuthorityFault why) implements DenialRefusal {
        @Override
        public String reason() {
            return why.reason();
        }
    }

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case ThumbprintMalformed() ->
                "A thumbprint has 40 (SHA-1) or 64 (SHA-256) hex digits. 'openssl x509 -noout -fingerprint -sha256 -in"
                        + " FILE' prints it.";
            case PublicKeyMalformed() ->
                "A public key is given by the SHA-256 of its SubjectPublicKeyInfo, 64 hex digits. Or give the"
                        + " certificate itself, and the hub takes the key from it.";
            case SerialMalformed() ->
                "A serial number has 1 to 128 hex digits. 'openssl x509 -noout -serial -in FILE' prints it.";
            case IssuerMalformed() ->
                "The issuer is no name as RFC 2253 writes it, 'CN=Plant line 1,O=Plant'. 'openssl x509 -noout -issuer"
                        + " -nameopt RFC2253 -in FILE' prints it.";
            case NoteTooLong(var max) -> "A note has at most " + max + " characters.";
            case TooManyDenied(var max) ->
                "The hub denies " + max + " certificates, which is the limit. Remove what has expired; to deny all that"
                        + " one authority issued, delete or deny the authority.";
            case DeniedAlready(var id) -> "The hub denies that already: it is the entry " + id + ".";
            case NotDenied(var id) -> "The hub's list of denied certificates has no entry '" + id + "'.";
            case CertificateUnusable(var why) -> why.explain();
        };
    }
}
