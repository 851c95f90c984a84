package dev.holdfast.pki;

import java.time.Instant;
import java.util.List;

/** Why an operator's chain can't be shown to clients: the whole list. What was shown before is kept. */
public sealed interface ServerChainFault {
    /** Stable word for answers: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    /** @param what is wrong with the text; it is never quoted, because people mix files up */
    record NotAChain(String what) implements ServerChainFault {}

    record NotAPrivateKey(String what) implements ServerChainFault {}

    /** @param what is wrong with the URI, which is never quoted */
    record NotATokenKey(String what) implements ServerChainFault {}

    /** @param why and what to do */
    record TokenKeyNotFound(String why) implements ServerChainFault {}

    /** @param what there is too much of, with its bound */
    record ChainTooLarge(String what) implements ServerChainFault {}

    record KeyDoesNotFit(String subject) implements ServerChainFault {}

    record ChainOutOfOrder(String what) implements ServerChainFault {}

    /** @param next the certificate behind it, which did not issue it */
    record ChainBroken(String at, String issuer, String next) implements ServerChainFault {}

    record LeafIsAuthority(String subject) implements ServerChainFault {}

    record NotForServers(String subject, String what) implements ServerChainFault {}

    record IssuerNotAuthority(String subject, String why) implements ServerChainFault {}

    record CertificateExpired(String subject, Instant notAfter, Instant now) implements ServerChainFault {}

    record CertificateNotYetValid(String subject, Instant notBefore, Instant now) implements ServerChainFault {}

    record CertificateWeak(String subject, String what) implements ServerChainFault {}

    /** A key that proves something and that no client of this server is shown. */
    record KeyKindNotServed(String subject, String keyType) implements ServerChainFault {}

    /** @param names that the certificate has; {@code wanted} those of the installation */
    record NamesDoNotFit(List<String> names, List<String> wanted) implements ServerChainFault {
        public NamesDoNotFit {
            names = List.copyOf(names);
            wanted = List.copyOf(wanted);
        }
    }

    /** Strict clients would refuse it for another reason. */
    record ChainRejected(String what) implements ServerChainFault {}

    /** What is wrong and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case NotAChain(var what) ->
                "This is no chain: " + what
                        + ". Give certificates in PEM ('-----BEGIN CERTIFICATE-----'): the server's own first, then the"
                        + " intermediates, and the root if you like.";
            case NotAPrivateKey(var what) ->
                "The private key can't be used: " + what
                        + ". Give one key in PEM, without a password, as PKCS#8 ('-----BEGIN PRIVATE KEY-----'), PKCS#1 or"
                        + " SEC 1.";
            case NotATokenKey(var what) ->
                "This names no key in a PKCS#11 token: " + what + ". Write 'pkcs11:token=LABEL;object=LABEL'.";
            case TokenKeyNotFound(var why) -> "The key can't be used: " + why + ".";
            case ChainTooLarge(var what) ->
                "The chain is too large: " + what
                        + ". Every client has to take it in each handshake; give the server's certificate and the"
                        + " intermediates that lead to its root, nothing else.";
            case KeyDoesNotFit(var subject) ->
                "The private key does not belong to the first certificate, '" + subject
                        + "'. Give the key with which that certificate was requested.";
            case ChainOutOfOrder(var what) ->
                "The chain is not in order: " + what
                        + ". Put the server's own certificate first, and behind each the one that issued it.";
            case ChainBroken(var at, var issuer, var next) ->
                "The chain is broken: '" + at + "' was issued by '" + issuer
                        + "', and the key of the next certificate, '" + next
                        + "', did not sign it. Put the certificate of the real issuer there.";
            case LeafIsAuthority(var subject) ->
                "The first certificate, '" + subject
                        + "', is that of an authority (CA:TRUE). A server's own certificate has CA:FALSE and comes first.";
            case NotForServers(var subject, var what) ->
                "'" + subject + "' is not for TLS servers: " + what
                        + ". Have it issued with extendedKeyUsage serverAuth and keyUsage digitalSignature.";
            case IssuerNotAuthority(var subject, var why) ->
                "'" + subject + "' issued a certificate of the chain and may not: " + why
                        + ". Clients would refuse the chain; have the certificate issued by an authority.";
            case CertificateExpired(var subject, var notAfter, var now) ->
                "'" + subject + "' expired at " + notAfter + "; the server's clock says " + now
                        + ". Have it issued anew.";
            case CertificateNotYetValid(var subject, var notBefore, var now) ->
                "'" + subject + "' is valid from " + notBefore + " only; the server's clock says " + now
                        + ". Replace the chain when it is valid.";
            case CertificateWeak(var subject, var what) ->
                "'" + subject + "' has " + what
                        + ", which proves nothing any more. Use RSA of 2048 bits or more or P-256, signed with SHA-256 or"
                        + " better.";
            case KeyKindNotServed(var subject, var keyType) ->
                "'" + subject + "' has a key of the type " + keyType
                        + ". A server's own certificate here has an RSA key or an EC key on P-256.";
            case NamesDoNotFit(var names, var wanted) ->
                (names.isEmpty()
                                ? "The server's certificate has no host name (subjectAltName)"
                                : "None of the host names of the server's certificate is one of this installation: "
                                        + String.join(", ", names))
                        + ". Have it issued for names of this installation: " + String.join(", ", wanted) + ".";
            case ChainRejected(var what) ->
                "Strict clients would refuse the chain: " + what + ". Have the certificate issued anew.";
        };
    }
}
