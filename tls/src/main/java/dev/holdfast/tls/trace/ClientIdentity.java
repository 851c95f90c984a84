package dev.holdfast.tls.trace;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.Pem;
import java.io.IOException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a client shows when a server asks for its certificate. Its text form never shows the key.
 *
 * @param chain the client's own certificate first, then those above it
 */
public record ClientIdentity(PrivateKey key, List<X509Certificate> chain) {
    public ClientIdentity {
        chain = List.copyOf(chain);
    }

    /**
     * @param chain PEM, the client's own certificate first
     * @param key PEM: PKCS#8, PKCS#1 or SEC 1 without a password; RSA or EC
     * @throws IOException with a clause that says what is wrong with them
     */
    public static ClientIdentity read(byte[] chain, byte[] key) throws IOException {
        Pem pem = new Pem(Limits.defaults().certificates());
        List<X509Certificate> certificates = pem.certificates(chain);
        try {
            KeyAndCertificate pair = new KeyAndCertificate(pem.privateKey(key), certificates.getFirst());
            return new ClientIdentity(pair.key(), certificates);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return "ClientIdentity[" + chain.getFirst().getSubjectX500Principal().getName() + "]";
    }
}
