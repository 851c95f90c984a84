package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.ServerChainFault.CertificateExpired;
import dev.holdfast.pki.ServerChainFault.CertificateNotYetValid;
import dev.holdfast.pki.ServerChainFault.CertificateWeak;
import dev.holdfast.pki.ServerChainFault.ChainBroken;
import dev.holdfast.pki.ServerChainFault.ChainOutOfOrder;
import dev.holdfast.pki.ServerChainFault.ChainRejected;
import dev.holdfast.pki.ServerChainFault.ChainTooLarge;
import dev.holdfast.pki.ServerChainFault.IssuerNotAuthority;
import dev.holdfast.pki.ServerChainFault.KeyDoesNotFit;
import dev.holdfast.pki.ServerChainFault.KeyKindNotServed;
import dev.holdfast.pki.ServerChainFault.LeafIsAuthority;
import dev.holdfast.pki.ServerChainFault.NamesDoNotFit;
import dev.holdfast.pki.ServerChainFault.NotAChain;
import dev.holdfast.pki.ServerChainFault.NotAPrivateKey;
import dev.holdfast.pki.ServerChainFault.NotATokenKey;
import dev.holdfast.pki.ServerChainFault.NotForServers;
import dev.holdfast.pki.ServerChainFault.TokenKeyNotFound;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Judges whether a chain from elsewhere can be shown to clients as it stands, before any of them is. */
final class ServerChainCheck {
    private static final int P256_BITS = 256;

    private final ServerNames names;
    private final List<X509Certificate> knownRoots;
    private final TokenKeys tokens;
    private final Limits.Certificates limits;
    private final Instant now;

    /** @param knownRoots in which the root is looked for when it is not given */
    ServerChainCheck(
            ServerNames names,
            List<X509Certificate> knownRoots,
            TokenKeys tokens,
            Limits.Certificates limits,
            Instant now) {
        this.tokens = tokens;
        this.names = names;
        this.knownRoots = knownRoots;
        this.limits = limits;
        this.now = now;
    }

    ServerChainReading read(String chainPem, String keyPem) {
        Pem pem = new Pem(limits);
        List<X509Certificate> given;
        PrivateKey key;
        try {
            given = pem.certificates(chainPem.getBytes(StandardCharsets.UTF_8));
        } catch (PemException e) {
            return new ServerChainReading.Refused(new NotAChain(String.valueOf(e.getMessage())));
        }
        TokenKeyUri token = null;
        try {
            if (keyPem.startsWith(TokenKeyUri.SCHEME)) {
                token = TokenKeyUri.parse(keyPem, limits.tokenUriMaxChars());
                key = tokens.find(token);
            } else {
                key = pem.privateKey(keyPem.getBytes(StandardCharsets.UTF_8));
            }
        } catch (PemException e) {
            return new ServerChainReading.Refused(new NotAPrivateKey(String.valueOf(e.getMessage())));
        } catch (TokenKeyUri.BadUriException e) {
            return new ServerChainReading.Refused(new NotATokenKey(String.valueOf(e.getMessage())));
        } catch (TokenException e) {
            return new ServerChainReading.Refused(new TokenKeyNotFound(String.valueOf(e.getMessage())));
        }
        ServerChainFault fault = faultOf(given, key);
        if (fault != null) {
            return new ServerChainReading.Refused(fault);
        }
        ServerChain chain = chain(given, key, rootOf(given.getLast()), token);
        fault = faultOfPath(chain);
        return fault != null
                ? new ServerChainReading.Refused(fault)
                : new ServerChainReading.Read(
                        slotOf(chain.leaf().getPublicKey()).orElseThrow(),
                        chain,
                        names.missingIn(ServerNames.of(chain.leaf())));
    }

    /** @param given leaf first; a root at the end is not shown, unless it is the leaf itself */
    static ServerChain chain(
            List<X509Certificate> given, PrivateKey key, X509Certificate root, @Nullable TokenKeyUri token) {
        boolean withRoot = given.size() > 1 && given.getLast().equals(root) && Names.isIssuedBy(root, root);
        return new ServerChain(withRoot ? given.subList(0, given.size() - 1) : given, key, root, token);
    }

    /** The slot for a leaf's key; empty when there is none for it. */
    static Optional<ServerSlot> slotOf(PublicKey key) {
        return switch (key) {
            case RSAPublicKey _ -> Optional.of(ServerSlot.RSA);
            case ECPublicKey ec
            when ec.getParams().getCurve().getField().getFieldSize() == P256_BITS -> Optional.of(ServerSlot.ECDSA);
            default -> Optional.empty();
        };
    }

    private X509Certificate rootOf(X509Certificate last) {
        if (Names.isIssuedBy(last, last)) {
            return last;
        }
        return knownRoots.stream()
                .filter(root -> Names.isIssuedBy(last, root))
                .findFirst()
                .orElse(last);
    }

    private @Nullable ServerChainFault faultOf(List<X509Certificate> given, PrivateKey key) {
        ServerChainFault fault = faultOfSize(given);
        if (fault == null) {
            fault = faultOfKey(given, key);
        }
        if (fault == null) {
            fault = faultOfOrder(given);
        }
        for (int i = 0; fault == null && i < given.size(); i++) {
            fault = faultOfAny(given.get(i));
        }
        return fault == null ? faultOfLeaf(given.getFirst()) : fault;
    }

