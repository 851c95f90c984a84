package dev.holdfast.tls.trace;

import org.jspecify.annotations.Nullable;

/** What happens in each step under the version, suite and kind of handshake that the server chose. */
final class StepNotes {
    private final @Nullable ServerHello chosen;
    private final boolean resumed;

    /** @param chosen null when the server did not come so far; then the steps are those of TLS 1.2 */
    StepNotes(@Nullable ServerHello chosen, boolean resumed) {
        this.chosen = chosen;
        this.resumed = resumed;
    }

    String of(Step step) {
        return chosen != null && chosen.isTls13() ? ofTls13(step) : ofTls12(step);
    }

    private String ofTls12(Step step) {
        return switch (step) {
            case CLIENT_HELLO -> "The client sends a random value and all that it offers.";
            case SERVER_HELLO -> "The server chooses, and sends its own random value.";
            case SERVER_CERTIFICATE ->
                resumed
                        ? "The session is resumed: no certificate is shown, since the first handshake of the session did."
                        : "The server shows its chain, in the clear, and may ask for the client's.";
            case CLIENT_CERTIFICATE ->
                "If asked, the client shows its certificate, or says that it has none, and proves that it has the key.";
            case KEY_EXCHANGE -> keyExchange();
            case KEYS -> "Each side computes the master secret and the keys for itself; nothing is sent.";
            case CLIENT_FINISHED -> "The client switches to encryption and sends a check of all that was said.";
            case SERVER_FINISHED ->
                resumed
                        ? "The same from the server; in a resumed session it comes first."
                        : "The same from the server.";
            case APPLICATION_DATA -> "From here on all is encrypted. A trace sends no data.";
        };
    }

    private String keyExchange() {
        if (resumed) {
            return "The keys come from the session.";
        }
        return chosen != null && !chosen.cipherSuite().isSigned()
                ? "The client makes a secret and encrypts it with the public key of the server's certificate."
                : "The client sends its half of a Diffie-Hellman exchange; the server sent and signed the other half in step 3."
                        + " The certificate's key encrypts nothing.";
    }

    private String ofTls13(Step step) {
        return switch (step) {
            case CLIENT_HELLO ->
                "The client sends all that it offers, and with it public keys for the groups that it thinks likely: that was"
                        + " step 5.";
            case SERVER_HELLO ->
                "The server chooses, and sends its half of the key exchange. When it wants another group than the client's keys"
                        + " are of, it asks for the hello again (HelloRetryRequest).";
            case SERVER_CERTIFICATE ->
                (resumed
                                ? "The session is resumed: no certificate is shown. "
                                : "Encrypted: the server's chain, a signature over the handshake, and perhaps the request for"
                                        + " the client's certificate. ")
                        + "There is no ServerHelloDone; the server's Finished (step 8) is in the same records.";
            case CLIENT_CERTIFICATE ->
                "Encrypted, if asked, and after the server's Finished: it is in the records of step 7.";
            case KEY_EXCHANGE ->
                "Gone: the public keys travel in both hellos, and nothing is encrypted with the certificate's key.";
            case KEYS -> "Right after the ServerHello, before step 3; nothing is sent.";
            case CLIENT_FINISHED ->
                "After step 8. A change cipher spec means nothing in TLS 1.3; it is there for middleboxes of before.";
            case SERVER_FINISHED -> "Before step 7, at the end of the records of step 3.";
            case APPLICATION_DATA ->
                "The client may send before the server has judged its certificate, so that a refusal comes here. Session tickets"
                        + " come here, too. A trace sends no data.";
        };
    }
}
