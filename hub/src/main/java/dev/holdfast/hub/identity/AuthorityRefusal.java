package dev.holdfast.hub.identity;

import dev.holdfast.base.Commands;
import dev.holdfast.pki.AuthorityFault;
import java.time.Instant;

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

    /** The caller saw it in another state than it is in now. */
    record AuthorityChanged(String name) implements AuthorityRefusal {}

    /** What is unknown was to be refused, and nothing can ever be known. */
    record NobodyToAsk(String name) implements AuthorityRefusal {}

    /** What is unknown was to be refused, and the list that would make it known was not fetched yet. */
    record NothingKnownYet(String name) implements AuthorityRefusal {}

    record AlreadyVerified(String name) implements AuthorityRefusal {}

    record CodeNotAskedFor(String name) implements AuthorityRefusal {}

    record CodeExpired(String name, Instant until, Instant now) implements AuthorityRefusal {}

    /** @param subject of the certificate that should have the code as its only common name */
    record CodeDiffers(String name, String subject) implements AuthorityRefusal {}

    /** @param issuer as the certificate says */
    record NotSignedByAuthority(String name, String issuer) implements AuthorityRefusal {}

    /** @param what is wrong with the signature of the proof */
    record ProofWeak(String what) implements AuthorityRefusal {}

    record CertificateUnusable(AuthorityFault why) implements AuthorityRefusal {
        @Override
        public String reason() {
            return why.reason();
        }
    }

    /**
     * What happened and what to change, in sentences.
     *
     * @param commands of the hub whose authorities they are
     */
    default String explain(Commands commands) {
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
            case AuthorityChanged(var name) ->
                "The certificate authority '" + name
                        + "' was changed meanwhile: registered anew, verified, or given another code. Look at it, and ask"
                        + " for a new code where it still needs one.";
            case NobodyToAsk(var name) ->
                "The hub has no revocation list of the certificate authority '" + name
                        + "', fetches none and asks no responder, so 'refuse' would lock out every device of that authority."
                        + " Give it a list with " + commands.ofHub("cert crl add " + name + " --file LIST.crl")
                        + ", or say --crl-url or --ocsp-url.";
            case NothingKnownYet(var name) ->
                "The hub has no revocation list of the certificate authority '" + name
                        + "' yet and asks no responder, so 'refuse' would lock out every device of that authority until the"
                        + " list came. Set the URL alone, see with "
                        + commands.ofHub("cert crl fetch " + name)
                        + " that the list can be had, and then say --when-unknown refuse.";
            case AlreadyVerified(var name) ->
                "The certificate authority '" + name + "' is verified already; there is nothing to prove.";
            case CodeNotAskedFor(var name) ->
                "No code was asked for since the certificate authority '" + name
                        + "' was registered. Ask for one with "
                        + commands.ofHub("cert authority verification-code " + name)
                        + ", and sign a certificate for it.";
            case CodeExpired(var name, var until, var now) ->
                "The code of the certificate authority '" + name + "' counted until " + until
                        + "; the server's clock says " + now + ". Ask for a new one, and sign a certificate for it.";
            case CodeDiffers(var name, var subject) ->
                "The certificate is for '" + subject + "', and its subject must have the code of the authority '" + name
                        + "' as its only common name. A newer code replaces an older one: use the last.";
            case NotSignedByAuthority(var name, var issuer) ->
                "The certificate, which says that '" + issuer + "' issued it, is not signed by the key of the"
                        + " certificate authority '"
                        + name + "'. Sign it with the key that belongs to the registered certificate.";
            case ProofWeak(var what) ->
                "The certificate has " + what + ", which proves nothing any more. Sign it with SHA-256 or better.";
            case CertificateUnusable(var why) -> why.explain();
        };
    }
}
