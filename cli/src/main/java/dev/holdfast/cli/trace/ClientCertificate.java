package dev.holdfast.cli.trace;

import java.util.List;

/**
 * What a server asked of the client, as the Java runtime tells it. In TLS 1.3 nothing else tells it, since the request is encrypted.
 *
 * @param signatures algorithms that the server can verify, in the runtime's spelling
 * @param issuersNamed how many authorities the server names; 0 when any will do
 * @param sent subject of the certificate that was shown; empty when none was
 */
public record ClientCertificate(List<String> signatures, int issuersNamed, String sent) {
    public ClientCertificate {
        signatures = List.copyOf(signatures);
    }
}
