package dev.holdfast.pki;

import dev.holdfast.base.Commands;
import dev.holdfast.pki.ChainRefusal.AuthorityExpired;
import dev.holdfast.pki.ChainRefusal.AuthorityNotVerified;
import dev.holdfast.pki.ChainRefusal.AuthorityNotYetValid;
import dev.holdfast.pki.ChainRefusal.AuthorityShown;
import dev.holdfast.pki.ChainRefusal.AuthorityUnknown;
import dev.holdfast.pki.ChainRefusal.CertificateSelfSigned;
import dev.holdfast.pki.ChainRefusal.CertificateUnreadable;
import dev.holdfast.pki.ChainRefusal.CertificateWeak;
import dev.holdfast.pki.ChainRefusal.ChainTooComplex;
import dev.holdfast.pki.ChainRefusal.ChainTooLong;
import dev.holdfast.pki.ChainRefusal.ChainTooTangled;
import dev.holdfast.pki.ChainRefusal.CriticalExtensionUnknown;
import dev.holdfast.pki.ChainRefusal.IntermediateExpired;
import dev.holdfast.pki.ChainRefusal.IntermediateNotYetValid;
import dev.holdfast.pki.ChainRefusal.IssuerKeyDiffers;
import dev.holdfast.pki.ChainRefusal.IssuerNotAuthority;
import dev.holdfast.pki.ChainRefusal.LeafExpired;
import dev.holdfast.pki.ChainRefusal.LeafIsAuthority;
import dev.holdfast.pki.ChainRefusal.LeafNotYetValid;
import dev.holdfast.pki.ChainRefusal.NameNotPermitted;
import dev.holdfast.pki.ChainRefusal.NoAuthorityRegistered;
import dev.holdfast.pki.ChainRefusal.NotForClients;
import dev.holdfast.pki.ChainRefusal.PathRejected;
import dev.holdfast.pki.ChainRefusal.PathTooLong;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;

/** Says in sentences what a {@link ChainRefusal} means and what to change. */
final class ChainExplanation {
    private static final int NAMES_MAX = 5;

    private ChainExplanation() {}

