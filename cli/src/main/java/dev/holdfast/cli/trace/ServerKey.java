package dev.holdfast.cli.trace;

import dev.holdfast.wire.client.ClientTls;
import java.util.Arrays;

/** Which kind of key the server may prove itself with; suites and signature schemes leave it no other. */
public enum ServerKey {
    ANY,
    RSA,
    ECDSA;

    /** Empty for those of the Java runtime. */
    String[] schemes() {
        return switch (this) {
            case ANY -> new String[0];
            case RSA ->
                new String[] {
                    "rsa_pss_rsae_sha256",
                    "rsa_pss_rsae_sha384",
                    "rsa_pss_rsae_sha512",
                    "rsa_pkcs1_sha256",
                    "rsa_pkcs1_sha384",
                    "rsa_pkcs1_sha512"
                };
            case ECDSA -> new String[] {"ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384"};
        };
    }

    String[] suites() {
        return Arrays.stream(ClientTls.suites()).filter(this::allows).toArray(String[]::new);
    }

    private boolean allows(String suite) {
        boolean ofAnyKey = !suite.contains("_WITH_");
        return this == ANY || ofAnyKey || suite.startsWith("TLS_ECDHE_" + name() + "_");
    }
}
