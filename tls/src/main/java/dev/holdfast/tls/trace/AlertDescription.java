package dev.holdfast.tls.trace;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The alerts of TLS (RFC 8446 6, RFC 5246 7.2, IANA), what each means, and what to do when it ends a handshake. */
public enum AlertDescription {
    CLOSE_NOTIFY(0, "it closes the connection in good order"),
    UNEXPECTED_MESSAGE(10, "a message came that has no place here"),
    BAD_RECORD_MAC(20, "a record could not be decrypted"),
    RECORD_OVERFLOW(22, "a record was too long"),
    DECOMPRESSION_FAILURE(30, "a record could not be decompressed"),
    HANDSHAKE_FAILURE(40, "there is nothing that both sides accept: no common suite, group or signature"),
    NO_CERTIFICATE(41, "it has no certificate to show"),
    BAD_CERTIFICATE(42, "a certificate is broken, or its signature is wrong"),
    UNSUPPORTED_CERTIFICATE(43, "a certificate is of a kind that can't be used"),
    CERTIFICATE_REVOKED(44, "the authority took a certificate back"),
    CERTIFICATE_EXPIRED(45, "a certificate is not valid now"),
    CERTIFICATE_UNKNOWN(46, "a certificate is not accepted, for a reason that the alert does not say"),
    ILLEGAL_PARAMETER(47, "a field of the handshake has a value that it may not have"),
    UNKNOWN_CA(48, "a chain leads to no authority that is trusted"),
    ACCESS_DENIED(49, "the certificate is good, and still not let in"),
    DECODE_ERROR(50, "a message could not be read"),
    DECRYPT_ERROR(51, "a signature or the check of the handshake is wrong"),
    EXPORT_RESTRICTION(60, "a key is longer than an old export rule allows"),
    PROTOCOL_VERSION(70, "there is no TLS version that both sides accept"),
    INSUFFICIENT_SECURITY(71, "all that is offered is weaker than what is demanded"),
    INTERNAL_ERROR(80, "something went wrong inside, which has nothing to do with the other side"),
    INAPPROPRIATE_FALLBACK(86, "the client fell back to an older version than both can speak"),
    USER_CANCELED(90, "it changed its mind"),
    NO_RENEGOTIATION(100, "it does not shake hands a second time"),
    MISSING_EXTENSION(109, "an extension is missing that has to be there"),
    UNSUPPORTED_EXTENSION(110, "an extension came that was not asked for"),
    UNRECOGNIZED_NAME(112, "there is no server of the name that the client asked for (SNI)"),
    BAD_CERTIFICATE_STATUS_RESPONSE(113, "the stapled word on revocation is not accepted"),
    UNKNOWN_PSK_IDENTITY(115, "the pre-shared key is not known"),
    CERTIFICATE_REQUIRED(116, "a client certificate is required, and none was shown"),
    NO_APPLICATION_PROTOCOL(120, "there is no application protocol (ALPN) that both sides accept");

    private final int code;
    private final String meaning;

    AlertDescription(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    /** As a clause. */
    public String meaning() {
        return meaning;
    }

    public static Optional<AlertDescription> of(int code) {
        return Arrays.stream(values()).filter(alert -> alert.code == code).findFirst();
    }

    /** By the name that the specification gives it, in any case. */
    public static Optional<AlertDescription> named(String name) {
        return Arrays.stream(values())
                .filter(alert -> alert.name().equalsIgnoreCase(name))
                .findFirst();
    }

    /** For people: the name of a code, or the code where nobody here knows it. */
    public static String nameOf(int code) {
        return of(code).map(AlertDescription::toString).orElseGet(() -> "alert " + code);
    }

    /** What whoever runs the client does about it, in a sentence. */
    public String advice(Side from) {
        return switch (from) {
            case SERVER -> whenRefusedByServer();
            case CLIENT -> whenRefusedByClient();
        };
    }

    private String whenRefusedByServer() {
        return switch (this) {
            case HANDSHAKE_FAILURE, INSUFFICIENT_SECURITY ->
                "Compare what the client offered with what the server accepts (suites, groups, signatures); some servers also"
                        + " mean by it that a client certificate is missing, or that they know no such name.";
            case PROTOCOL_VERSION ->
                "The server speaks none of the versions offered. One that speaks only TLS 1.0 or 1.1 has to be updated;"
                        + " one that insists on a newer version is reached without --tls.";
            case UNRECOGNIZED_NAME ->
                "Ask for a name that the server has: connect by it, or give it with --server-name; at a Holdfast 'holdfast hub"
                        + " list' shows them.";
            case CERTIFICATE_REQUIRED, NO_CERTIFICATE -> "Show a client certificate with --cert and --key.";
            case UNKNOWN_CA ->
                "The server does not know who issued the client's certificate: register that authority with the server, or"
                        + " send the intermediates along.";
            case BAD_CERTIFICATE, UNSUPPORTED_CERTIFICATE, CERTIFICATE_UNKNOWN, ACCESS_DENIED ->
                "The server did not accept the client's certificate, or insists on one: look at its log, and show another"
                        + " one with --cert and --key.";
            case CERTIFICATE_EXPIRED ->
                "By the server's clock the client's certificate is not valid: renew it, and compare the clocks.";
            case CERTIFICATE_REVOKED -> "Give the client a new certificate.";
            case DECRYPT_ERROR ->
                "The client's key does not belong to its certificate, or something between changed bytes.";
            case INTERNAL_ERROR -> "Look at the server's log.";
            case INAPPROPRIATE_FALLBACK -> "Let the client offer every version that it can speak.";
            case NO_APPLICATION_PROTOCOL -> "Offer a protocol that the server speaks.";
            case UNEXPECTED_MESSAGE,
                    BAD_RECORD_MAC,
                    RECORD_OVERFLOW,
                    DECOMPRESSION_FAILURE,
                    ILLEGAL_PARAMETER,
                    DECODE_ERROR,
                    EXPORT_RESTRICTION,
                    MISSING_EXTENSION,
                    UNSUPPORTED_EXTENSION,
                    BAD_CERTIFICATE_STATUS_RESPONSE,
                    UNKNOWN_PSK_IDENTITY ->
                "One of the two TLS libraries is at fault, or something between changes bytes: look at the server's log and"
                        + " at what is between.";
            case CLOSE_NOTIFY, USER_CANCELED, NO_RENEGOTIATION ->
                "The server ended it by its own decision: look at its log.";
        };
    }

    private String whenRefusedByClient() {
        return switch (this) {
            case PROTOCOL_VERSION ->
                "The server chose a version that the client does not speak: let the client offer it, or update the server.";
            case HANDSHAKE_FAILURE, ILLEGAL_PARAMETER, INSUFFICIENT_SECURITY ->
                "The client did not accept what the server chose, or the server's key or signature is too weak for it.";
            case UNKNOWN_CA ->
                "The client does not trust the root of the chain it was shown: install the server's roots in it.";
            case BAD_CERTIFICATE, CERTIFICATE_UNKNOWN ->
                "The client did not accept the server's certificate: it does not trust the root, or connects by a name that"
                        + " the certificate does not have.";
            case CERTIFICATE_EXPIRED ->
                "By the client's clock the server's certificate is not valid: compare the clocks, or renew it.";
            default -> "The client ended it: look at its log and at the messages before.";
        };
    }

    /** The name that the specification gives it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
