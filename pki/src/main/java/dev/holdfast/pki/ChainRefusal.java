package dev.holdfast.pki;

import dev.holdfast.base.Commands;
import java.time.Instant;
import java.util.List;

/**
 * Why a chain does not prove a device: the whole list. Names of certificates are theirs, and so an attacker's to choose; they are
 * cut to a length that can be read, and whoever prints them makes them printable.
 */
public sealed interface ChainRefusal {
    /** Stable word for logs, metrics and reports: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    record ChainTooLong(int shown, int max) implements ChainRefusal {}

    /** So many certificates of the same names, or such slow keys, that finding a way through them costs too much. */
    record ChainTooTangled(int maxCost) implements ChainRefusal {}

    /**
     * The certificates hold so many of something that checking them costs too much.
     *
     * @param what is counted, in the plural
     */
    record ChainTooComplex(String what, int count, int max) implements ChainRefusal {}

    record NoAuthorityRegistered(String issuer) implements ChainRefusal {}

    /**
     * The chain stops: the next issuer is neither shown nor registered.
     *
     * @param at the subject of the certificate where it stops
     * @param issuer who issued that; the same when it is a root
     * @param registered subjects of the registered authorities
     */
    record AuthorityUnknown(String at, String issuer, List<String> registered) implements ChainRefusal {
        public AuthorityUnknown {
            registered = List.copyOf(registered);
        }
    }

    /** The device's certificate is signed by its own key. */
    record CertificateSelfSigned(String subject) implements ChainRefusal {}

    /**
     * There is an issuer of the right name, but its key did not make the signature.
     *
     * @param registered whether that issuer is a registered authority or a certificate that was shown
     */
    record IssuerKeyDiffers(String at, String issuer, boolean registered) implements ChainRefusal {}

    record AuthorityNotVerified(String name) implements ChainRefusal {}

    record AuthorityExpired(String name, Instant notAfter, Instant now) implements ChainRefusal {}

    record AuthorityNotYetValid(String name, Instant notBefore, Instant now) implements ChainRefusal {}

    /** The device shows the certificate of a registered authority as its own. */
    record AuthorityShown(String name) implements ChainRefusal {}

    record IntermediateExpired(String subject, Instant notAfter, Instant now) implements ChainRefusal {}

    record IntermediateNotYetValid(String subject, Instant notBefore, Instant now) implements ChainRefusal {}

    record LeafExpired(String subject, Instant notAfter, Instant now) implements ChainRefusal {}

    record LeafNotYetValid(String subject, Instant notBefore, Instant now) implements ChainRefusal {}

    /**
     * The device's certificate may issue others.
     *
     * @param by what of it says so
     */
    record LeafIsAuthority(String subject, String by) implements ChainRefusal {}

    /** @param why what of its certificate does not let it issue others */
    record IssuerNotAuthority(String subject, String why) implements ChainRefusal {}

    /** @param max how many intermediates it allows below itself; {@code below} how many there are */
    record PathTooLong(String subject, int max, int below) implements ChainRefusal {}

    /** An authority on the way may only issue for certain names, and this one is none of them. */
    record NameNotPermitted(String subject, String by) implements ChainRefusal {}

    /** @param what of the certificate says that it is for something else than TLS clients */
    record NotForClients(String subject, String what) implements ChainRefusal {}

    record CriticalExtensionUnknown(String subject, String oid) implements ChainRefusal {}

    record CertificateWeak(String subject, String what) implements ChainRefusal {}

    /** @param what of it can't be read, so that it can't be obeyed */
    record CertificateUnreadable(String subject, String what) implements ChainRefusal {}

    /** What the Java runtime's own check finds beyond all of these, policies for example. */
    record PathRejected(String what) implements ChainRefusal {}

    /**
     * What happened and what to change, in sentences.
     *
     * @param commands of the hub whose device it is
     */
    default String explain(Commands commands) {
        return ChainExplanation.of(this, commands);
    }
}
