package dev.holdfast.hub.revocation;

import dev.holdfast.base.Commands;
import dev.holdfast.pki.Revoked;
import java.time.Instant;

/**
 * Why a certificate does not count though its chain is good: the whole list. Names of certificates are cut to a length that can be
 * read.
 */
public sealed interface RevocationRefusal {
    /** Stable word for logs, metrics and reports: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    /**
     * @param subject and {@code serial} (hex digits) of the certificate, the device's own or one above it
     * @param authority that took it back, by the name under which it is registered
     * @param by how that is known: {@code its list} or {@code OCSP}
     */
    record CertificateRevoked(String subject, String serial, String authority, Revoked revoked, String by)
            implements RevocationRefusal {}

    /** Nobody can say, and the operator chose to refuse then. */
    record RevocationUnknown(String subject, String issuer, String why) implements RevocationRefusal {}

    /** There is a list, the next one is overdue, and the operator chose to refuse then. */
    record RevocationListStale(String subject, String authority, Instant nextUpdate, Instant now)
            implements RevocationRefusal {}

    /**
     * What happened and what to change, in sentences.
     *
     * @param commands of the hub that refuses
     */
    default String explain(Commands commands) {
        return switch (this) {
            case CertificateRevoked(var subject, var serial, var authority, var revoked, var by) ->
                "The certificate '" + subject + "' (serial number " + serial + ") was revoked at " + revoked.date()
                        + " by the authority '" + authority + "', as " + by + " says, for the reason "
                        + revoked.reason() + ". Issue the device a new certificate.";
            case RevocationUnknown(var subject, var issuer, var why) ->
                "Nobody can say whether the certificate '" + subject + "' of '" + issuer + "' was revoked: " + why
                        + ". The hub refuses then ('--when-unknown refuse'). Look at the lists with "
                        + commands.ofHub("cert crl list") + "; "
                        + commands.ofHub("cert authority revocation NAME")
                        + " shows and changes whom the hub asks, and what it does then.";
            case RevocationListStale(var subject, var authority, var nextUpdate, var now) ->
                "Nobody can say whether the certificate '" + subject + "' was revoked: the next list of the authority '"
                        + authority + "' was due at " + nextUpdate + "; the hub's clock says " + now
                        + ". The hub refuses then ('--when-unknown refuse'). Give it the newest list with "
                        + commands.ofHub("cert crl add " + Commands.argument(authority, "NAME") + " --file LIST.crl")
                        + ", or see with " + commands.ofHub("cert crl show " + Commands.argument(authority, "NAME"))
                        + " why it can't be fetched.";
        };
    }
}
