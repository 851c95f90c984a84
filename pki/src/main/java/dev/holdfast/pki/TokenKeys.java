package dev.holdfast.pki;

import java.security.PrivateKey;

/** Private keys that never leave the token in which they are: what is got here signs there. Any thread. */
@FunctionalInterface
public interface TokenKeys {
    /**
     * Looks for a key; blocks on the token.
     *
     * @throws TokenException when it can't be had
     */
    PrivateKey find(TokenKeyUri uri) throws TokenException;

    /** Where none are configured. */
    static TokenKeys none() {
        return uri -> {
            throw new TokenException(
                    "the server knows no PKCS#11 library: name it with the settings pkcs11.library and pkcs11.pinFile, and"
                            + " start the server again");
        };
    }
}