    static String of(ChainRefusal refusal, Commands commands) {
        return switch (refusal) {
            case ChainTooLong(var shown, var max) ->
                "The device showed " + shown + " certificates, and at most " + max
                        + " are looked at. Give it its own certificate and those between it and the registered"
                        + " authority, nothing else.";
            case ChainTooTangled(var maxCost) ->
                "The certificates that the device showed have so many issuers of the same names, or such slow keys, that no way"
                        + " through them was found in the time of " + maxCost
                        + " signature checks with P-256. Give it one chain only, with keys of P-256, P-384 or RSA.";
            case ChainTooComplex(var what, var count, var max) ->
                "The certificates of the chain have " + count + " " + what + " together, and at most " + max
                        + " are looked at. Issue them with fewer, and show those of the chain alone.";
            case NoAuthorityRegistered(var issuer) ->
                "It was issued by '" + issuer + "', and no certificate authority is registered with this hub."
                        + " Register that one, or the root above it: " + register(commands) + ".";
            case AuthorityUnknown unknown -> of(unknown, commands);
            case CertificateSelfSigned(var subject) ->
                "The certificate '" + subject + "' is signed by its own key, not by an authority. Have it issued by a"
                        + " registered authority, or register the device with the certificate's thumbprint.";
            case IssuerKeyDiffers(var at, var issuer, var registered) ->
                "'" + at + "' says that '" + issuer + "' issued it, but the key of the "
                        + (registered ? "registered authority" : "certificate")
                        + " of that name did not sign it. "
                        + (registered
                                ? "It comes from another authority of the same name, or from one whose key was"
                                        + " replaced: register the one that really issued it."
                                : "Give the device the certificate of the authority that really issued it.");
            case AuthorityNotVerified(var name) ->
                "The chain leads to the registered authority '" + name
                        + "', which is not verified: nobody has shown yet that its key is theirs. Ask for a code with "
                        + commands.ofHub("cert authority verification-code " + Commands.argument(name, "NAME"))
                        + ", sign a certificate for it, and give that to "
                        + commands.ofHub(
                                "cert authority verify " + Commands.argument(name, "NAME") + " --file PROOF.pem")
                        + ".";
            case AuthorityExpired(var name, var notAfter, var now) ->
                "The chain leads to the registered authority '" + name + "', whose certificate expired at " + notAfter
                        + "; the hub's clock says " + clock(now)
                        + ". Register its renewed certificate under another name.";
            case AuthorityNotYetValid(var name, var notBefore, var now) ->
                "The chain leads to the registered authority '" + name + "', whose certificate is valid from "
                        + notBefore + " only; the hub's clock says " + clock(now) + ", " + span(now, notBefore)
                        + " earlier. Wait for that time, or correct the clock of the machine that made it, or the hub's.";
            case AuthorityShown(var name) ->
                "The device showed the certificate of the registered authority '" + name
                        + "' as its own. Issue a certificate for the device with that authority, and keep the"
                        + " authority's key away from devices.";
            case IntermediateExpired(var subject, var notAfter, var now) ->
                "The intermediate '" + subject + "' expired at " + notAfter + "; the hub's clock says " + clock(now)
                        + ". Renew it, and give the device the new one in its chain.";
            case IntermediateNotYetValid(var subject, var notBefore, var now) ->
                "The intermediate '" + subject + "' is valid from " + notBefore + " only; the hub's clock says "
                        + clock(now)
                        + ", " + span(now, notBefore)
                        + " earlier. Correct the clock of the machine that issued it, or the hub's.";
            case LeafExpired(var subject, var notAfter, var now) ->
                "The certificate '" + subject + "' expired at " + notAfter + "; the hub's clock says " + clock(now)
                        + ", " + span(notAfter, now) + " later. Issue a new one for the device, or correct the clock.";
            case LeafNotYetValid(var subject, var notBefore, var now) ->
                "The certificate '" + subject + "' is valid from " + notBefore + " only; the hub's clock says "
                        + clock(now) + ", " + span(now, notBefore)
                        + " earlier. Correct the clock of the machine that issued it, or the hub's.";
            case LeafIsAuthority(var subject, var by) ->
                "The certificate '" + subject + "' may issue others (" + by
                        + "), so whoever holds it could make certificates for other devices."
                        + " Issue one with basicConstraints CA:FALSE and without keyUsage keyCertSign.";
            case IssuerNotAuthority(var subject, var why) ->
                "'" + subject + "' issued a certificate of the chain and is no certificate authority: " + why
                        + ". Have the certificate issued by one with basicConstraints CA:TRUE and keyUsage keyCertSign.";
            case PathTooLong(var subject, var max, var below) ->
                "The authority '" + subject + "' allows " + max + " intermediates below itself (pathlen), and " + below
                        + " are in the chain. Issue the device's certificate with fewer between, or renew the authority with a"
                        + " greater pathlen.";
            case NameNotPermitted(var subject, var by) ->
                "The authority '" + by + "' may issue for certain names only (nameConstraints), and '" + subject
                        + "' is none of them. Give the device a name that it permits, or have the certificate issued by another"
                        + " registered authority.";
            case NotForClients(var subject, var what) ->
                "'" + subject + "' is not for TLS clients: " + what
                        + ". Issue it with extendedKeyUsage clientAuth and keyUsage digitalSignature, or without both.";
            case CriticalExtensionUnknown(var subject, var oid) ->
                "'" + subject + "' has the critical extension " + oid
                        + ", which Holdfast does not understand and so must not ignore. Issue it without, or not as"
                        + " critical.";
            case CertificateWeak(var subject, var what) ->
                "'" + subject + "' has " + what + ", which proves nothing any more or can't be checked in a bounded"
                        + " time. Use RSA with 2048 to 8192 bits, or P-256 or P-384, signed with SHA-256 or better.";
            case CertificateUnreadable(var subject, var what) ->
                "The " + what + " of '" + subject + "' can't be read. Have the certificate issued anew.";
            case PathRejected(var what) ->
                "The Java runtime's check of the chain refuses it: " + what
                        + ". Issue the certificates without what it names, certificate policies for example.";
        };
    }

    private static String register(Commands commands) {
        return commands.ofHub("cert authority add NAME --file CA.pem");
    }

    private static String of(AuthorityUnknown unknown, Commands commands) {
        String registered = unknown.registered().stream()
                .limit(NAMES_MAX)
                .map(name -> "'" + name + "'")
                .collect(Collectors.joining(", "));
        int more = unknown.registered().size() - NAMES_MAX;
        String ends = unknown.at().equals(unknown.issuer())
                ? "The chain that the device showed ends at the root '" + unknown.at()
                        + "', which is not registered with this hub. Register it (" + register(commands)
                        + "), or give the device a certificate of a registered authority."
                : "The chain that the device showed stops at '" + unknown.at() + "': its issuer '" + unknown.issuer()
                        + "' was neither shown nor registered with this hub. Give the device its whole chain with all"
                        + " intermediates, or register that issuer (" + register(commands) + ").";
        return ends + " Registered " + (unknown.registered().size() == 1 ? "is " : "are ") + registered
                + (more > 0 ? " and " + more + " more." : ".");
    }

    private static Instant clock(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS);
    }

    /** By which unit people would say it. */
    private static String span(Instant from, Instant to) {
        Duration span = Duration.between(from, to);
        if (span.toDays() > 1) {
            return span.toDays() + " days";
        }
        return span.toHours() > 1 ? span.toHours() + " hours" : span.toSeconds() + " s";
    }

    static List<String> subjects(List<ChainAnchor> anchors) {
        return anchors.stream()
                .map(anchor -> Names.printed(anchor.certificate().getSubjectX500Principal()))
                .toList();
    }
}