    private @Nullable ServerChainFault faultOfSize(List<X509Certificate> given) {
        if (given.size() > limits.chainMaxCertificates()) {
            return new ChainTooLarge(
                    "it has " + given.size() + " certificates, and " + limits.chainMaxCertificates() + " are the most");
        }
        int bytes = 0;
        for (X509Certificate certificate : given) {
            try {
                bytes += certificate.getEncoded().length;
            } catch (CertificateEncodingException e) {
                return new NotAChain("a certificate has no encoding");
            }
        }
        return bytes > limits.serverChainMaxBytes()
                ? new ChainTooLarge("its certificates have " + bytes + " bytes, and " + limits.serverChainMaxBytes()
                        + " are the most")
                : null;
    }

    private static @Nullable ServerChainFault faultOfKey(List<X509Certificate> given, PrivateKey key) {
        if (KeyAndCertificate.belongTogether(key, given.getFirst())) {
            return null;
        }
        for (int i = 1; i < given.size(); i++) {
            if (KeyAndCertificate.belongTogether(key, given.get(i))) {
                return new ChainOutOfOrder(
                        "the private key belongs to certificate " + (i + 1) + ", '" + subject(given.get(i)) + "'");
            }
        }
        return new KeyDoesNotFit(subject(given.getFirst()));
    }

    private static @Nullable ServerChainFault faultOfOrder(List<X509Certificate> given) {
        for (int i = 0; i < given.size() - 1; i++) {
            X509Certificate certificate = given.get(i);
            if (Names.isIssuedBy(certificate, given.get(i + 1))) {
                continue;
            }
            for (int j = 0; j < given.size(); j++) {
                if (j != i && Names.isIssuedBy(certificate, given.get(j))) {
                    return new ChainOutOfOrder("the issuer of certificate " + (i + 1) + ", '" + subject(certificate)
                            + "', is certificate " + (j + 1));
                }
            }
            return new ChainBroken(
                    subject(certificate),
                    Names.printed(certificate.getIssuerX500Principal()),
                    subject(given.get(i + 1)));
        }
        return null;
    }

    private @Nullable ServerChainFault faultOfAny(X509Certificate certificate) {
        Instant notBefore = certificate.getNotBefore().toInstant();
        Instant notAfter = certificate.getNotAfter().toInstant();
        if (now.isAfter(notAfter)) {
            return new CertificateExpired(subject(certificate), notAfter, now);
        }
        if (now.isBefore(notBefore)) {
            return new CertificateNotYetValid(subject(certificate), notBefore, now);
        }
        String weakness = Strength.weakness(certificate.getPublicKey(), limits.rsaKeyMaxBits());
        // What a root says of itself is not looked at by anyone who trusts it.
        if (weakness == null && !Names.isIssuedBy(certificate, certificate)) {
            weakness = Strength.weakness(certificate);
        }
        return weakness == null ? null : new CertificateWeak(subject(certificate), weakness);
    }

    private @Nullable ServerChainFault faultOfLeaf(X509Certificate leaf) {
        if (Extensions.isAuthority(leaf)) {
            return new LeafIsAuthority(subject(leaf));
        }
        if (slotOf(leaf.getPublicKey()).isEmpty()) {
            return new KeyKindNotServed(subject(leaf), CertificateFacts.of(leaf).keyType());
        }
        String purpose = Extensions.notForServers(leaf);
        if (purpose != null) {
            return new NotForServers(subject(leaf), purpose);
        }
        List<String> has = ServerNames.of(leaf);
        return names.missingIn(has).size() == names.ofHubs().size() ? new NamesDoNotFit(has, names.ofHubs()) : null;
    }

    /** What clients find that look at the whole way up. */
    private @Nullable ServerChainFault faultOfPath(ServerChain chain) {
        List<X509Certificate> shown = chain.shown();
        List<X509Certificate> path = shown.getLast().equals(chain.root()) ? shown.subList(0, shown.size() - 1) : shown;
        for (int i = 1; i <= path.size(); i++) {
            X509Certificate issuer = i < path.size() ? path.get(i) : chain.root();
            ChainRefusal why = PathRules.faultOfIssuer(issuer, path.subList(0, i));
            if (why != null) {
                return faultOf(why);
            }
            String purpose = Extensions.issuesNoServers(issuer);
            if (purpose != null && i < path.size()) {
                return new NotForServers(subject(issuer), purpose);
            }
        }
        if (path.isEmpty()) {
            return null;
        }
        ChainRefusal why =
                new PathRules(limits, now).rejectedByRuntime(path, new ChainAnchor("root", chain.root(), true));
        return why == null ? null : faultOf(why);
    }

    private static ServerChainFault faultOf(ChainRefusal why) {
        return switch (why) {
            case ChainRefusal.IssuerNotAuthority(var subject, var what) -> new IssuerNotAuthority(subject, what);
            case ChainRefusal.PathTooLong(var subject, var max, var below) ->
                new ChainRejected(
                        "'" + subject + "' allows " + max + " authorities below itself, and there are " + below);
            case ChainRefusal.NameNotPermitted(var subject, var by) ->
                new ChainRejected("'" + by + "' may not issue certificates for the names of '" + subject + "'");
            case ChainRefusal.PathRejected(var what) -> new ChainRejected(what);
            default -> new ChainRejected(why.reason());
        };
    }

    private static String subject(X509Certificate certificate) {
        return Names.printed(certificate.getSubjectX500Principal());
    }
}
